import { PublishError } from '../../core/errors.ts';
import type { Account, ConnectionRow, PlatformContext, Refreshed, Verified } from '../../core/platform.ts';
import { Secret } from '../../core/secret.ts';
import { createApi, requestTokens } from './api.ts';
import { TOKEN_RULES } from './error-table.ts';
import { linkedinError } from './errors.ts';
import { isOrganization } from './urn.ts';

// https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/organization-access-control
const PUBLISHING_ROLES = [
  'ADMINISTRATOR',
  'CONTENT_ADMINISTRATOR',
  'CONTENT_ADMIN',
  'DIRECT_SPONSORED_CONTENT_POSTER',
];

/** The author's URN: an organization when the row names one, else the member. */
export function accountId(connection: ConnectionRow): string | null {
  const organization = filled(connection.organizationId);
  if (organization !== null) return urn('organization', organization);
  const member = filled(connection.linkedinId) ?? filled(connection.pageId);
  return member === null ? null : urn('person', member);
}

/** Of a member: who the token belongs to. Of an organization: that this member may publish for it. */
export async function verify(context: PlatformContext, account: Account): Promise<Verified> {
  const api = createApi(context, account);
  if (!isOrganization(account.id)) {
    const { sub, name } = await api.userinfo();
    return { id: urn('person', sub), name: name === '' ? account.name : name };
  }
  const roles = await api.organizationRoles();
  if (roles.some((role) => role.organization === account.id && mayPublish(role)))
    return { id: account.id, name: account.name };
  throw new PublishError({
    kind: 'auth',
    code: 'ORGANIZATION_ROLE_MISSING',
    message: `The connected member may not publish for the page ${account.name}.`,
    hint: 'Make the member an administrator of the page on LinkedIn, or connect the page again with one who is.',
  });
}

export function mayPublish({ role, state }: { readonly role: string; readonly state: string }): boolean {
  return state === 'APPROVED' && PUBLISHING_ROLES.includes(role);
}

/** Only approved partners are given refresh tokens; for all others a person connects again within 60 days. */
export async function refresh(context: PlatformContext, account: Account): Promise<Refreshed | null> {
  const old = account.refreshToken;
  if (old === null || old.reveal() === '') return null;
  const { clientId, clientSecret } = await context.app();
  if (clientId === undefined || clientSecret === undefined) return null;
  const answer = await requestTokens(context, {
    grant_type: 'refresh_token',
    refresh_token: old,
    client_id: clientId,
    client_secret: clientSecret,
  });
  if ('status' in answer) throw linkedinError(answer, context.now(), 'not armed', TOKEN_RULES);
  const { access_token, refresh_token, expires_in } = answer;
  const changed = refresh_token !== undefined && refresh_token !== old.reveal();
  return {
    token: new Secret(access_token),
    refreshToken: changed ? new Secret(refresh_token) : null,
    expiresAt: expires_in === undefined ? null : new Date(context.now().getTime() + expires_in * 1000),
  };
}

/** Rows hold the bare id, some the whole URN. */
function urn(type: 'organization' | 'person', id: string): string {
  return `urn:li:${type}:${id.replace(/^urn:li:\w+:/, '')}`;
}

function filled(text: string | null): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? null : trimmed;
}

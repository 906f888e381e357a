/** What Facebook's login gives, for the two platforms that are reached through Pages. */
import { z } from 'zod';
import { PublishError } from '../core/errors.ts';
import type { Http, HttpResponse } from '../core/http.ts';
import { givenTokens } from '../core/oauth.ts';
import type { AppCredentials, Refreshed } from '../core/platform.ts';
import { Secret } from '../core/secret.ts';
import { bearer, graphPage } from './graph.ts';

export interface GraphLogin {
  readonly http: Http;
  readonly now: () => Date;
  readonly label: string;
  /** The address of a path: https://graph.facebook.com/v26.0/… */
  url(path: string): string;
  error(response: HttpResponse): PublishError;
}

export interface PersonToken {
  readonly token: Secret;
  readonly expiresAt: Date | null;
}

interface App {
  readonly id: string;
  readonly secret: Secret;
}

const page = z.object({
  id: z.string(),
  name: z.string().catch(''),
  access_token: z.string().min(1).optional(),
  tasks: z.array(z.string()).optional().catch(undefined),
  instagram_business_account: z
    .object({ id: z.string(), username: z.string().optional().catch(undefined) })
    .optional(),
});
export type GivenPage = z.infer<typeof page>;
const granted = z.object({ data: z.array(z.object({ permission: z.string(), status: z.string() })) });

const MOST_PAGES = 20;

/** https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow */
export function tokenForCode(
  login: GraphLogin,
  app: App,
  code: Secret,
  redirectUri: string,
): Promise<PersonToken> {
  return token(login, {
    client_id: app.id,
    redirect_uri: redirectUri,
    client_secret: app.secret.reveal(),
    code: code.reveal(),
  });
}

/** 60 days instead of an hour; Page tokens made of it have no end by time. */
export function longLived(login: GraphLogin, app: App, short: Secret): Promise<PersonToken> {
  return token(login, {
    grant_type: 'fb_exchange_token',
    client_id: app.id,
    client_secret: app.secret.reveal(),
    fb_exchange_token: short.reveal(),
  });
}

/** Every parameter is in the address, as the documentation has it, so the whole of it is a secret. */
async function token(login: GraphLogin, query: Readonly<Record<string, string>>): Promise<PersonToken> {
  const url = new Secret(`${login.url('oauth/access_token')}?${new URLSearchParams(query)}`);
  const response = await login.http.request({ method: 'GET', url });
  return givenTokens(login.label, response, login.now());
}

/** Every Page that the person has a role on. */
export async function pagesOf(login: GraphLogin, person: Secret): Promise<readonly GivenPage[]> {
  const pages: GivenPage[] = [];
  let after: string | undefined;
  for (let count = 0; count < MOST_PAGES; count += 1) {
    const response = await login.http.request({
      method: 'GET',
      url: login.url('me/accounts'),
      query: {
        fields: 'id,name,access_token,tasks,instagram_business_account{id,username}',
        limit: 100,
        after,
      },
      headers: bearer(person),
    });
    const parsed = graphPage(page).safeParse(response.json);
    if (response.status !== 200 || !parsed.success) throw login.error(response);
    pages.push(...parsed.data.items);
    after = parsed.data.after;
    if (after === undefined) break;
  }
  return pages;
}

/** Posting wants this task on the Page: developers.facebook.com/docs/pages-api/posts */
export const mayPost = ({ tasks }: GivenPage): boolean =>
  tasks === undefined || tasks.includes('CREATE_CONTENT');

/** What the person has agreed to; null: not told. */
export async function agreedTo(login: GraphLogin, person: Secret): Promise<readonly string[] | null> {
  const response = await login.http.request({
    method: 'GET',
    url: login.url('me/permissions'),
    headers: bearer(person),
  });
  const parsed = granted.safeParse(response.json);
  if (response.status !== 200 || !parsed.success) return null;
  return parsed.data.data.filter(({ status }) => status === 'granted').map(({ permission }) => permission);
}

/**
 * The Page's own token where a person's was stored, which dies after an hour or 60 days. null: it is a Page's already,
 * our app is not known, or anything was refused; what was stored is used as it is then.
 */
export async function pageTokenFor(
  login: GraphLogin,
  { clientId: id, clientSecret: secret }: AppCredentials,
  stored: Secret,
  isIts: (page: GivenPage) => boolean,
): Promise<Refreshed | null> {
  if (id === undefined || secret === undefined) return null;
  try {
    // A Page has no Pages: that is how its token is told from a person's.
    await pagesOf(login, stored);
    const person = await longLived(login, { id, secret }, stored);
    const own = (await pagesOf(login, person.token)).find(isIts);
    if (own?.access_token === undefined) return null;
    return { token: new Secret(own.access_token), refreshToken: null, expiresAt: person.expiresAt };
  } catch (error) {
    if (error instanceof PublishError) return null;
    throw error;
  }
}

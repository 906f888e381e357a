import { createHash } from 'node:crypto';
import type { SimAccount, SimRequest, SimResponse, SimWorld } from './simulator.ts';

/** What one platform wants of who sends a person to its consent screen. */
export interface ConsentRules {
  readonly client: 'client_id' | 'client_key';
  readonly separator: ' ' | ',';
  /** Every permission there is; another one is refused. */
  readonly scopes: readonly string[];
  /** How the hash of the verifier is written; null: not taken. */
  readonly challenge: 'base64url' | 'hex' | null;
  /** Further parameters, with the only value that is taken. */
  readonly more?: Readonly<Record<string, string>>;
  readonly redirect: (uri: URL) => boolean;
  /** Whether there is such an app, with this redirect address. */
  readonly knows?: (client: string, redirectUri: string) => boolean;
}

export interface Consent {
  /** The screen; a person's choice comes back as `sandbox_account`, empty where it was "no". */
  authorize(request: SimRequest): SimResponse;
  /** A code, once. The error of RFC 6749 where it is not good. */
  redeem(form: URLSearchParams, client: string): Agreement | 'invalid_request' | 'invalid_grant';
}

export interface Agreement {
  readonly account: SimAccount;
  readonly scopes: readonly string[];
}

interface Code extends Agreement {
  readonly client: string;
  readonly redirectUri: string;
  readonly challenge: string | null;
  readonly until: number;
}

/** The shortest that a platform documents: X. */
const CODE_LIFE_MS = 30_000;
const CHOICE = 'sandbox_account';

export const isLoopbackAddress = (uri: URL): boolean =>
  uri.protocol === 'http:' && uri.hostname === '127.0.0.1' && uri.port !== '';
export const isSecureAddress = (uri: URL): boolean => uri.protocol === 'https:';

export function createConsent(world: SimWorld, rules: ConsentRules): Consent {
  const codes = new Map<string, Code>();
  const { client: clientName, challenge: form, more = {} } = rules;
  const required = [clientName, 'redirect_uri', 'response_type', 'scope', 'state', ...Object.keys(more)];
  const ofChallenge = form === null ? [] : ['code_challenge', 'code_challenge_method'];

  function problem(query: URLSearchParams): string | null {
    const known = [...required, ...ofChallenge, CHOICE];
    const strange = [...query.keys()].find((name) => !known.includes(name));
    if (strange !== undefined) return `Parameter not allowed: ${strange}`;
    const missing = [...required, ...ofChallenge].find((name) => (query.get(name) ?? '') === '');
    if (missing !== undefined) return `Missing parameter: ${missing}`;
    if (query.get('response_type') !== 'code') return 'response_type must be code';
    const other = Object.entries(more).find(([name, value]) => query.get(name) !== value);
    if (other !== undefined) return `${other[0]} must be ${other[1]}`;
    const redirect = query.get('redirect_uri') ?? '';
    if (!URL.canParse(redirect) || !rules.redirect(new URL(redirect))) return 'redirect_uri_mismatch';
    if (rules.knows?.(query.get(clientName) ?? '', redirect) === false) return 'The client is not known';
    const unknown = scopesOf(query).find((scope) => !rules.scopes.includes(scope));
    if (unknown !== undefined) return `Unknown scope: ${unknown}`;
    if (form === null) return null;
    const length = form === 'hex' ? 64 : 43;
    if (query.get('code_challenge_method') !== 'S256') return 'code_challenge_method must be S256';
    return query.get('code_challenge')?.length === length ? null : 'code_challenge is no SHA-256';
  }

  const scopesOf = (query: URLSearchParams) =>
    (query.get('scope') ?? '').split(rules.separator).filter((scope) => scope !== '');

  return {
    authorize({ query }) {
      const wrong = problem(query);
      if (wrong !== null) return { status: 400, text: wrong };
      const chosen = query.get(CHOICE);
      if (chosen === null) return screen(world.accounts, query);
      const back = new URL(query.get('redirect_uri') ?? '');
      back.searchParams.set('state', query.get('state') ?? '');
      const account = world.accounts.find(({ id }) => id === chosen);
      if (account === undefined) back.searchParams.set('error', 'access_denied');
      else {
        const code = `sandbox-code-${world.nextNumber()}`;
        codes.set(code, {
          account,
          scopes: scopesOf(query),
          client: query.get(clientName) ?? '',
          redirectUri: query.get('redirect_uri') ?? '',
          challenge: query.get('code_challenge'),
          until: world.now().getTime() + CODE_LIFE_MS,
        });
        back.searchParams.set('code', code);
      }
      return { status: 302, headers: { location: back.href } };
    },

    redeem(sent, client) {
      const code = codes.get(sent.get('code') ?? '');
      codes.delete(sent.get('code') ?? '');
      if (code === undefined || code.until < world.now().getTime()) return 'invalid_grant';
      if (code.client !== client || code.redirectUri !== sent.get('redirect_uri')) return 'invalid_grant';
      const verifier = sent.get('code_verifier');
      if (form === null) return verifier === null ? code : 'invalid_request';
      const hash = createHash('sha256')
        .update(verifier ?? '')
        .digest(form);
      const account = world.accounts.find(({ id }) => id === code.account.id);
      return hash === code.challenge && account !== undefined ? { ...code, account } : 'invalid_grant';
    },
  };
}

function screen(accounts: readonly SimAccount[], query: URLSearchParams): SimResponse {
  const link = (choice: string, text: string) =>
    `<li><a href="?${inHtml(String(new URLSearchParams([...query, [CHOICE, choice]])))}">${inHtml(text)}</a></li>`;
  const items = accounts.map(({ id, name }) => link(id, `${name} (${id})`));
  return {
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    text: `<!doctype html><title>Sandbox</title><p>Which account?</p><ul>${items.join('')}${link('', 'None: no')}</ul>`,
  };
}

function inHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

import { createConsent, isSecureAddress } from './consent.ts';
import { graphRefusal } from './graph-refusal.ts';
import type { SimAccount, SimRequest, SimResponse, SimWorld } from './simulator.ts';

/** Facebook's login of people who have roles on Pages. */
interface GraphPeople {
  /** null: it is about something else. */
  answer(request: SimRequest, path: readonly string[]): SimResponse | null;
}

interface Person {
  readonly accounts: readonly string[];
  readonly scopes: readonly string[];
  readonly long: boolean;
}

const LONG_SECONDS = 5_183_944;
const SCOPES = [
  'pages_show_list',
  'pages_manage_posts',
  'pages_read_engagement',
  'pages_manage_engagement',
  'instagram_basic',
  'instagram_content_publish',
  'instagram_manage_comments',
];
const FIELDS = 'id,name,access_token,tasks,instagram_business_account{id,username}';

/**
 * Facts in `extra` of an account: `person`, who manages all accounts with the same; `personToken`, a token of that
 * person; `tasks`, on the Page, separated by commas.
 */
export function createGraphPeople(world: SimWorld, page: (account: SimAccount) => object): GraphPeople {
  const consent = createConsent(world, {
    client: 'client_id',
    separator: ',',
    scopes: SCOPES,
    challenge: null,
    redirect: isSecureAddress,
  });
  const people = new Map<string, Person>();

  function managedBy(account: SimAccount): readonly string[] {
    const person = account.extra?.['person'];
    return world.accounts
      .filter(({ id, extra }) => id === account.id || (person !== undefined && extra?.['person'] === person))
      .map(({ id }) => id);
  }

  function personOf(token: string): Person | undefined {
    const known = people.get(token);
    if (known !== undefined) return known;
    const account = world.accounts.find(({ extra }) => extra?.['personToken'] === token);
    return account && { accounts: managedBy(account), scopes: account.scopes, long: false };
  }

  function made(person: Person): string {
    const token = `EAAU${person.long ? 'long' : 'short'}${world.nextNumber()}`;
    people.set(token, person);
    return token;
  }

  function exchange({ query }: SimRequest): SimResponse {
    if (!query.get('client_id') || !query.get('client_secret'))
      return graphRefusal({ code: 101, message: 'Missing client_id parameter.' });
    if (query.get('grant_type') === 'fb_exchange_token') {
      const person = personOf(query.get('fb_exchange_token') ?? '');
      if (person === undefined) return graphRefusal({ code: 190, message: 'Invalid OAuth access token.' });
      const access_token = made({ ...person, long: true });
      return { status: 200, json: { access_token, token_type: 'bearer', expires_in: LONG_SECONDS } };
    }
    const agreed = consent.redeem(query, query.get('client_id') ?? '');
    if (typeof agreed === 'string')
      return graphRefusal({ code: 100, message: 'This authorization code has expired.', subcode: 36_007 });
    const access_token = made({ accounts: managedBy(agreed.account), scopes: agreed.scopes, long: false });
    return { status: 200, json: { access_token, token_type: 'bearer', expires_in: 5_000 } };
  }

  function accounts(person: Person, { query }: SimRequest): SimResponse {
    if (query.get('fields') !== FIELDS) return graphRefusal({ code: 100, message: '(#100) Unknown fields' });
    const own = () => world.accounts.filter(({ id }) => person.accounts.includes(id));
    // What was agreed to holds for the Pages' tokens too.
    for (const account of own()) world.replaceAccount({ ...account, scopes: person.scopes });
    const data = own().map((account) => ({
      ...page(account),
      access_token: account.token,
      tasks: String(account.extra?.['tasks'] ?? 'CREATE_CONTENT,MANAGE').split(','),
    }));
    return { status: 200, json: { data } };
  }

  return {
    answer(request, path) {
      const what = path.join('/');
      if (request.method !== 'GET') return null;
      if (what === 'dialog/oauth') return consent.authorize(request);
      if (what === 'oauth/access_token') return exchange(request);
      if (what !== 'me/accounts' && what !== 'me/permissions') return null;
      const token = /^Bearer (\S+)$/.exec(request.headers['authorization'] ?? '')?.[1] ?? '';
      const person = personOf(token);
      if (person === undefined) {
        const ofPage = world.accounts.some((account) => account.token === token);
        const message = '(#100) Tried accessing nonexisting field (accounts) on node type (Page)';
        return graphRefusal(
          ofPage ? { code: 100, message } : { code: 190, message: 'Invalid OAuth access token.' },
        );
      }
      if (what === 'me/accounts') return accounts(person, request);
      const data = person.scopes.map((permission) => ({ permission, status: 'granted' }));
      return { status: 200, json: { data } };
    },
  };
}

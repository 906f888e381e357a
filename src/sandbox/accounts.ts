import { asha, ben, type Person, people, seedId } from './people.ts';
import { COMMENT_SCOPES, FACEBOOK_LOGIN_SCOPES } from './platforms/instagram/gate.ts';
import { FULL_SCOPES as MASTODON_SCOPES } from './platforms/mastodon/gate.ts';
import type { SimAccount } from './platforms/simulator.ts';
import { FULL_SCOPES as THREADS_SCOPES } from './platforms/threads/gate.ts';
import { FULL_SCOPES as TIKTOK_SCOPES } from './platforms/tiktok/gate.ts';

/** What YouTube's simulator wants beside a refresh token; the env file carries the same. */
export const CLIENT_SECRET = 'sandbox-client-secret';

const DAY_MS = 86_400_000;

/** A remote account as its simulator knows it, and the app's row that reaches it. */
export interface SeedAccount {
  readonly platform:
    | 'bluesky'
    | 'facebook'
    | 'instagram'
    | 'linkedin'
    | 'mastodon'
    | 'threads'
    | 'tiktok'
    | 'x'
    | 'youtube';
  readonly sim: SimAccount;
  /** A row of platform_connections, tokens in clear. */
  readonly connection: Readonly<Record<string, unknown>>;
}

/** Ids and tokens of the two shops that test/fixtures/rows.json also has, so that its rows work in a sandbox. */
const KNOWN = new Map([
  [
    asha.number,
    {
      page: '102030405060708',
      instagram: '17841400000000001',
      member: 'rA0aSh_x-9',
      channel: 'UCraobakesraobakesraoba1',
    },
  ],
  [
    ben.number,
    {
      page: '998877665544332',
      instagram: '17841400000000002',
      member: 'aB3xYz9Q_1',
      channel: 'UCabcdefghijklmnopqrstuv',
    },
  ],
]);

/** All accounts of everybody; LinkedIn's tokens and Google's first ones belong to the whole person. */
export const accounts: readonly SeedAccount[] = people.flatMap(accountsOf);

export function accountsOf(person: Person): readonly SeedAccount[] {
  if (person.accounts === 'none') return [];
  const all = [
    facebook(person),
    instagram(person),
    member(person),
    organization(person),
    youtube(person),
    x(person),
    mastodon(person),
    bluesky(person),
    threads(person),
    tiktok(person),
  ];
  return person.accounts === 'all' ? all : all.filter(({ platform }) => platform === person.accounts);
}

/** The author that LinkedIn posts name in metadata.account_id: members have a page and themselves. */
export function linkedinAuthor(person: Person, as: 'member' | 'organization'): string {
  return as === 'member'
    ? `urn:li:person:${ids(person).member}`
    : `urn:li:organization:${ids(person).organization}`;
}

function ids({ number }: Person) {
  const two = String(number).padStart(2, '0');
  return {
    page: `1020304050609${two}`,
    instagram: `178414000000000${two}`,
    member: `mEm8er_S${two}`,
    organization: `799885${two}`,
    channel: `UCsandboxsandboxsandbo${two}`,
    user: `14455667788990${two}`,
    mastodon: `1095000000000000${two}`,
    threads: `250000000000000${two}`,
    openId: `_000sandboxsandboxsandbox${two}`,
    ...KNOWN.get(number),
  };
}

/** Page tokens do not expire; token_expires_at is the person's own token's, and the refresh token encrypts nothing. */
function pageToken(person: Person, naive: Date): Readonly<Record<string, unknown>> {
  return {
    access_token_encrypted: `EAAB-page-token-${person.number}`,
    refresh_token_encrypted: '',
    token_expires_at: naive,
  };
}

function facebook(person: Person): SeedAccount {
  const { page } = ids(person);
  // As an early version of the app left it: in clear.
  const legacy =
    person === ben ? { access_token_encrypted: 'EAABplainlegacytoken2', token_source: 'manual' } : {};
  const tokens = { ...pageToken(person, inDays(40)), ...legacy };
  return {
    platform: 'facebook',
    sim: {
      id: page,
      name: person.shop,
      token: String(tokens.access_token_encrypted),
      scopes: ['pages_manage_posts', 'pages_read_engagement', 'pages_show_list', 'pages_manage_engagement'],
    },
    connection: { ...row(person, 1), platform: 'facebook', page_id: page, page_name: person.shop, ...tokens },
  };
}

/** Today's rows hold the Instagram id in page_id; every second one is of the older kind, which holds the Page's. */
function instagram(person: Person): SeedAccount {
  const { page, instagram: id } = ids(person);
  const username = person.shop.toLowerCase().replaceAll(' ', '');
  const token = person === ben ? 'EAAG-page-token-2' : `EAAB-page-token-${person.number}`;
  const place =
    person.number % 2 === 1 ? { page_id: id } : { page_id: page, instagram_id: id, account_type: 'business' };
  return {
    platform: 'instagram',
    sim: {
      id,
      name: username,
      token,
      scopes: [...FACEBOOK_LOGIN_SCOPES, COMMENT_SCOPES['facebook login']],
      // 100 posts a day would stop a sandbox that is run all day.
      extra: { pageId: page, quotaTotal: '1000000' },
    },
    connection: {
      ...row(person, 2),
      platform: 'instagram',
      page_name: username,
      page_username: username,
      ...place,
      ...pageToken(person, inDays(40)),
      access_token_encrypted: token,
    },
  };
}

function member(person: Person): SeedAccount {
  const { member: id } = ids(person);
  return {
    platform: 'linkedin',
    sim: {
      id: linkedinAuthor(person, 'member'),
      name: person.name,
      token: linkedinToken(person),
      scopes: ['openid', 'profile', 'w_member_social', 'w_member_social_feed'],
    },
    connection: {
      ...linkedinRow(person, 3),
      page_id: id,
      page_name: person.name,
      linkedin_id: id,
      account_type: 'personal',
      is_organization: false,
    },
  };
}

function organization(person: Person): SeedAccount {
  const { organization: id, member: memberId } = ids(person);
  return {
    platform: 'linkedin',
    sim: {
      id: linkedinAuthor(person, 'organization'),
      name: person.shop,
      token: linkedinToken(person),
      scopes: [
        'w_organization_social',
        'w_organization_social_feed',
        'r_organization_social',
        'rw_organization_admin',
      ],
    },
    connection: {
      ...linkedinRow(person, 4),
      page_id: id,
      page_name: person.shop,
      linkedin_id: memberId,
      organization_id: id,
      account_type: 'organization',
      is_organization: true,
    },
  };
}

function linkedinToken(person: Person): string {
  return person === ben ? 'AQX-linkedin-1' : `AQX-linkedin-member-${person.number}`;
}

function linkedinRow(person: Person, place: number): Readonly<Record<string, unknown>> {
  return {
    ...row(person, place),
    platform: 'linkedin',
    email: person.email,
    access_token_encrypted: linkedinToken(person),
    refresh_token_encrypted: '',
    token_expires_at: inDays(55),
  };
}

/** The access token lived for an hour and is past; the refresh token is good. */
function youtube(person: Person): SeedAccount {
  const { channel } = ids(person);
  const name = `${person.shop} TV`;
  const token = person === ben ? 'ya29.expired' : `ya29.expired-${person.number}`;
  const refreshToken = person === ben ? '1//0refresh' : `1//0refresh-${person.number}`;
  return {
    platform: 'youtube',
    sim: {
      id: channel,
      name,
      token,
      refreshToken,
      scopes: [
        'https://www.googleapis.com/auth/youtube.upload',
        'https://www.googleapis.com/auth/youtube.readonly',
        'https://www.googleapis.com/auth/youtube.force-ssl',
      ],
      tokenExpiresAt: 0,
      extra: { clientSecret: CLIENT_SECRET },
    },
    connection: {
      ...row(person, 5),
      platform: 'youtube',
      page_id: channel,
      page_name: name,
      page_username: name,
      access_token_encrypted: token,
      refresh_token_encrypted: refreshToken,
      token_expires_at: inDays(-1),
    },
  };
}

/**
 * The app's rows say twitter. Without a refresh token: X's serve once, so whoever is killed right behind the answer that
 * brings the next one must be connected again, and the sandbox is there to be killed at any time.
 */
function x(person: Person): SeedAccount {
  const { user } = ids(person);
  const token = `x-access-${person.number}`;
  return {
    platform: 'x',
    sim: {
      id: user,
      name: person.shop,
      token,
      scopes: ['tweet.read', 'tweet.write', 'users.read', 'media.write'],
    },
    connection: {
      ...row(person, 6),
      platform: 'twitter',
      page_id: user,
      page_name: person.shop,
      page_username: person.shop.toLowerCase().replaceAll(' ', ''),
      access_token_encrypted: token,
      refresh_token_encrypted: '',
      token_expires_at: inDays(30),
    },
  };
}

/** As it is first stored: an app password, of which sessions are made. */
function bluesky(person: Person): SeedAccount {
  // Its alphabet lacks four of the digits.
  const letters = [...String(person.number).padStart(3, '0')].map((digit) =>
    'abcdefghij'.charAt(Number(digit)),
  );
  const did = `did:plc:sandboxsandboxsandbox${letters.join('')}`;
  const handle = `${person.shop.toLowerCase().replaceAll(/\W+/g, '')}.example`;
  const password = `sand-box0-pass-${String(person.number).padStart(4, '0')}`;
  return {
    platform: 'bluesky',
    sim: {
      id: did,
      name: handle,
      token: `eyJzYW5kYm94Ijp0cnVlfQ.eyJuIjoxfQ.none${person.number}`,
      tokenExpiresAt: 0,
      refreshToken: password,
      scopes: [],
    },
    connection: {
      ...row(person, 7),
      platform: 'bluesky',
      page_id: did,
      page_name: handle,
      access_token_encrypted: password,
      refresh_token_encrypted: '',
      token_expires_at: null,
      metadata: { pds_url: 'https://pds.example' },
    },
  };
}

/** On servers of their own choice; the tokens do not expire. */
function mastodon(person: Person): SeedAccount {
  const { mastodon: number } = ids(person);
  const server = person.number % 2 === 1 ? 'mastodon.example' : 'social.example';
  const token = `mastodon-token-${person.number}`;
  return {
    platform: 'mastodon',
    sim: { id: `${number}@${server}`, name: person.shop, token, scopes: MASTODON_SCOPES },
    connection: {
      ...row(person, 8),
      platform: 'mastodon',
      page_id: number,
      page_name: person.shop,
      access_token_encrypted: token,
      refresh_token_encrypted: '',
      token_expires_at: null,
      metadata: { instance_url: `https://${server}` },
    },
  };
}

/** A token of 60 days, which is renewed near its end. */
function threads(person: Person): SeedAccount {
  const { threads: id } = ids(person);
  const username = person.shop.toLowerCase().replaceAll(' ', '');
  const token = `THAA-threads-token-${person.number}`;
  return {
    platform: 'threads',
    sim: {
      id,
      name: username,
      token,
      scopes: THREADS_SCOPES,
      // 250 posts a day would stop a sandbox that is run all day.
      extra: { quotaTotal: '1000000', replyTotal: '1000000' },
    },
    connection: {
      ...row(person, 0),
      platform: 'threads',
      page_id: id,
      page_name: username,
      page_username: username,
      access_token_encrypted: token,
      refresh_token_encrypted: '',
      token_expires_at: inDays(55),
    },
  };
}

/** Without a refresh token, for the reason that X's have none: TikTok's serve once too. */
function tiktok(person: Person): SeedAccount {
  const { openId } = ids(person);
  const token = `act.sandbox-${person.number}`;
  const username = person.shop.toLowerCase().replaceAll(' ', '');
  return {
    platform: 'tiktok',
    sim: { id: openId, name: person.shop, token, scopes: TIKTOK_SCOPES, extra: { username } },
    connection: {
      ...row(person, 9),
      platform: 'tiktok',
      page_id: openId,
      page_name: person.shop,
      page_username: username,
      access_token_encrypted: token,
      refresh_token_encrypted: '',
      token_expires_at: inDays(30),
    },
  };
}

function row({ id, number }: Person, place: number): Readonly<Record<string, unknown>> {
  return {
    id: seedId(2, number * 10 + place),
    user_id: id,
    is_active: true,
    connection_status: 'active',
    follower_count: 120 + number,
    connected_at: inDays(-20),
  };
}

function inDays(days: number): Date {
  return new Date(Date.now() + days * DAY_MS);
}

import type { SimAccount } from '../../src/sandbox/platforms/simulator.ts';
import { type AppTable, type Columns, insertRows, minutesAgo, newId, wallClock } from './app-rows.ts';
import { encrypt, FULL_SCOPES, type Publisher } from './publisher.ts';

export type SimulatedPlatform =
  | 'bluesky'
  | 'facebook'
  | 'instagram'
  | 'linkedin'
  | 'mastodon'
  | 'threads'
  | 'tiktok'
  | 'x'
  | 'youtube';

export interface ConnectedAccount {
  readonly platform: SimulatedPlatform;
  /** The platform's own id, as publish_targets and the ledger have it. */
  readonly id: string;
  readonly name: string;
  readonly token: string;
  readonly connectionId: string;
}

/** A user of the app of this test's own; run({ userId: person.id }) touches nobody else. */
export interface Person {
  readonly id: string;
  readonly zone: string | null;
}

let people = 0;
let accounts = 0;
let posts = 0;

export async function addPerson({ supabase }: Publisher, zone: string | null = 'UTC'): Promise<Person> {
  people += 1;
  const id = newId();
  await insertRows(supabase, 'auth.users', [{ id, email: `person-${people}-${id}@example.test` }]);
  await insertRows(supabase, 'public.profiles', [{ id, name: `Person ${people}`, timezone: zone }]);
  return { id, zone };
}

/** Connects a new remote account on both sides: in the simulator, and as a row of platform_connections. */
export async function connect(
  { supabase, platforms }: Publisher,
  person: Person,
  platform: SimulatedPlatform,
  change: { readonly connection?: Columns; readonly sim?: Partial<SimAccount> } = {},
): Promise<ConnectedAccount> {
  accounts += 1;
  const name = `${platform} account ${accounts}`;
  const { sim, columns } = shapes[platform](String(accounts).padStart(4, '0'));
  const known = { ...sim, name, ...change.sim };
  platforms.addAccounts(platform, [known]);
  const connectionId = newId();
  await insertRows(supabase, 'public.platform_connections', [
    {
      id: connectionId,
      user_id: person.id,
      platform,
      page_name: name,
      access_token_encrypted: encrypt(known.token),
      refresh_token_encrypted: encrypt(known.refreshToken ?? ''),
      is_active: true,
      connection_status: 'active',
      connected_at: minutesAgo(1_000).replace('Z', ''),
      ...columns,
      ...change.connection,
    },
  ]);
  return { platform, id: known.id, name, token: known.token, connectionId };
}

const shapes: Readonly<
  Record<
    SimulatedPlatform,
    (n: string) => { readonly sim: Omit<SimAccount, 'name'>; readonly columns: Columns }
  >
> = {
  facebook: (n) => ({
    sim: { id: `70000000000${n}`, token: `EAAB-page-${n}`, scopes: FULL_SCOPES.facebook },
    columns: { page_id: `70000000000${n}` },
  }),
  instagram: (n) => ({
    sim: { id: `1784140000000${n}`, token: `EAAB-instagram-${n}`, scopes: FULL_SCOPES.instagram },
    columns: { page_id: `1784140000000${n}` },
  }),
  linkedin: (n) => ({
    sim: { id: `urn:li:person:Me_mber-${n}`, token: `AQX-member-${n}`, scopes: FULL_SCOPES.linkedin },
    columns: { page_id: `Me_mber-${n}`, linkedin_id: `Me_mber-${n}` },
  }),
  mastodon: (n) => ({
    sim: {
      id: `10950000000000${n}@mastodon.example`,
      token: `mastodon-token-${n}`,
      scopes: FULL_SCOPES.mastodon,
    },
    columns: {
      page_id: `10950000000000${n}`,
      metadata: { instance_url: 'https://mastodon.example' },
    },
  }),
  threads: (n) => ({
    sim: { id: `2500000000000${n}`, token: `THAA-threads-${n}`, scopes: FULL_SCOPES.threads },
    columns: { page_id: `2500000000000${n}` },
  }),
  bluesky: (n) => {
    const letters = [...n].map((digit) => 'abcdefghij'.charAt(Number(digit))).join('');
    return {
      sim: {
        id: `did:plc:testtesttesttesttest${letters}`,
        token: `eyJ0ZXN0Ijp0cnVlfQ.eyJuIjoxfQ.none${n}`,
        tokenExpiresAt: 0,
        refreshToken: `test-pass-word-${n}`,
        scopes: [],
      },
      columns: {
        page_id: `did:plc:testtesttesttesttest${letters}`,
        metadata: { pds_url: 'https://pds.example' },
      },
    };
  },
  youtube: (n) => ({
    sim: {
      id: `UCchannelchannelchan${n}`,
      token: `ya29.first-${n}`,
      tokenExpiresAt: 0,
      refreshToken: `1//refresh-${n}`,
      scopes: FULL_SCOPES.youtube,
    },
    columns: { page_id: `UCchannelchannelchan${n}` },
  }),
  tiktok: (n) => ({
    sim: {
      id: `_000testtesttesttesttest${n}`,
      token: `act.first-${n}`,
      tokenExpiresAt: 0,
      refreshToken: `rft.first-${n}`,
      scopes: FULL_SCOPES.tiktok,
    },
    columns: { page_id: `_000testtesttesttesttest${n}` },
  }),
  x: (n) => ({
    sim: {
      id: `1445566778899${n}`,
      token: `x-first-${n}`,
      tokenExpiresAt: 0,
      refreshToken: `x-refresh-${n}`,
      scopes: FULL_SCOPES.x,
    },
    // As the app writes it.
    columns: { platform: 'twitter', page_id: `1445566778899${n}` },
  }),
};

export interface AddedPost {
  readonly table: AppTable;
  readonly id: string;
  readonly content: string;
}

/** A row as the web app schedules it: a text for Facebook, due a minute ago; `columns` replace any of it. */
export async function schedule(
  publisher: Publisher,
  person: Person,
  columns: Columns = {},
): Promise<AddedPost> {
  const row = webAppRow(person, columns);
  await insertRows(publisher.supabase, 'public.created_content', [row]);
  return { table: 'created_content', id: String(row['id']), content: String(row['content']) };
}

export function webAppRow(person: Person, columns: Columns = {}): Columns {
  posts += 1;
  return {
    id: newId(),
    user_id: person.id,
    channel: 'Social Media',
    platform: 'facebook',
    content_type: 'static_post',
    content: `Text of post ${posts}`,
    status: 'scheduled',
    scheduled_at: minutesAgo(1),
    hashtags: [],
    images: [],
    carousel_images: [],
    metadata: {},
    god_mode_metadata: {},
    ...columns,
  };
}

/** The same as a row of a campaign's table: date and time are the wall clock of the owner. */
export async function scheduleCampaignPost(
  publisher: Publisher,
  person: Person,
  columns: Columns = {},
): Promise<AddedPost> {
  posts += 1;
  const { date, time } = wallClock(person.zone ?? 'UTC', 1);
  const row: Columns = {
    id: newId(),
    platform: 'facebook',
    post_type: 'text',
    content: `Text of post ${posts}`,
    status: 'scheduled',
    scheduled_date: date,
    scheduled_time: time,
    metadata: { user_id: person.id },
    ...columns,
  };
  await insertRows(publisher.supabase, 'public.content_posts', [row]);
  return { table: 'content_posts', id: String(row['id']), content: String(row['content']) };
}

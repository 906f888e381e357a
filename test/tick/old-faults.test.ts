import { beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import { EncryptionKey } from '../../src/core/encryption.ts';
import { createKeyring } from '../../src/security/keyring.ts';
import {
  installedLongAgo,
  letTimePass,
  metadataOf,
  minutesAgo,
  publicPosts,
  publishErrorOf,
  readRow,
  storeFile,
  updateRow,
  wallClock,
} from '../support/app-rows.ts';
import { serviceClient } from '../support/clients.ts';
import { testServers } from '../support/http-servers.ts';
import {
  type AddedPost,
  addPerson,
  connect,
  type Person,
  type SimulatedPlatform,
  schedule,
  scheduleCampaignPost,
} from '../support/people.ts';
import { usePublisher } from '../support/publisher.ts';

const publisher = usePublisher();
beforeAll(() => installedLongAgo(publisher()));

const rowOf = ({ table, id }: AddedPost) => readRow(publisher().supabase, table, id);

async function someone(platform: SimulatedPlatform = 'facebook') {
  const person = await addPerson(publisher());
  return { person, page: await connect(publisher(), person, platform) };
}

/** A claim of a tick that then says nothing more, as the database sees it. */
async function claimAndDie(person: Person): Promise<string> {
  const { supabase, run } = publisher();
  const post = await schedule(publisher(), person, { scheduled_at: minutesAgo(-60) });
  await run({ userId: person.id });
  await supabase.sql`update public.created_content set scheduled_at = now() where id = ${post.id}`;
  const [planned] =
    await supabase.sql`select publisher_schedule_key as key from public.publisher_schedule_key(
    public.publisher_row('created_content', ${post.id}), public.publisher_timezone(${person.id}))`;
  await supabase.sql`update public.publish_queue set next_attempt_at = now(), schedule_key = ${planned?.['key']},
    due_at = (select scheduled_at from public.created_content where id = ${post.id}) where post_id = ${post.id}`;
  await supabase.sql`delete from public.publish_changes where ref = ${post.id}`;
  const { data, error } = await serviceClient(supabase).rpc('publisher_claim', {
    p: {
      ...{
        version: 1,
        call: crypto.randomUUID(),
        owner: crypto.randomUUID(),
        run_id: 'dead',
        host: 'elsewhere',
        pid: 1,
      },
      ...{ lease_seconds: 90, limit: 1, per_account: 1, user_id: person.id, include_overdue: false },
      ...{ late_after_seconds: 600, spacing_seconds: 120, max_ticks_per_host: 3 },
    },
  });
  expect(error).toBeNull();
  expect(data.jobs).toHaveLength(1);
  return post.id;
}

describe('1. claims', () => {
  it('no claim: three overlapping runs publish every post once', async () => {
    const { run } = publisher();
    const owners = [await someone(), await someone('linkedin'), await someone()];
    for (const { person, page } of owners) {
      for (let index = 0; index < 8; index += 1)
        await schedule(publisher(), person, { platform: page.platform });
    }
    const ticks = await Promise.all([run(), run(), run()]);
    await run();
    for (const { page } of owners) {
      const texts = publicPosts(publisher(), page.id).map(({ text }) => text);
      expect(new Set(texts).size).toBe(8);
      expect(texts).toHaveLength(8);
    }
    expect(ticks.reduce((sum, { summary }) => sum + summary.published, 0)).toBeLessThanOrEqual(24);
  });

  it('a claim that never expires: the next tick takes over what a dead one held', async () => {
    const { run } = publisher();
    const { person, page } = await someone();
    const id = await claimAndDie(person);
    await run({ userId: person.id });
    expect(publicPosts(publisher(), page.id)).toEqual([]);
    await letTimePass(publisher(), 91);
    await run({ userId: person.id });
    expect(publicPosts(publisher(), page.id)).toHaveLength(1);
    expect((await readRow(publisher().supabase, 'created_content', id)).status).toBe('published');
  });

  it('a claim stolen after five minutes: one that is renewed stays its own, and its flag never looks stale', async () => {
    const { run, supabase } = publisher();
    const { person, page } = await someone();
    const id = await claimAndDie(person);
    const flag = async () => {
      const row = await readRow(supabase, 'created_content', id);
      return Date.parse(String(metadataOf(row)['_publishing_at']));
    };
    for (let minute = 0; minute < 6; minute += 1) {
      await letTimePass(publisher(), 60);
      // The app's row is not our table: its flag grows old by itself.
      await supabase.sql`update public.created_content set metadata = metadata || jsonb_build_object('_publishing_at',
        to_char((metadata ->> '_publishing_at')::timestamptz - interval '60 seconds', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
        where id = ${id}`;
      const [queue] = await supabase.sql`select lease_owner from public.publish_queue where post_id = ${id}`;
      await serviceClient(supabase).rpc('publisher_renew', {
        p: { owner: queue?.['lease_owner'], lease_seconds: 90, posts: [{ source: 'created_content', id }] },
      });
      expect(Date.now() - (await flag()), 'an older scheduler takes over after 5 minutes').toBeLessThan(
        4 * 60_000,
      );
    }
    await run({ userId: person.id });
    expect(publicPosts(publisher(), page.id)).toEqual([]);
  });

  it('a flag that is read and then written: another publisher’s fresh flag is left alone', async () => {
    const { run } = publisher();
    const { person, page } = await someone();
    const flag = { _publishing: true, _publishing_at: minutesAgo(2).replace('Z', '') };
    const post = await schedule(publisher(), person, { metadata: flag });
    const { summary } = await run({ userId: person.id });
    expect(summary).toMatchObject({ published: 0, failed: 0, skipped: 1 });
    const row = await rowOf(post);
    expect(row.status).toBe('scheduled');
    expect(metadataOf(row)).toEqual(flag);
    expect(publicPosts(publisher(), page.id)).toEqual([]);
  });

  it('a flag that was left behind: what that publisher had sent is found and adopted', async () => {
    const { run, supabase, platforms } = publisher();
    const { person, page } = await someone();
    // The other publisher's post, and then its worker died.
    const live = await fetch(`${platforms.base('facebook')}/v26.0/${page.id}/feed`, {
      method: 'POST',
      headers: { authorization: `Bearer ${page.token}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ message: 'Sent by the old cron' }),
    });
    expect(live.status).toBe(200);
    const post = await schedule(publisher(), person, { content: 'Sent by the old cron' });
    await supabase.sql`update public.created_content set metadata = jsonb_build_object('_publishing', true,
      '_publishing_at', to_char(now() at time zone 'UTC' - interval '16 minutes', 'YYYY-MM-DD"T"HH24:MI:SS.US'))
      where id = ${post.id}`;
    for (let tick = 0; tick < 3; tick += 1) {
      await run({ userId: person.id, env: { FIND_QUARANTINE: '300' } });
      await letTimePass(publisher(), 90);
    }
    const row = await rowOf(post);
    const [found, ...others] = publicPosts(publisher(), page.id);
    expect(others).toEqual([]);
    expect(row.status).toBe('published');
    expect(metadataOf(row)).toMatchObject({ facebook_post_id: found?.id });
    expect(metadataOf(row)).not.toHaveProperty('_publishing');
  });
});

it('2. metadata replaced from a snapshot: edits made while the post is being sent survive', async () => {
  const { run, supabase, platforms } = publisher();
  const { person, page } = await someone();
  const post = await schedule(publisher(), person, { metadata: { idea: 'bread', note: 'old' } });
  platforms.setFaults([{ platform: 'facebook', match: '/feed$', kind: 'slow', ms: 1_000 }]);
  const running = run({ userId: person.id });
  await expect.poll(() => publicPosts(publisher(), page.id)).toHaveLength(1);
  await supabase.sql`update public.created_content
    set metadata = metadata || '{"note": "new", "added": [1, 2]}', rl_post_id = 'edited' where id = ${post.id}`;
  await running;
  platforms.setFaults([]);
  const row = await rowOf(post);
  expect(metadataOf(row)).toMatchObject({ idea: 'bread', note: 'new', added: [1, 2] });
  expect(metadataOf(row)).toMatchObject({ facebook_post_id: publicPosts(publisher(), page.id)[0]?.id });
  expect(row['rl_post_id']).toBe('edited');
});

it('3. forgotten columns: carousels go out whole, reels as their film, videos never as bare text', async () => {
  const { run, supabase } = publisher();
  const { person, page } = await someone();
  const instagram = await connect(publisher(), person, 'instagram');
  const pictures = [
    await storeFile(supabase, 'bakery-sourdough.jpg'),
    await storeFile(supabase, 'bakery-opening-hours.jpg'),
    await storeFile(supabase, 'cycling-road-bike.jpg'),
  ];
  const film = await storeFile(supabase, 'bakery-reel.mp4');
  // Each keeps its files in another place of the row.
  await schedule(publisher(), person, {
    content_type: 'carousel',
    carousel_images: pictures,
    images: pictures.slice(0, 1),
  });
  await schedule(publisher(), person, {
    platform: 'instagram',
    content_type: 'carousel',
    metadata: { images: pictures.map((url) => ({ url })), total_images: 3 },
  });
  await schedule(publisher(), person, {
    platform: 'instagram',
    content_type: 'short_video or reel',
    media_url: film,
    images: pictures.slice(0, 1),
  });
  await scheduleCampaignPost(publisher(), person, {
    post_type: 'video',
    primary_image_url: film,
    metadata: { user_id: person.id },
  });
  const { summary } = await run({ userId: person.id });
  expect(summary).toMatchObject({ published: 4, failed: 0 });
  const shapes = (account: string) =>
    publicPosts(publisher(), account)
      .map(({ kind, media }) => `${kind} ${media.length}`)
      .sort();
  expect(shapes(page.id)).toEqual(['carousel 3', 'video 1']);
  expect(shapes(instagram.id)).toEqual(['carousel 3', 'reel 1']);
});

describe('4. ids', () => {
  it('thrown away: id and address stand on the row and in our tables, and are those of the public post', async () => {
    const { run, supabase } = publisher();
    const { person, page } = await someone('linkedin');
    const post = await schedule(publisher(), person, { platform: 'linkedin' });
    await run({ userId: person.id });
    const [live] = publicPosts(publisher(), page.id);
    const row = await rowOf(post);
    expect(metadataOf(row)).toMatchObject({
      linkedin_post_id: live?.id,
      publish_results: [{ id: live?.id, url: live?.url, account_name: page.name }],
    });
    expect(row.channel_post_id).toBe(live?.id);
    expect(
      await supabase.sql`select platform_post_id, platform_post_url from public.publish_targets where post_id = ${post.id}`,
    ).toEqual([{ platform_post_id: live?.id, platform_post_url: live?.url }]);
  });

  it('placeholders reported as success: an answer without an id is no success', async () => {
    const { run } = publisher();
    const servers = testServers();
    try {
      const { person } = await someone();
      const post = await schedule(publisher(), person);
      const origin = await servers.http((_request, response) => {
        response.setHeader('content-type', 'application/json').end('{"success":true}');
      });
      const { summary } = await run({ userId: person.id, env: { FACEBOOK_API_URL: origin } });
      expect(summary).toMatchObject({ published: 0, failed: 0, unknown: 1 });
      const row = await rowOf(post);
      expect(row.status).toBe('scheduled');
      expect(metadataOf(row)).not.toHaveProperty('facebook_post_id');
      expect(publishErrorOf(row).kind).toBe('unknown');
    } finally {
      await servers.close();
    }
  });

  it('"published" without any call: the database itself refuses a published target without an id', async () => {
    const { run, supabase } = publisher();
    const { person } = await someone();
    const post = await schedule(publisher(), person, { content: 'x'.repeat(63_207) });
    await run({ userId: person.id });
    await expect(
      supabase.sql`update public.publish_targets set state = 'published', next_look_at = null where post_id = ${post.id}`.then(
        async (changed) => {
          if (changed.count === 0) throw new Error('there was no target');
        },
      ),
    ).rejects.toThrow(/publish_targets_published_has_id/);
  });
});

describe('5. answers', () => {
  it('any non-200 answer retried at once: a refusal is asked for once', async () => {
    const { run, platforms, wire } = publisher();
    const { person, page } = await someone();
    const post = await schedule(publisher(), person);
    // Were it sent again, the second try would succeed.
    platforms.setFaults([{ platform: 'facebook', match: '/feed$', kind: 'refuse', times: 1 }]);
    await run({ userId: person.id });
    platforms.setFaults([]);
    await run({ userId: person.id });
    expect(wire().filter(({ method, path }) => method === 'POST' && path.includes(page.id))).toHaveLength(1);
    expect((await rowOf(post)).status).toBe('draft');
    expect(publicPosts(publisher(), page.id)).toEqual([]);
  });

  it('a time-out after acceptance counted as failure: the row is never draft while the post may be live', async () => {
    const { run, platforms } = publisher();
    const { person, page } = await someone();
    const post = await schedule(publisher(), person);
    platforms.setFaults([{ platform: 'facebook', match: 'POST .*/feed$', kind: 'slow', ms: 1_500 }]);
    await run({ userId: person.id, env: { REQUEST_TIMEOUT: '700ms', FIND_QUARANTINE: '300' } });
    platforms.setFaults([]);
    const row = await rowOf(post);
    expect(row.status).toBe('scheduled');
    expect(publishErrorOf(row)).toMatchObject({
      kind: 'unknown',
      message: expect.stringMatching(/may be live/),
    });
    expect(metadataOf(row)).toMatchObject({ _publishing: true });
    await letTimePass(publisher(), 120);
    await run({ userId: person.id });
    expect((await rowOf(post)).status).toBe('published');
    expect(publicPosts(publisher(), page.id)).toHaveLength(1);
  });
});

it('6. times: no unknown zone as UTC, no crash on microseconds, nothing expired without a word', async () => {
  const { run } = publisher();
  const person = await addPerson(publisher(), 'IST');
  const page = await connect(publisher(), person, 'facebook');
  const { date, time } = wallClock('UTC', 1);
  const unknown = await schedule(publisher(), person, {
    scheduled_at: null,
    scheduled_date: date,
    scheduled_time: time,
  });
  const micro = await scheduleCampaignPost(publisher(), person, {
    scheduled_date: date,
    scheduled_time: `${time}.123456`,
    metadata: { user_id: person.id, timezone: 'UTC' },
  });
  const old = await schedule(publisher(), person, { scheduled_at: minutesAgo(25 * 60) });
  await run({ userId: person.id });
  expect(publishErrorOf(await rowOf(unknown)).code).toBe('ZONE_UNUSABLE');
  expect((await rowOf(micro)).status).toBe('published');
  expect(publishErrorOf(await rowOf(old)).code).toBe('MISSED_TIME');
  expect(publicPosts(publisher(), page.id)).toHaveLength(1);
});

it('7. one bad row: a NULL platform neither stops the batch nor is retried for ever', async () => {
  const { run } = publisher();
  const { person, page } = await someone();
  const bad = await schedule(publisher(), person, { platform: null, scheduled_at: minutesAgo(5) });
  const good = await schedule(publisher(), person);
  await run({ userId: person.id });
  expect((await rowOf(bad)).status).toBe('draft');
  expect((await rowOf(good)).status).toBe('published');
  for (let tick = 0; tick < 3; tick += 1) {
    await letTimePass(publisher(), 3_600);
    expect((await run({ userId: person.id })).summary.claimed).toBe(0);
  }
  expect(publicPosts(publisher(), page.id)).toHaveLength(1);
});

describe('8. secrets', () => {
  it('tokens in URLs and logs: in no request’s address, no log line, no notice and no table of ours', async () => {
    const { run, supabase, platforms, wire } = publisher();
    const person = await addPerson(publisher());
    const accounts = [];
    for (const platform of ['facebook', 'instagram', 'linkedin', 'youtube'] as const) {
      accounts.push(await connect(publisher(), person, platform));
    }
    const images = [await storeFile(supabase, 'bakery-croissant.png')];
    const media_url = await storeFile(supabase, 'bakery-reel.mp4');
    const content_type = 'short_video or reel';
    for (const platform of ['facebook', 'instagram', 'linkedin'])
      await schedule(publisher(), person, { platform, images });
    for (const platform of ['facebook', 'instagram', 'linkedin', 'youtube']) {
      await schedule(publisher(), person, {
        platform,
        content_type,
        media_url,
        title: `Film for ${platform}`,
      });
    }
    const requestsBefore = wire().length;
    // Some of them fail on the way, because errors are where secrets leak.
    platforms.setFaults([
      { platform: 'facebook', match: 'POST .*/feed$', kind: 'drop_after', times: 1 },
      { platform: 'instagram', match: 'media_publish$', kind: 'refuse', times: 1 },
      { platform: 'linkedin', match: 'POST /rest/posts$', kind: 'server_error_before', times: 1 },
    ]);
    const outputs = [await run({ userId: person.id, env: { LOG_LEVEL: 'debug' } })];
    platforms.setFaults([]);
    await letTimePass(publisher(), 120);
    outputs.push(await run({ userId: person.id, env: { LOG_LEVEL: 'debug' } }));

    const [youtube] =
      await supabase.sql`select access_token_encrypted as token from public.platform_connections
      where user_id = ${person.id} and platform = 'youtube'`;
    const known = EncryptionKey.parse(publisher().env['ENCRYPTION_KEY'] ?? '');
    const fresh = known === null ? null : createKeyring(known, []).decrypt(String(youtube?.['token']));
    if (fresh === null) throw new Error('the stored token cannot be read');
    const secrets = [
      ...accounts.map(({ token }) => token),
      fresh,
      publisher().env['ENCRYPTION_KEY'] ?? '',
      publisher().env['SUPABASE_SERVICE_ROLE_KEY'] ?? '',
      publisher().env['YOUTUBE_CLIENT_SECRET'] ?? '',
    ];
    const tables: unknown[] = [];
    for (const table of [
      'publish_queue',
      'publish_targets',
      'publish_effects',
      'publish_log',
      'publish_holds',
    ]) {
      tables.push(...(await supabase.sql`select t::text from ${supabase.sql(`public.${table}`)} t`));
    }
    const rows =
      await supabase.sql`select t::text from public.created_content t where user_id = ${person.id}`;
    const written = JSON.stringify([outputs, tables, rows]);
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(8);
      expect(written.includes(secret), 'a secret was written down').toBe(false);
    }
    const requests = wire().slice(requestsBefore);
    expect(requests.length).toBeGreaterThan(20);
    for (const { query, path } of requests) {
      expect(Object.keys(query).filter((name) => /token|secret|key/i.test(name))).toEqual([]);
      for (const secret of secrets) expect(path.includes(secret)).toBe(false);
    }
  });

  it('a generated encryption key: without ENCRYPTION_KEY nothing runs, and the message holds none', () => {
    const { ENCRYPTION_KEY: _key, ...env } = publisher().env;
    const loaded = loadConfig(env, { need: ['supabase', 'encryption'], platforms: [] });
    const problems = 'problems' in loaded ? loaded.problems : [];
    expect(problems.map(({ variable }) => variable)).toEqual(['ENCRYPTION_KEY']);
    expect(JSON.stringify(problems)).not.toMatch(/[A-Za-z0-9_-]{43}=/);
  });

  it('ciphertext sent as token: what does not decrypt never leaves, and its account stays as it is', async () => {
    const { run, supabase, wire } = publisher();
    const { person, page } = await someone();
    const other = EncryptionKey.parse('YW5vdGhlciBrZXksIGFsc28gMzIgYnl0ZXMgbG9uZy4=');
    if (other === null) throw new Error('the other key is no key');
    await updateRow(supabase, 'platform_connections', page.connectionId, {
      access_token_encrypted: createKeyring(other, []).encrypt(page.token),
    });
    const post = await schedule(publisher(), person);
    await run({ userId: person.id });
    expect(wire().filter(({ path }) => path.includes(page.id))).toEqual([]);
    const row = await rowOf(post);
    expect(row.status).toBe('scheduled');
    expect(publishErrorOf(row)).toMatchObject({
      kind: 'config',
      hint: expect.stringContaining('ENCRYPTION_KEY'),
    });
    expect(
      await supabase.sql`select is_active, connection_status from public.platform_connections where id = ${page.connectionId}`,
    ).toEqual([{ is_active: true, connection_status: 'active' }]);
  });

  it('a failed refresh disconnects the account: a hiccup does not, and the post goes out after it', async () => {
    const { run, supabase, platforms } = publisher();
    const { person, page } = await someone('youtube');
    const post = await schedule(publisher(), person, {
      platform: 'youtube',
      content_type: 'short_video',
      title: 'A film',
      media_url: await storeFile(supabase, 'bakery-reel.mp4'),
    });
    platforms.setFaults([{ platform: 'youtube', match: '/token$', kind: 'drop_before' }]);
    await run({ userId: person.id });
    platforms.setFaults([]);
    expect((await rowOf(post)).status).toBe('scheduled');
    expect(publishErrorOf(await rowOf(post)).kind).toBe('temporary');
    const [connection] =
      await supabase.sql`select is_active from public.platform_connections where id = ${page.connectionId}`;
    expect(connection).toEqual({ is_active: true });
    await letTimePass(publisher(), 3_600);
    await run({ userId: person.id });
    expect(publicPosts(publisher(), page.id)).toHaveLength(1);
  });
});

describe('9. one commit at the end', () => {
  it('of the batch: a post that is live is on its row while the others are still being sent', async () => {
    const { run, platforms } = publisher();
    const [quick, slow] = [await someone(), await someone('linkedin')];
    const first = await schedule(publisher(), quick.person);
    await schedule(publisher(), slow.person, { platform: 'linkedin' });
    platforms.setFaults([{ platform: 'linkedin', match: 'POST /rest/posts$', kind: 'slow', ms: 3_000 }]);
    let ended = false;
    const running = run().finally(() => {
      ended = true;
    });
    await expect.poll(async () => (await rowOf(first)).status, { timeout: 2_500 }).toBe('published');
    expect(metadataOf(await rowOf(first))).toMatchObject({
      facebook_post_id: publicPosts(publisher(), quick.page.id)[0]?.id,
    });
    expect(ended).toBe(false);
    await running;
    platforms.setFaults([]);
    expect(publicPosts(publisher(), slow.page.id)).toHaveLength(1);
  });

  it('"publish now" re-sends what succeeded: a post that is out is not sent when it is scheduled again', async () => {
    const { run, supabase } = publisher();
    const { person, page } = await someone();
    const post = await schedule(publisher(), person);
    await run({ userId: person.id });
    await supabase.sql`update public.created_content set status = 'scheduled', scheduled_at = now(), content = 'edited'
      where id = ${post.id}`;
    await run({ userId: person.id });
    expect(publicPosts(publisher(), page.id)).toHaveLength(1);
    const row = await rowOf(post);
    expect(row.status).toBe('published');
    expect(publishErrorOf(row)).toMatchObject({
      code: 'ALREADY_OUT',
      message: expect.stringMatching(/Already out/),
    });
  });
});

it('10. wait loops that publish anyway: a container whose state cannot be read is not published', async () => {
  const { run, supabase, platforms, wire } = publisher();
  const { person, page } = await someone('instagram');
  const post = await schedule(publisher(), person, {
    platform: 'instagram',
    images: [await storeFile(supabase, 'bakery-sourdough.jpg')],
  });
  const sends = () => wire().filter(({ path }) => path.endsWith(`${page.id}/media_publish`));
  platforms.setFaults([{ platform: 'instagram', match: 'GET /v[\\d.]+/\\d+$', kind: 'server_error_before' }]);
  await run({ userId: person.id });
  expect(
    wire().filter(({ path, status }) => path.endsWith(`${page.id}/media`) && status === 200),
  ).not.toEqual([]);
  expect(sends()).toEqual([]);
  expect((await rowOf(post)).status).toBe('scheduled');
  platforms.setFaults([]);
  await letTimePass(publisher(), 3_600);
  await run({ userId: person.id });
  expect(sends()).toHaveLength(1);
  expect(publicPosts(publisher(), page.id)).toHaveLength(1);
  expect((await rowOf(post)).status).toBe('published');
});

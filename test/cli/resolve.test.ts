import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ResolveOptions, resolve } from '../../src/cli/resolve.ts';
import { retry } from '../../src/cli/retry.ts';
import {
  installedLongAgo,
  letTimePass,
  metadataOf,
  minutesAgo,
  publicPosts,
  publishErrorOf,
  readRow,
  updateRow,
} from '../support/app-rows.ts';
import { runCommand } from '../support/command.ts';
import {
  type AddedPost,
  addPerson,
  type ConnectedAccount,
  connect,
  type Person,
  schedule,
} from '../support/people.ts';
import { encrypt, FULL_SCOPES, usePublisher } from '../support/publisher.ts';
import { ticksUntilSettled } from '../support/ticks.ts';

const publisher = usePublisher();

beforeAll(() => installedLongAgo(publisher()));
afterEach(() => publisher().platforms.setFaults([]));

type Kind = 'drop_after' | 'drop_before';
const SENDS = { linkedin: 'POST /rest/posts', facebook: 'POST /v[^/]+/[0-9]+/feed' } as const;

/** A post of which nobody can tell whether it is out; with drop_after it is. */
async function maybeLive(platform: keyof typeof SENDS, kind: Kind) {
  const person = await addPerson(publisher());
  const account = await connect(publisher(), person, platform);
  const post = await schedule(publisher(), person, { platform });
  publisher().platforms.setFaults([{ platform, match: SENDS[platform], kind, times: 1 }]);
  await publisher().run({ userId: person.id });
  publisher().platforms.setFaults([{ platform, match: '^GET', kind: 'server_error_before' }]);
  await letTimePass(publisher(), 70 * 60);
  await publisher().run({ userId: person.id });
  // Nobody had looked in that hour: what counts is a quarter of an hour of looks.
  for (let minutes = 0; minutes < 18; minutes += 6) {
    await letTimePass(publisher(), 6 * 60);
    await publisher().run({ userId: person.id });
  }
  publisher().platforms.setFaults([]);
  const row = await readRow(publisher().supabase, post.table, post.id);
  expect(publishErrorOf(row)).toMatchObject({ code: 'MAYBE_LIVE' });
  return { person, account, post };
}

const nameOf = (post: AddedPost) => `${post.table}:${post.id}`;
const rowOf = (post: AddedPost) => readRow(publisher().supabase, post.table, post.id);
const say = (post: AddedPost, options: Partial<ResolveOptions>, env: Record<string, string> = {}) =>
  runCommand(publisher(), (io) => resolve(io, nameOf(post), { notPublished: false, ...options }), env);
const shown = (account: ConnectedAccount) => publicPosts(publisher(), account.id);
const addressOn = (account: ConnectedAccount) => shown(account)[0]?.url ?? 'nothing is public';
const targetsOf = (post: AddedPost) =>
  publisher().supabase.sql`select * from public.publish_targets where post_id = ${post.id}`;
const nothingChanged = async (post: AddedPost) => {
  expect(await targetsOf(post)).toMatchObject([{ state: 'needs_review' }]);
  expect(await rowOf(post)).toMatchObject({ status: 'failed' });
};

describe('a post that is there', () => {
  it.each(['facebook', 'linkedin'] as const)(
    'is recorded as published, and its row says so (%s)',
    async (platform) => {
      const { person, account, post } = await maybeLive(platform, 'drop_after');
      const { code, out } = await say(post, { published: addressOn(account) });
      expect(code).toBe(0);
      expect(out).toContain(`${nameOf(post)} is recorded as published on ${platform} ${account.name}`);
      expect(out).toContain(
        platform === 'facebook' ? 'The platform shows it on this account' : 'this rests on your word alone',
      );
      expect(out).toContain("Its row in the app is 'published' now.");
      const [public_] = shown(account);
      const [target] = await targetsOf(post);
      expect(target).toMatchObject({ state: 'published', platform_post_id: public_?.id, error: null });
      // When it was sent, not when the person looked.
      const sent = new Date(String(target?.['published_at'])).getTime();
      expect(Date.now() - sent).toBeGreaterThan(60 * 60_000);
      const row = await rowOf(post);
      expect(row).toMatchObject({ status: 'published', channel_post_id: public_?.id });
      expect(metadataOf(row)).not.toHaveProperty('_publishing');
      expect(metadataOf(row)).not.toHaveProperty('publish_error');
      const [log] = await publisher().supabase
        .sql`select outcome, platform_post_id, detail from public.publish_log where post_id = ${post.id} and step = 'resolve'`;
      expect(log).toMatchObject({
        outcome: 'published',
        platform_post_id: public_?.id,
        detail: { by: 'hand' },
      });

      await updateRow(publisher().supabase, post.table, post.id, { status: 'scheduled' });
      await ticksUntilSettled(publisher(), person, 1);
      expect(shown(account)).toHaveLength(1);
      expect(await rowOf(post)).toMatchObject({ status: 'published' });
    },
  );

  it('is not looked for a second time: the command says what became of it', async () => {
    const { account, post } = await maybeLive('linkedin', 'drop_after');
    await say(post, { published: addressOn(account) });
    for (const options of [{ published: addressOn(account) }, { notPublished: true }]) {
      const { code, err } = await say(post, options);
      expect(code).toBe(64);
      expect(err).toContain('nothing of it waits for a person');
      expect(err).toContain(`linkedin ${account.id} (${account.name}): published https://`);
    }
  });

  it('is taken by the word of its address while the account cannot be read', async () => {
    const { account, post } = await maybeLive('facebook', 'drop_after');
    publisher().platforms.setFaults([{ platform: 'facebook', match: '^GET', kind: 'token_expired' }]);
    const [page, id] = (shown(account)[0]?.id ?? '').split('_');
    const { code, out } = await say(post, { published: `https://www.facebook.com/${page}/posts/${id}` });
    expect(out).toContain('could not be asked');
    expect(code).toBe(0);
  });
});

describe('an address is refused', () => {
  let world: Awaited<ReturnType<typeof maybeLive>>;
  beforeEach(async () => {
    world = await maybeLive('facebook', 'drop_after');
  });
  afterEach(() => nothingChanged(world.post));

  it.each([
    ['of another platform', 'https://www.youtube.com/watch?v=dQw4w9WgXcQ'],
    ['that is none', 'the one from yesterday'],
    ['that is a short link', 'https://www.facebook.com/share/p/1AbCdEfGhI/'],
    ['of a post that is not there', 'https://www.facebook.com/1/posts/122100000000000001'],
  ])('%s', async (_what, published) => {
    const { code, err } = await say(world.post, { published });
    expect(code).toBe(64);
    expect(err).toMatch(/\nTry: [A-Z].*\.$/);
  });

  it('of another account', async () => {
    const other = await connect(publisher(), world.person, 'facebook');
    const post = await schedule(publisher(), world.person, { metadata: { account_id: other.id } });
    await publisher().run({ userId: world.person.id });
    expect(await rowOf(post)).toMatchObject({ status: 'published' });
    const { code, err } = await say(world.post, { published: addressOn(other) });
    expect(code).toBe(64);
    expect(err).toMatch(/lists? (no|such)|does not list/);
  });

  it('of a post that belongs to another target, which is named', async () => {
    const mine = shown(world.account).map(({ id }) => id);
    const post = await schedule(publisher(), world.person);
    await publisher().run({ userId: world.person.id });
    const other = shown(world.account).find(({ id }) => !mine.includes(id));
    const { code, err } = await say(world.post, { published: other?.url ?? '' });
    expect(code).toBe(64);
    expect(err).toContain(`already belongs to ${nameOf(post)}`);
  });

  it('while the platform does not answer and the address does not name the account: try again later', async () => {
    publisher().platforms.setFaults([{ platform: 'facebook', match: '^GET', kind: 'server_error_before' }]);
    const [, id] = (shown(world.account)[0]?.id ?? '').split('_');
    const { code, err } = await say(world.post, {
      published: `https://www.facebook.com/raobakes/posts/${id}`,
    });
    expect(code).toBe(75);
    expect(err).toContain('could not be checked');
  });

  it('when both answers are given, or none', async () => {
    for (const options of [{}, { published: 'https://example.org', notPublished: true }]) {
      expect(await say(world.post, options)).toMatchObject({ code: 64 });
    }
  });

  it('when TEST_USER_ID is somebody else, also for the answer “not published”', async () => {
    const other = await addPerson(publisher());
    for (const options of [{ published: addressOn(world.account) }, { notPublished: true }]) {
      const { code, err } = await say(world.post, options, { TEST_USER_ID: other.id });
      expect(code).toBe(64);
      expect(err).toContain('another user than TEST_USER_ID');
    }
  });

  it('while a tick works on the post', async () => {
    await publisher().supabase.sql`update public.publish_queue
      set lease_owner = gen_random_uuid(), lease_until = now() + interval '1 minute' where post_id = ${world.post.id}`;
    const { code, err } = await say(world.post, { notPublished: true });
    expect(code).toBe(64);
    expect(err).toContain('a tick is working on it at this moment');
  });
});

it('an older post of the account is refused, where its age can be told', async () => {
  const { account, post } = await maybeLive('linkedin', 'drop_before');
  const lastYear = (BigInt(Date.now() - 365 * 24 * 3_600_000) << 22n).toString();
  const { code, err } = await say(post, {
    published: `https://www.linkedin.com/feed/update/urn:li:share:${lastYear}/`,
  });
  expect(code).toBe(64);
  expect(err).toContain('before this one was first sent');
  expect(shown(account)).toEqual([]);
  await nothingChanged(post);
});

it('a post that was said not to be there, by mistake, is recorded once its address is named', async () => {
  const { account, post } = await maybeLive('facebook', 'drop_after');
  expect((await say(post, { notPublished: true })).code).toBe(0);
  expect((await say(post, { published: addressOn(account) })).code).toBe(0);
  expect(await rowOf(post)).toMatchObject({ status: 'published', channel_post_id: shown(account)[0]?.id });
});

describe.each(['facebook', 'linkedin'] as const)('a post that is not there (%s)', (platform) => {
  const isDraft = async (post: AddedPost) => {
    const row = await rowOf(post);
    expect(row).toMatchObject({ status: 'draft' });
    expect(metadataOf(row)).not.toHaveProperty('_publishing');
    expect(publishErrorOf(row)).toMatchObject({ kind: 'rejected', code: 'NOT_PUBLISHED' });
    return publishErrorOf(row);
  };
  const goesOutOnce = async (person: Person, account: ConnectedAccount, post: AddedPost) => {
    await ticksUntilSettled(publisher(), person, 1);
    expect(shown(account)).toHaveLength(1);
    expect(await rowOf(post)).toMatchObject({ status: 'published', channel_post_id: shown(account)[0]?.id });
  };

  it("becomes 'draft', and retry sends it", async () => {
    const { person, account, post } = await maybeLive(platform, 'drop_before');
    const { code, out } = await say(post, { notPublished: true });
    expect(code).toBe(0);
    expect(out).toContain("Its row in the app is 'draft' now.");
    expect(out).toContain(`content-publisher retry ${nameOf(post)}`);
    expect((await isDraft(post)).hint).toContain(`content-publisher retry ${nameOf(post)}`);
    await ticksUntilSettled(publisher(), person, 1);
    expect(shown(account)).toEqual([]);
    expect(await runCommand(publisher(), (io) => retry(io, nameOf(post), null))).toMatchObject({ code: 0 });
    await goesOutOnce(person, account, post);
  });

  it('is sent when the app schedules it again', async () => {
    const { person, account, post } = await maybeLive(platform, 'drop_before');
    await say(post, { notPublished: true });
    await updateRow(publisher().supabase, post.table, post.id, {
      status: 'scheduled',
      scheduled_at: minutesAgo(0.1),
    });
    await goesOutOnce(person, account, post);
  });
});

it('a checkpoint that cannot be read does not keep a post back once a person has looked', async () => {
  const { person, account, post } = await maybeLive('facebook', 'drop_before');
  await say(post, { notPublished: true });
  await publisher().supabase
    .sql`update public.publish_targets set checkpoint = ${encrypt('{"version":987}')} where post_id = ${post.id}`;
  await runCommand(publisher(), (io) => retry(io, nameOf(post), null));
  await ticksUntilSettled(publisher(), person, 1);
  expect(shown(account)).toHaveLength(1);
});

it('of several accounts the one must be named that was looked at', async () => {
  const { person, account, post } = await maybeLive('linkedin', 'drop_after');
  const second = await connect(publisher(), person, 'linkedin', {
    connection: { organization_id: '4711' },
    sim: { id: 'urn:li:organization:4711', scopes: FULL_SCOPES.linkedinOrganization },
  });
  const { sql } = publisher().supabase;
  await sql`insert into public.publish_targets (source, post_id, platform, account_id, state, next_look_at)
    values (${post.table}, ${post.id}, 'linkedin', ${second.id}, 'needs_review', null)`;
  const both = await say(post, { published: addressOn(account) });
  expect(both.code).toBe(64);
  expect(both.err).toContain('2 of its accounts wait for a person');
  expect(await say(post, { published: addressOn(account), account: account.id })).toMatchObject({ code: 0 });
  expect(await rowOf(post)).toMatchObject({ status: 'published' });
  expect(await say(post, { notPublished: true, account: second.id })).toMatchObject({ code: 0 });
  expect((await targetsOf(post)).map((target) => String(target['state'])).sort()).toEqual([
    'failed',
    'published',
  ]);
});

it('retry leaves the posts of others alone while TEST_USER_ID is set', async () => {
  const { post } = await maybeLive('linkedin', 'drop_before');
  await say(post, { notPublished: true });
  const other = await addPerson(publisher());
  const answer = await runCommand(publisher(), (io) => retry(io, nameOf(post), null), {
    TEST_USER_ID: other.id,
  });
  expect(answer.code).toBe(64);
  expect(answer.err).toContain('another user than TEST_USER_ID');
});

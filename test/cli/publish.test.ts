import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { publish } from '../../src/cli/publish.ts';
import { status } from '../../src/cli/status.ts';
import {
  installedLongAgo,
  metadataOf,
  minutesAgo,
  newId,
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
  scheduleCampaignPost,
} from '../support/people.ts';
import { usePublisher } from '../support/publisher.ts';

const publisher = usePublisher();
let person: Person;
let account: ConnectedAccount;

beforeAll(() => installedLongAgo(publisher()));
beforeEach(async () => {
  person = await addPerson(publisher());
  account = await connect(publisher(), person, 'facebook');
});
afterEach(() => publisher().platforms.setFaults([]));

const nameOf = (post: AddedPost) => `${post.table}:${post.id}`;
const now = (post: AddedPost | string, json = false, env: Record<string, string> = {}) =>
  runCommand(publisher(), (io) => publish(io, typeof post === 'string' ? post : nameOf(post), { json }), env);
const rowOf = (post: AddedPost) => readRow(publisher().supabase, post.table, post.id);
const shown = () => publicPosts(publisher(), account.id).map(({ text }) => text);
const later = (columns = {}) => schedule(publisher(), person, { scheduled_at: minutesAgo(-60), ...columns });
const tick = () => publisher().run({ userId: person.id });

describe('publishes one post now', () => {
  it('that lies ahead, and no other', async () => {
    const others = [await later(), await schedule(publisher(), person)];
    const post = await later();
    const { code, out } = await now(post);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^published facebook ${account.id}: https://`));
    expect(shown()).toEqual([post.content]);
    expect(await rowOf(post)).toMatchObject({ status: 'published' });
    for (const other of others) expect(await rowOf(other)).toMatchObject({ status: 'scheduled' });
    await tick();
    expect(shown().filter((text) => text === post.content)).toHaveLength(1);
  });

  it('and prints the object of run --json', async () => {
    const post = await later();
    const { code, out } = await now(post, true);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      claimed: 1,
      published: 1,
      posts: [{ source: post.table, id: post.id, outcome: 'published', error: null }],
    });
  });

  it('of a campaign, by the wall clock of its owner', async () => {
    const post = await scheduleCampaignPost(publisher(), person, { scheduled_date: '2099-01-01' });
    expect(await now(post)).toMatchObject({ code: 0 });
    expect(shown()).toEqual([post.content]);
  });

  it('that was due before content-publisher was installed, or far too late', async () => {
    const post = await schedule(publisher(), person, { scheduled_at: minutesAgo(60 * 24 * 400) });
    expect(await now(post)).toMatchObject({ code: 0 });
    expect(shown()).toEqual([post.content]);
  });

  it.each(['draft', 'failed'])("that is '%s' and was never scheduled", async (status) => {
    const post = await later({ status });
    expect(await now(post)).toMatchObject({ code: 0 });
    expect(shown()).toEqual([post.content]);
    expect(await rowOf(post)).toMatchObject({ status: 'published' });
  });

  it('that failed before its cause was mended', async () => {
    const other = await addPerson(publisher());
    const post = await schedule(publisher(), other);
    await publisher().run({ userId: other.id });
    expect(await rowOf(post)).toMatchObject({ status: 'draft' });
    const mended = await connect(publisher(), other, 'facebook');
    expect(await now(post)).toMatchObject({ code: 0 });
    expect(publicPosts(publisher(), mended.id)).toHaveLength(1);
  });

  it('and counts as no tick of cron', async () => {
    await publisher().supabase.sql`delete from public.publish_hosts`;
    await now(await later());
    expect(await publisher().supabase.sql`select 1 from public.publish_hosts`).toHaveLength(0);
    expect(await runCommand(publisher(), (io) => status(io, { json: false }))).toMatchObject({ code: 1 });
  });
});

describe('what is not out says why', () => {
  it('and ends with 1 when it failed', async () => {
    const post = await later({ content: '' });
    const { code, out } = await now(post);
    expect(code).toBe(1);
    expect(out).toMatch(/^failed facebook.*: [A-Z].*\./);
    expect(await rowOf(post)).toMatchObject({ status: 'draft' });
  });

  it('a hold of its account is respected, and until when is said; it then goes out by itself, before its time', async () => {
    const { sql } = publisher().supabase;
    await sql`insert into public.publish_holds (scope, key, until, kind, reason, hint)
      values ('account', ${`facebook:${account.id}`}, now() + interval '10 minutes', 'rate_limited', 'Slow down.', 'Wait.')`;
    const post = await later();
    const { code, out } = await now(post);
    expect(code).toBe(0);
    expect(out).toContain(`held facebook ${account.id}: Slow down.`);
    expect(shown()).toEqual([]);
    await sql`delete from public.publish_holds`;
    await sql`update public.publish_targets set next_look_at = now() where post_id = ${post.id}`;
    await sql`update public.publish_queue set next_attempt_at = now() where post_id = ${post.id}`;
    await tick();
    expect(shown()).toEqual([post.content]);
  });

  it('a changed schedule takes it back: then it waits for its new time', async () => {
    publisher().platforms.setFaults([{ platform: 'facebook', match: 'feed', kind: 'rate_limit', times: 1 }]);
    const post = await later();
    await now(post);
    await updateRow(publisher().supabase, post.table, post.id, { scheduled_at: minutesAgo(-90) });
    const { sql } = publisher().supabase;
    await sql`delete from public.publish_holds`;
    await tick();
    await sql`update public.publish_targets set next_look_at = now() where post_id = ${post.id}`;
    await sql`update public.publish_queue set next_attempt_at = now() where post_id = ${post.id}`;
    await tick();
    expect(shown()).toEqual([]);
    expect(await rowOf(post)).toMatchObject({ status: 'scheduled' });
  });

  it('while another post of its account is being sent it is left to the next tick', async () => {
    const [other, post] = [await schedule(publisher(), person), await later()];
    await publisher().run({ userId: (await addPerson(publisher())).id });
    const { sql } = publisher().supabase;
    await tick();
    await sql`update public.publish_queue set lease_owner = gen_random_uuid(), lease_until = now() + interval '1 minute'
      where post_id = ${other.id}`;
    const { code, err } = await now(post);
    expect(code).toBe(75);
    expect(err).toContain('the next tick publishes it');
    await sql`update public.publish_queue set lease_owner = null, lease_until = null where post_id = ${other.id}`;
    await tick();
    expect(shown()).toContain(post.content);
  });
});

describe('is refused with a sentence', () => {
  const refused = async (post: AddedPost | string, sentence: RegExp, env: Record<string, string> = {}) => {
    const before = shown();
    const { code, out, err } = await now(post, false, env);
    expect(err).toMatch(sentence);
    expect(err).toMatch(/\nTry: \S.*/);
    expect(code).toBe(64);
    expect(out).toBe('');
    expect(shown()).toEqual(before);
  };

  it('for a post that is out, saying where', async () => {
    const post = await later();
    await now(post);
    await refused(post, /nothing of it is left to send[\s\S]*published https:\/\//);
    expect(shown()).toHaveLength(1);
  });

  it('for one that may be out, naming the command that ends that', async () => {
    const post = await later();
    await now(post);
    await publisher().supabase
      .sql`update public.publish_targets set state = 'needs_review', platform_post_id = null
      where post_id = ${post.id}`;
    await updateRow(publisher().supabase, post.table, post.id, { status: 'failed' });
    await refused(
      post,
      new RegExp(`needs_review[\\s\\S]*content-publisher resolve ${nameOf(post)} --published`),
    );
    expect(await rowOf(post)).toMatchObject({ status: 'failed' });
  });

  it.each([
    ['of another channel', { channel: 'Blog' }, /channel blog is not published by this tool/],
    [
      'that another publisher works on',
      { metadata: { _publishing: true, _publishing_at: minutesAgo(1) } },
      /another publisher is working on it/,
    ],
    ['without a time', { scheduled_at: null, status: 'draft' }, /time/],
    ['that the app has published itself', { status: 'published' }, /the app says 'published'/],
    ['that is not ready', { status: 'generated' }, /the app says 'generated'/],
    ['that was deleted', { status: 'deleted' }, /the app says 'deleted'/],
  ])('for one %s, and its row stays as it is', async (_what, columns, sentence) => {
    const post = await later(columns);
    const { status, metadata } = await rowOf(post);
    await refused(post, sentence);
    expect(await rowOf(post)).toMatchObject({ status, metadata });
  });

  it('for the post of another user than TEST_USER_ID', async () => {
    const other = await addPerson(publisher());
    const post = await later();
    await refused(post, /another user than TEST_USER_ID/, { TEST_USER_ID: other.id });
    expect(await now(post, false, { TEST_USER_ID: person.id })).toMatchObject({ code: 0 });
  });

  it('for one that a tick has in its hands', async () => {
    const post = await later();
    await tick();
    await publisher().supabase.sql`update public.publish_queue
      set lease_owner = gen_random_uuid(), lease_until = now() + interval '1 minute' where post_id = ${post.id}`;
    await refused(post, /a tick is working on it at this moment/);
  });

  it('for a name that is none, and a post that is none', async () => {
    await refused('nonsense', /does not name a post/);
    await refused(`content_posts:${newId()}`, /there is no such post/);
  });
});

it('a lost answer is followed to its end and never sent again by a second call', async () => {
  publisher().platforms.setFaults([{ platform: 'facebook', match: 'feed', kind: 'drop_after', times: 1 }]);
  const post = await later();
  const first = await now(post);
  expect(first.out).toMatch(/^(unknown|published) facebook/);
  publisher().platforms.setFaults([]);
  await publisher().supabase
    .sql`update public.publish_targets set next_look_at = now() where post_id = ${post.id}`;
  await now(post);
  await publisher().supabase
    .sql`update public.publish_queue set next_attempt_at = now() where post_id = ${post.id} and state = 'waiting'`;
  await tick();
  expect(shown()).toEqual([post.content]);
  const row = await rowOf(post);
  expect(row).toMatchObject({ status: 'published' });
  expect(metadataOf(row)).not.toHaveProperty('publish_error');
  expect(() => publishErrorOf(row)).toThrow();
});

import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { status } from '../../src/cli/status.ts';
import { installedLongAgo, minutesAgo } from '../support/app-rows.ts';
import { runCommand } from '../support/command.ts';
import { addPerson, connect, schedule } from '../support/people.ts';
import { usePublisher } from '../support/publisher.ts';

const publisher = usePublisher();
beforeAll(() => installedLongAgo(publisher()));

const Post = z.strictObject({
  source: z.string(),
  id: z.string(),
  platform: z.string().nullable(),
  account: z.string().nullable(),
  state: z.string().nullable(),
  at: z.iso.datetime().nullable(),
  detail: z.string().nullable(),
});
const maybeMoment = z.iso.datetime().nullable();
const counts = z.record(z.string(), z.number());
const Status = z.strictObject({
  well: z.boolean(),
  now: z.iso.datetime(),
  installed_at: z.iso.datetime(),
  only_user: z.string().nullable(),
  findings: z.array(
    z.strictObject({
      code: z.string(),
      broken: z.boolean(),
      message: z.string(),
      hint: z.string(),
      count: z.number(),
      posts: z.array(Post),
    }),
  ),
  unread: z.number(),
  scheduled: z.number(),
  due: z.number(),
  overdue: z.number(),
  unplanned: z.number(),
  in_flight: z.number(),
  next_due: maybeMoment,
  targets: counts,
  skipped: counts,
  working: z.array(z.unknown()),
  held: z.array(
    z.strictObject({
      platform: z.string(),
      account: z.string(),
      reason: z.string().nullable(),
      hint: z.string().nullable(),
      until: z.iso.datetime(),
      since: maybeMoment,
      count: z.number(),
    }),
  ),
  holds: z.array(z.unknown()),
  inactive_accounts: z.array(z.unknown()),
  hosts: z.array(
    z.strictObject({
      host: z.string(),
      only_user: z.string().nullable(),
      version: z.string().nullable(),
      last_started_at: maybeMoment,
      last_ended_at: z.iso.datetime(),
      clock_skew_ms: z.number().nullable(),
    }),
  ),
});

const show = (change: Record<string, string> = {}) =>
  runCommand(publisher(), (io) => status(io, { json: false }), change);
const asJson = async (change: Record<string, string> = {}) => {
  const { out, code } = await runCommand(publisher(), (io) => status(io, { json: true }), change);
  return { code, ...Status.parse(JSON.parse(out)) };
};

describe('content-publisher status', () => {
  it('begins with what is wrong and what to do when no tick has ever run, and exits with 1', async () => {
    const { code, out } = await show();
    expect(code).toBe(1);
    expect(out.split('\n')[0]).toBe('NOT WELL: No tick has ever come to its end.');
    expect(out).toContain('Look whether cron runs it');
  });

  it('says that all is well in one sentence, with the figures below, and exits with 0', async () => {
    const person = await addPerson(publisher());
    await connect(publisher(), person, 'facebook');
    await schedule(publisher(), person);
    await schedule(publisher(), person, { scheduled_at: minutesAgo(-60) });
    await publisher().run();
    const { code, out } = await show();
    expect(code).toBe(0);
    expect(out.split('\n')[0]).toBe('All is well.');
    expect(out).toMatch(/^due now +0$/m);
    expect(out).toMatch(/^scheduled +1$/m);
    expect(out).toMatch(/^next due +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC \(in (59 min|1 h).*\)$/m);
    expect(out).toMatch(/^targets +published 1$/m);
    expect(out).toMatch(/^ {2}test-host +\d+ s ago, took \d+ s, clock [+-]0\.\d s, version 1\.2\.3$/m);
    expect(await asJson()).toMatchObject({
      code: 0,
      well: true,
      findings: [],
      scheduled: 1,
      targets: { published: 1 },
      hosts: [{ host: 'test-host', only_user: null }],
    });
  });

  it('a tick limited to one user is a good one for that user alone', async () => {
    const person = await addPerson(publisher());
    await publisher().run({ userId: person.id });
    const { sql } = publisher().supabase;
    await sql`update public.publish_hosts set ended_at = ended_at - interval '1 hour' where only_user = ''`;
    expect(await asJson()).toMatchObject({ code: 1, well: false, findings: [{ code: 'NO_TICK' }] });
    expect(await asJson({ TEST_USER_ID: person.id })).toMatchObject({
      code: 0,
      well: true,
      only_user: person.id,
      scheduled: 0,
      targets: {},
    });
    await publisher().run();
    expect(await asJson()).toMatchObject({ code: 0, well: true });
  });

  it('an idle tick makes no request more for it', async () => {
    const person = await addPerson(publisher());
    const asked: string[] = [];
    await publisher().run({
      userId: person.id,
      store: (store) =>
        new Proxy(store, {
          get: (own, name) => {
            asked.push(String(name));
            return Reflect.get(own, name);
          },
        }),
    });
    expect(asked).toEqual(['deliver', 'sweep', 'planRead', 'writebacks', 'tokenSample', 'claim', 'report']);
  });

  it('names the posts that need a person, and that is no broken promise', async () => {
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'linkedin');
    const post = await schedule(publisher(), person, { platform: 'linkedin' });
    await publisher().run({ userId: person.id });
    await publisher().supabase.sql`update public.publish_targets
      set state = 'needs_review', platform_post_id = null, error = '{"message": "Nobody can tell."}' where post_id = ${post.id}`;
    const { code, out } = await show({ TEST_USER_ID: person.id });
    expect(code).toBe(0);
    expect(out.split('\n')[0]).toBe(
      'No promise is broken, but: 1 post may already be live, and only a person can tell.',
    );
    expect(out).toContain(`created_content:${post.id}  linkedin ${account.name} needs_review`);
    expect(out).toContain('content-publisher resolve <post> --published <address>');
  });

  it('says what waits for what, once for all posts with the same reason', async () => {
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'facebook');
    publisher().platforms.setFaults([{ platform: 'facebook', match: '^POST', kind: 'token_expired' }]);
    for (const content of ['one', 'two']) await schedule(publisher(), person, { content });
    await publisher().run({ userId: person.id });
    publisher().platforms.setFaults([]);
    const { held, inactive_accounts } = await asJson({ TEST_USER_ID: person.id });
    expect(held.every((group) => group.platform === 'facebook' && group.account === account.name)).toBe(true);
    expect(held.reduce((sum, { count }) => sum + count, 0)).toBe(2);
    expect(inactive_accounts).toMatchObject([{ platform: 'facebook', account: account.name, waiting: 2 }]);
    const { out } = await show({ TEST_USER_ID: person.id });
    expect(out.split('\n')[0]).toContain(`2 posts wait for the facebook account ${account.name}`);
    expect(out).toMatch(/^Posts that wait:\n +\d {2}until \d{4}-.*\n {7}[A-Z]/m);
  });
});

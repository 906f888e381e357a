import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { insertRows, minutesAgo, newId } from '../support/app-rows.ts';
import { addPerson, connect, type Person, schedule } from '../support/people.ts';
import { usePublisher } from '../support/publisher.ts';
import { runProcess } from '../support/run-process.ts';
import { useSupabase } from '../support/supabase.ts';

const BIN = fileURLToPath(new URL('../../bin/content-publisher', import.meta.url));
const PATH = `${dirname(process.execPath)}:/usr/bin:/bin`;

const Summary = z.strictObject({
  run_id: z.string(),
  started_at: z.iso.datetime(),
  duration_ms: z.number(),
  due: z.number(),
  claimed: z.number(),
  published: z.number(),
  accepted: z.number(),
  failed: z.number(),
  retry: z.number(),
  held: z.number(),
  unknown: z.number(),
  needs_review: z.number(),
  skipped: z.number(),
  posts: z.array(
    z.strictObject({
      source: z.string(),
      id: z.string(),
      user_id: z.string().nullable(),
      platform: z.string().nullable(),
      account_id: z.string().nullable(),
      outcome: z.string(),
      platform_post_id: z.string().nullable(),
      url: z.string().nullable(),
      error: z
        .strictObject({ kind: z.string(), code: z.string(), message: z.string(), hint: z.string() })
        .nullable(),
      due_at: z.string().nullable(),
      published_at: z.string().nullable(),
    }),
  ),
});

describe('content-publisher', () => {
  const publisher = usePublisher();
  const unmigrated = useSupabase({ migrated: false });
  let person: Person;

  /** The program as cron or a person starts it: a process with this environment and nothing else. */
  const start = (args: readonly string[], change: Record<string, string | undefined> = {}) => {
    const env: Record<string, string> = { PATH };
    for (const [name, value] of Object.entries({ ...publisher().env, ...change })) {
      if (value !== undefined) env[name] = value;
    }
    return runProcess(BIN, ['--env-file', '/nowhere/.env', ...args], { cwd: '/', env });
  };
  const onlyPerson = () => ({ TEST_USER_ID: person.id });

  beforeEach(async () => {
    // The rows of these tests fell due a minute ago, which is before the test's own database was made.
    await publisher().supabase.sql`update public.publish_install set installed_at = now() - interval '1 day'`;
    person = await addPerson(publisher());
  });

  describe('run', () => {
    it('ends with 0 and says so when nothing is due', async () => {
      const { code, stdout, stderr } = await start(['run', '--json'], onlyPerson());
      expect(stderr).toBe('');
      expect(code).toBe(0);
      expect(Summary.parse(JSON.parse(stdout))).toMatchObject({ due: 0, claimed: 0, posts: [] });
    });

    it('prints one object with what became of each post', async () => {
      await connect(publisher(), person, 'facebook');
      const post = await schedule(publisher(), person);
      const { code, stdout } = await start(['run', '--json'], onlyPerson());
      expect(code).toBe(0);
      const summary = Summary.parse(JSON.parse(stdout));
      expect(summary).toMatchObject({ due: 1, claimed: 1, published: 1, failed: 0 });
      const [found] = publisher()
        .platforms.posts()
        .filter(({ text }) => text === post.content);
      expect(summary.posts).toEqual([
        expect.objectContaining({
          id: post.id,
          outcome: 'published',
          platform_post_id: found?.id,
          error: null,
        }),
      ]);
    });

    it('says in its first line when it is limited to one user', async () => {
      await start(['run'], onlyPerson());
      const log = await readFile(join(String(publisher().env['LOG_DIR']), 'content_publisher.log'), 'utf8');
      const lines = log
        .trim()
        .split('\n')
        .map((line) => String(z.object({ message: z.string() }).parse(JSON.parse(line)).message));
      const begin = lines.findLast((line) => line.startsWith('tick begins'));
      expect(begin).toContain(`only posts of user ${person.id}`);
    });

    it('counts a failed post as data, unless --fail-on-error makes it the exit code', async () => {
      await schedule(publisher(), person);
      const first = await start(['run'], onlyPerson());
      expect(first.code).toBe(0);
      expect(first.stderr).toContain('No Facebook account is connected');
      expect(first.stderr.trim().split('\n')).toHaveLength(1);
      await schedule(publisher(), person);
      expect((await start(['run', '--fail-on-error'], onlyPerson())).code).toBe(1);
    });

    it('ends with 78 and the mending command when the migration was never applied', async () => {
      const { url, serviceRoleKey } = unmigrated();
      const { code, stderr } = await start(['run'], {
        SUPABASE_URL: url,
        SUPABASE_SERVICE_ROLE_KEY: serviceRoleKey,
      });
      expect(code).toBe(78);
      expect(stderr).toMatch(/publisher_sweep/);
      expect(stderr).toContain('content-publisher migrate');
    });

    it('ends with 78 when the schema is another version than the program speaks', async () => {
      const { sql } = publisher().supabase;
      await sql`update public.publish_install set schema_version = 99`;
      try {
        const { code, stderr } = await start(['run'], onlyPerson());
        expect(code).toBe(78);
        expect(stderr).toContain('schema version 99');
      } finally {
        await sql`update public.publish_install set schema_version = 1`;
      }
    });

    it('ends with 69 when the database cannot be reached', async () => {
      const { code, stderr } = await start(['run'], { SUPABASE_URL: 'http://127.0.0.1:9' });
      expect(code).toBe(69);
      expect(stderr).toContain('The database did not answer');
    });

    it.each([
      [
        'an anon key',
        () => ({ SUPABASE_SERVICE_ROLE_KEY: publisher().supabase.anonKey }),
        'SUPABASE_SERVICE_ROLE_KEY',
      ],
      ['a TEST_USER_ID that is no uuid', () => ({ TEST_USER_ID: 'me' }), 'TEST_USER_ID'],
      ['no ENCRYPTION_KEY', () => ({ ENCRYPTION_KEY: undefined }), 'ENCRYPTION_KEY'],
      ['a wrong ENCRYPTION_KEY', () => ({ ENCRYPTION_KEY: 'short' }), 'ENCRYPTION_KEY'],
      ['no SUPABASE_URL', () => ({ SUPABASE_URL: undefined }), 'SUPABASE_URL'],
      [
        'a real platform beside a sandbox database',
        () => ({ FACEBOOK_API_URL: undefined }),
        'FACEBOOK_API_URL',
      ],
    ])('ends with 78 before anything is claimed: %s', async (_case, change, variable) => {
      await connect(publisher(), person, 'facebook');
      const post = await schedule(publisher(), person);
      const { code, stderr } = await start(['run'], { ...onlyPerson(), ...change() });
      expect(code).toBe(78);
      expect(stderr).toContain(variable);
      const [row] = await publisher().supabase
        .sql`select status, metadata from public.created_content where id = ${post.id}`;
      expect(row).toMatchObject({ status: 'scheduled', metadata: {} });
    });

    it('publishes a due post once when three ticks start at the same moment', async () => {
      await connect(publisher(), person, 'facebook');
      await connect(publisher(), person, 'linkedin');
      const posts = [];
      for (const platform of ['facebook', 'linkedin', 'facebook', 'linkedin', 'facebook', 'linkedin']) {
        posts.push(await schedule(publisher(), person, { platform }));
      }
      const ended = await Promise.all([1, 2, 3].map(() => start(['run'], onlyPerson())));
      expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
      // An account that one tick works on is left to it; what it did not take waits for the next tick.
      await start(['run'], onlyPerson());
      const texts = publisher()
        .platforms.posts()
        .map(({ text }) => text);
      expect(posts.map(({ content }) => texts.filter((text) => text === content).length)).toEqual([
        1, 1, 1, 1, 1, 1,
      ]);
    });
  });

  describe('run --dry-run', () => {
    it('shows what is due, where it would go and what stops it, and writes nothing', async () => {
      await connect(publisher(), person, 'facebook');
      const good = await schedule(publisher(), person, { hashtags: ['bread'] });
      const bad = await schedule(publisher(), person, { platform: 'instagram' });
      await schedule(publisher(), person, { scheduled_at: minutesAgo(-60), content: 'not due yet' });
      const { sql } = publisher().supabase;
      const all = () => sql`select * from public.created_content where user_id = ${person.id} order by id`;
      const before = await all();
      const { code, stdout } = await start(['run', '--dry-run'], onlyPerson());
      expect(code).toBe(0);
      expect(stdout).toContain(`created_content:${good.id}`);
      expect(stdout).toContain(`${good.content}`);
      expect(stdout).toContain('#bread');
      expect(stdout).toContain(`created_content:${bad.id}`);
      expect(stdout).toContain('PROBLEM');
      expect(stdout).not.toContain('not due yet');
      expect(await all()).toEqual(before);
      const queued = await sql`select 1 from public.publish_queue where user_id = ${person.id}`;
      expect(queued).toHaveLength(0);
    });

    it('shows what follows a post, with its length, and what all of it costs', async () => {
      await connect(publisher(), person, 'x');
      await connect(publisher(), person, 'facebook');
      const paragraphs = ['First', 'Second', 'Third'].map((word) => `${word} ${'and so on '.repeat(16)}end`);
      await schedule(publisher(), person, {
        platform: 'x',
        content: paragraphs.join('\n\n'),
        metadata: { publish_options: { thread: true } },
      });
      const publish_options = { first_comment: 'The recipe:\nflour, water' };
      await schedule(publisher(), person, { metadata: { publish_options } });
      const { stdout } = await start(['run', '--dry-run'], onlyPerson());
      expect(stdout).toContain(`then     part 2 of 3 (170 characters): ${paragraphs[1]}\n`);
      expect(stdout).toContain(`then     part 3 of 3 (169 characters): ${paragraphs[2]}\n`);
      expect(stdout).toContain('note     X takes about USD 0.045 of the prepaid credits for these 3 posts');
      expect(stdout).toContain(
        'then     the first comment (24 characters): The recipe:\n           flour, water\n',
      );
    });

    it('shows each account that a post goes to, with the text that is meant for it', async () => {
      const page = await connect(publisher(), person, 'facebook');
      const user = await connect(publisher(), person, 'x');
      const post = await schedule(publisher(), person);
      const rows = [
        { platform: 'facebook', account_id: page.id, text: null },
        { platform: 'x', account_id: user.id, text: 'Said in other words' },
        { platform: 'x', account_id: '999', text: null },
      ].map((row) => ({ ...row, source: post.table, post_id: post.id }));
      await insertRows(publisher().supabase, 'public.publish_targets', rows);
      const { stdout } = await start(['run', '--dry-run'], onlyPerson());
      expect(stdout).toContain(': 1 due.');
      const [, first = '', second = '', third = ''] = stdout.split(`${post.table}:${post.id}\n`);
      expect(first).toContain(`to       facebook (text) — ${page.name} (${page.id})`);
      expect(first).toContain(`text     ${post.content}`);
      expect(second).toContain(`to       x (text) — ${user.name} (${user.id})`);
      expect(second).toContain('text     Said in other words\n');
      expect(third).toContain('PROBLEM  The x account 999 is not connected for the owner of this post.');
    });

    it('shows which file is meant, without the token of a signed address', async () => {
      await connect(publisher(), person, 'facebook');
      const address = 'https://files.example/storage/v1/object/sign/b/loaf.jpg';
      await schedule(publisher(), person, { images: [`${address}?token=eyJhbGciOiJ.eyJ1cmwiOiJ.c2ln`] });
      const { stdout } = await start(['run', '--dry-run'], onlyPerson());
      expect(stdout).toContain(`media    ${address}?token=[secret]`);
      expect(stdout).not.toContain('eyJ1cmwiOiJ');
    });

    it('names options that are misspelt, and those that change nothing', async () => {
      await connect(publisher(), person, 'facebook');
      const publish_options = { altText: 'A loaf', privacy: 'private' };
      await schedule(publisher(), person, { metadata: { publish_options } });
      const { stdout } = await start(['run', '--dry-run'], onlyPerson());
      expect(stdout).toContain('PROBLEM  publish_options has “altText”');
      expect(stdout).toContain('note     The option “privacy” changes nothing here');
    });

    it('finds the account of a row in the app’s older names, and says what the platform takes for the post', async () => {
      const account = await connect(publisher(), person, 'x');
      await schedule(publisher(), person, { platform: 'Twitter' });
      const { stdout } = await start(['run', '--dry-run'], onlyPerson());
      expect(stdout).toContain(`to       x (text) — ${account.name} (${account.id})`);
      expect(stdout).toContain('note     X takes about USD 0.015');
      expect(stdout).not.toContain('PROBLEM');
    });
  });

  describe('retry', () => {
    it('lets a failed post go out once its cause is mended', async () => {
      const post = await schedule(publisher(), person);
      await start(['run'], onlyPerson());
      await connect(publisher(), person, 'facebook');
      const { code, stdout } = await start(['retry', `created_content:${post.id}`]);
      expect(code).toBe(0);
      expect(stdout).toContain('will be sent by the next tick');
      await start(['run'], onlyPerson());
      const found = publisher()
        .platforms.posts()
        .filter(({ text }) => text === post.content);
      expect(found).toHaveLength(1);
      const [row] = await publisher().supabase
        .sql`select status, metadata from public.created_content where id = ${post.id}`;
      expect(row?.['status']).toBe('published');
      expect(row?.['metadata']).not.toHaveProperty('publish_error');
    });

    it('never sends again what is out', async () => {
      await connect(publisher(), person, 'facebook');
      const post = await schedule(publisher(), person);
      await start(['run'], onlyPerson());
      const { code, stderr } = await start(['retry', `created_content:${post.id}`]);
      expect(code).toBe(64);
      expect(stderr).toContain('nothing of it failed');
      expect(stderr).toContain('published https://');
    });

    it.each([['nonsense'], ['created_content:1'], ['profiles:11111111-1111-4111-8111-111111111111']])(
      'ends with 64 for a post that is not named rightly: %s',
      async (name) => {
        const { code, stderr } = await start(['retry', name]);
        expect(code).toBe(64);
        expect(stderr).toContain('created_content:<id>');
      },
    );

    it('says so when there is no such post', async () => {
      const { code, stderr } = await start(['retry', `content_posts:${newId()}`]);
      expect(code).toBe(64);
      expect(stderr).toContain('there is no such post');
    });
  });

  describe('find-test-user', () => {
    it('prints the two lines for .env, by e-mail or id', async () => {
      const id = newId();
      await insertRows(publisher().supabase, 'auth.users', [{ id, email: `Trial-${id}@example.test` }]);
      for (const query of [`trial-${id}@EXAMPLE.test`, id]) {
        const { code, stdout } = await start(['find-test-user', query], {
          TEST_USER_ID: 'wrong, which is why one asks',
        });
        expect(code).toBe(0);
        expect(stdout).toBe(`TEST_USER_ID=${id}\nTEST_USER_EMAIL=Trial-${id}@example.test\n`);
      }
    });

    it('says where to look when nobody is found', async () => {
      const { code, stderr } = await start(['find-test-user', 'nobody@example.test']);
      expect(code).toBe(1);
      expect(stderr).toContain('No user has the e-mail or id “nobody@example.test”');
    });
  });

  it('ends with 64 for a command or option that does not exist', async () => {
    expect((await start(['publsh'])).code).toBe(64);
    expect((await start(['run', '--jsn'])).code).toBe(64);
  });
});

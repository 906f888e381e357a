import { chmod, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { useProjectCopy } from './support/project-copy.ts';
import { encrypt, usePublisher } from './support/publisher.ts';
import { runProcess } from './support/run-process.ts';

const LogLine = z.looseObject({
  at: z.iso.datetime(),
  level: z.string(),
  run_id: z.string(),
  message: z.string(),
});

describe('scripts/run_content_publisher.sh', () => {
  const copy = useProjectCopy();
  const publisher = usePublisher();
  const file = (name: string) => join(copy(), name);

  beforeAll(async () => {
    await mkdir(file('tools'));
    await symlink(process.execPath, file('tools/node'));
  });
  afterEach(async () => {
    await rm(file('.env'), { force: true });
    await rm(file('logs'), { recursive: true, force: true });
    await mkdir(file('logs'));
  });

  /** cron's environment (crontab(5)), with the running Node in its PATH. */
  const cronEnv = () => ({
    HOME: copy(),
    LOGNAME: 'nobody',
    SHELL: '/bin/sh',
    PATH: `${file('tools')}:/usr/bin:/bin`,
  });
  const cron = ({
    env = cronEnv(),
    script = file('scripts/run_content_publisher.sh'),
    cwd = '/',
    args = [],
  }: Partial<{ env: Record<string, string>; script: string; cwd: string; args: readonly string[] }> = {}) =>
    runProcess('/bin/sh', ['-c', `"$0" "$@"`, script, ...args], { cwd, env });

  async function writeEnv(): Promise<void> {
    const { LOG_DIR: _, ...env } = publisher().env;
    await writeFile(
      file('.env'),
      Object.entries(env)
        .map(([name, value]) => `${name}='${value}'\n`)
        .join(''),
    );
  }
  async function log(): Promise<z.infer<typeof LogLine>[]> {
    const lines = (await readFile(file('logs/content_publisher.log'), 'utf8')).trimEnd().split('\n');
    return lines.map((line) => LogLine.parse(JSON.parse(line)));
  }
  /** A program in the place of node that says it is this version, and what it is called with. */
  async function fakeNode(name: string, version: string): Promise<string> {
    await mkdir(dirname(file(name)), { recursive: true });
    await writeFile(file(name), `#!/bin/sh\n[ "$1" = --version ] && echo ${version} || echo "$0 $*"\n`);
    await chmod(file(name), 0o755);
    return file(name);
  }

  it('does one tick from an empty environment: nothing due, nothing said, one line in the log', async () => {
    await writeEnv();
    expect(await cron({ env: { PATH: cronEnv().PATH } })).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect((await log()).map(({ message }) => message)).toEqual([
      'tick begins, for all users',
      expect.stringMatching(/^tick: due 0, claimed 0 in \d+ ms/),
    ]);
  });

  it('publishes what is due, through a symlink and from any folder, and says nothing to cron', async () => {
    await writeEnv();
    await symlink(file('scripts/run_content_publisher.sh'), file('publish every minute'));
    await insertDuePost();
    const ended = await cron({ script: './publish every minute', cwd: copy(), args: ['--fail-on-error'] });
    expect(ended).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(publisher().platforms.posts()).toMatchObject([
      { platform: 'facebook', text: 'Fresh bread at eight.' },
    ]);
    expect(await log()).toContainEqual(
      expect.objectContaining({ message: expect.stringMatching(/^published created_content:/) }),
    );
  });

  it('lets a failed post through to cron’s mail as one line', async () => {
    await writeEnv();
    await insertDuePost({ platform: 'linkedin' });
    const { code, stdout, stderr } = await cron();
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/^failed created_content:\S+ linkedin: [^\n]+\n$/);
  });

  it('without .env ends with 78 and says what is not set, on stderr and in the log', async () => {
    const { code, stdout, stderr } = await cron();
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toMatch(/SUPABASE_URL is not set/);
    expect(await log()).toMatchObject([
      { level: 'error', message: expect.stringMatching(/SUPABASE_URL is not set/) },
    ]);
  });

  it('passes over a Node that is too old for one that a version manager installed', async () => {
    await fakeNode('old/node', 'v18.20.4');
    const newer = await fakeNode('.nvm/versions/node/v22.1.0/bin/node', 'v22.1.0');
    const { stdout } = await cron({
      env: { HOME: copy(), PATH: `${file('old')}:/usr/bin:/bin` },
      args: ['--json'],
    });
    expect(stdout).toBe(
      `${newer} --max-semi-space-size=2 --expose-gc -- ${file('bin/content-publisher')} run --json\n`,
    );
  });

  it('takes the Node that NODE_BINARY names', async () => {
    const named = await fakeNode('my node', 'v20.19.0');
    const { stdout } = await cron({ env: { ...cronEnv(), NODE_BINARY: named } });
    expect(stdout).toBe(
      `${named} --max-semi-space-size=2 --expose-gc -- ${file('bin/content-publisher')} run\n`,
    );
  });

  it.each([
    ['v20.18.3', /NODE_BINARY is .*other node \(v20\.18\.3\); Node 20\.19 or newer is needed/],
    ['nonsense', /other node \(nonsense\)/],
  ])(
    'refuses a NODE_BINARY of version %s with 78 and a sentence, also in the log',
    async (version, sentence) => {
      const NODE_BINARY = await fakeNode('other node', version);
      const { code, stderr } = await cron({ env: { ...cronEnv(), NODE_BINARY } });
      expect(code).toBe(78);
      expect(stderr).toMatch(sentence);
      expect(await log()).toMatchObject([{ level: 'error', message: expect.stringMatching(sentence) }]);
    },
  );

  it('refuses a NODE_BINARY that does not exist', async () => {
    const { code, stderr } = await cron({ env: { ...cronEnv(), NODE_BINARY: '/nowhere/node' } });
    expect(code).toBe(78);
    expect(stderr).toMatch(/NODE_BINARY is \/nowhere\/node, which does not run/);
  });

  async function insertDuePost({ platform = 'facebook' } = {}): Promise<void> {
    const { sql } = publisher().supabase;
    const user = crypto.randomUUID();
    await sql`insert into auth.users (id, email) values (${user}, ${`${user}@example.test`})`;
    await sql`insert into public.profiles (id, timezone) values (${user}, 'Asia/Kolkata')`;
    await sql`insert into public.platform_connections (user_id, platform, page_id, page_name, access_token_encrypted)
      values (${user}, 'facebook', '102030405060708', 'Rao Bakes', ${encrypt('EAAB-page-token-1')})`;
    await sql`insert into public.created_content (user_id, platform, content_type, content, status, scheduled_at)
      values (${user}, ${platform}, 'static_post', 'Fresh bread at eight.', 'scheduled', now())`;
  }
});

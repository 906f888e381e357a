import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parse } from 'dotenv';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { loadConfig } from '../src/config/load-config.ts';
import { PLATFORM_NAMES } from '../src/core/platform-name.ts';
import { FAULT_PROFILES } from '../src/sandbox/fault-profiles.ts';
import { close, listen } from '../src/sandbox/supabase/loopback.ts';
import { useProjectCopy } from './support/project-copy.ts';
import { runProcess } from './support/run-process.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const EXECUTABLE = join(ROOT, 'bin/content-publisher');
const PublicPosts = z.array(z.object({ platform: z.string(), id: z.string(), text: z.string() }));
const Summary = z.looseObject({
  published: z.number(),
  accepted: z.number(),
  failed: z.number(),
  due: z.number(),
});

/** Everything a command leaves behind lies in here. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-test-'));
  // PostgreSQL, which root runs as somebody else, has its files below it.
  await chmod(folder, 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const environment = (temporary: string) => ({ PATH: process.env['PATH'] ?? '', TMPDIR: temporary });

function publisher(args: readonly string[], executable = EXECUTABLE) {
  return runProcess(executable, args, { cwd: '/', env: environment(folder) });
}

/** tsx, which runs the sources where there is no bundle, keeps a folder of its own. */
const ours = (temporary: string) => readdirSync(temporary).filter((name) => !name.startsWith('tsx-'));

describe('content-publisher sandbox', () => {
  const running = new Set<ChildProcess>();
  afterEach(async () => {
    for (const child of running) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
    }
    running.clear();
  });

  /** Its environment is whole as soon as the file is there. */
  async function start(name: string, args: readonly string[]) {
    const temporary = join(folder, name);
    await mkdir(temporary);
    const file = join(folder, `${name}.env`);
    const child = spawn(EXECUTABLE, ['sandbox', '--port', '0', '--env-file', file, ...args], {
      cwd: '/',
      env: environment(temporary),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    const closed = once(child, 'close');
    const output = Promise.all([text(child.stdout), text(child.stderr), closed]);
    await vi.waitUntil(() => existsSync(file) || child.exitCode !== null, { timeout: 60_000, interval: 50 });
    if (child.exitCode !== null) throw new Error((await output).slice(0, 2).join('\n'));
    return { child, temporary, file, output, env: parse(readFileSync(file)) };
  }

  it('serves what its env file names, which a tick publishes to, and leaves nothing behind at SIGTERM', async () => {
    const wireLog = join(folder, 'wire.ndjson');
    const count = PLATFORM_NAMES.length;
    const sandbox = await start('whole', ['--seed', String(count), '--latency', '5', '--wire-log', wireLog]);
    const { env, file } = sandbox;
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const loaded = loadConfig(env, {
      need: ['supabase', 'encryption', 'database'],
      platforms: PLATFORM_NAMES,
    });
    expect(loaded).toHaveProperty(
      'config.limits',
      expect.objectContaining({ leaseMs: 2000, findQuarantineMs: 2000 }),
    );

    const tick = await publisher(['run', '--json', '--env-file', file]);
    expect(tick.stderr).toBe('');
    expect(tick.code).toBe(0);
    const first = Summary.parse(JSON.parse(tick.stdout));
    expect(first).toMatchObject({ due: count, failed: 0 });
    expect(first.published + first.accepted).toBe(count);
    // What a platform takes and then works on is out with a later tick.
    for (let working = first.accepted; working > 0; ) {
      const next = await publisher(['run', '--json', '--env-file', file]);
      working -= Summary.parse(JSON.parse(next.stdout)).published;
    }

    const platforms = new URL(env['FACEBOOK_API_URL'] ?? '').origin;
    const read = async (origin: string) =>
      PublicPosts.parse(await (await fetch(`${origin}/_sandbox/posts`)).json());
    const posts = await read(platforms);
    expect(posts).toHaveLength(count);
    expect(new Set(posts.map(({ platform }) => platform))).toEqual(new Set(PLATFORM_NAMES));
    expect(new Set(posts.map((post) => post.text)).size).toBe(count);
    // Who knows only the port that he chose finds it there too.
    expect(await read(env['SUPABASE_URL'] ?? '')).toEqual(posts);

    const wire = readFileSync(wireLog, 'utf8');
    const lines = wire.trim().split('\n');
    expect(lines.length).toBeGreaterThan(6);
    expect(Object.keys(z.record(z.string(), z.unknown()).parse(JSON.parse(lines[0] ?? '')))).toEqual([
      'at',
      'platform',
      'method',
      'path',
      'query',
      'headers',
      'body',
      'status',
      'answer',
    ]);
    expect(wire).not.toMatch(/EAA[BG][\w-]|AQX-|ya29\.|1\/\/0refresh|sandbox-client-secret/);

    const [server = ''] = readdirSync(sandbox.temporary).filter((name) =>
      existsSync(join(sandbox.temporary, name, 'data/postmaster.pid')),
    );
    const [pid] = readFileSync(join(sandbox.temporary, server, 'data/postmaster.pid'), 'utf8').split('\n');
    sandbox.child.kill('SIGTERM');
    const [out, err] = await sandbox.output;
    expect(sandbox.child.exitCode).toBe(0);
    expect(err).toBe('');
    expect(out).toContain(env['SUPABASE_URL']);
    expect(out).toContain(`content-publisher --env-file ${file} run`);
    expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
    expect(ours(sandbox.temporary)).toEqual([]);

    const late = await publisher(['run', '--env-file', file]);
    expect(late.code).toBe(69);
  });

  it('ends at a signal that comes while it is still starting', async () => {
    const temporary = join(folder, 'early');
    await mkdir(temporary);
    const child = spawn(EXECUTABLE, ['sandbox', '--port', '0'], { cwd: '/', env: environment(temporary) });
    running.add(child);
    await vi.waitUntil(() => ours(temporary).length > 0, { timeout: 30_000, interval: 10 });
    child.kill('SIGTERM');
    await once(child, 'close');
    expect(child.exitCode).toBe(0);
    expect(ours(temporary)).toEqual([]);
  });

  it('starts with the faults of a profile', async () => {
    const { env } = await start('faults', ['--fault', 'rate-limited']);
    const response = await fetch(`${new URL(env['FACEBOOK_API_URL'] ?? '').origin}/_sandbox/faults`);
    const faults = z.array(z.object({ platform: z.string(), kind: z.string() })).parse(await response.json());
    expect(new Set(faults.map(({ platform }) => platform))).toEqual(new Set(PLATFORM_NAMES));
    expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(['rate_limit']));
  });

  it('never overwrites a file that somebody else wrote', async () => {
    const file = join(folder, 'precious.env');
    await writeFile(file, 'SUPABASE_URL=https://real.supabase.co\n');
    const { code, stderr } = await publisher(['sandbox', '--port', '0', '--env-file', file]);
    expect(code).toBe(64);
    expect(stderr).toContain('was not written by the sandbox');
    expect(readFileSync(file, 'utf8')).toBe('SUPABASE_URL=https://real.supabase.co\n');
  });

  it('says when its port is taken', async () => {
    const occupant = createServer();
    const port = await listen(occupant, 0);
    const { code, stderr } = await publisher(['sandbox', '--port', String(port)]);
    await close(occupant);
    expect(code).toBe(64);
    expect(stderr).toContain(`Port ${port} is taken.\nTry: `);
  });

  it.each([
    ['--fault', 'gremlins', FAULT_PROFILES.join(', ')],
    ['--seed', 'many', 'whole number'],
    ['--port', '99999', 'whole number'],
    ['--latency', '-1', 'whole number'],
  ])('refuses %s %s', async (option, value, said) => {
    const { code, stderr } = await publisher(['sandbox', option, value]);
    expect(code).toBe(64);
    expect(stderr).toContain(said);
  });
});

describe('an installation without the optional packages', () => {
  const copy = useProjectCopy();

  it('ends with 78 and the command that installs what is missing', async () => {
    const installed = join(ROOT, 'node_modules');
    const lacking = join(copy(), 'node_modules');
    await rm(lacking);
    await mkdir(join(lacking, '@supabase'), { recursive: true });
    const link = (name: string) => symlink(join(installed, name), join(lacking, name));
    for (const name of await readdir(installed)) if (name !== '@supabase') await link(name);
    for (const name of await readdir(join(installed, '@supabase'))) {
      if (name !== 'lite') await link(join('@supabase', name));
    }
    const { code, stderr } = await publisher(['sandbox'], join(copy(), 'bin/content-publisher'));
    expect(stderr).toContain('@supabase/lite, which is not installed.\nTry: Install it with: npm install');
    expect(code).toBe(78);
  });
});

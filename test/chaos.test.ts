import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAudit } from '../scripts/chaos/audit.ts';
import { makeTemplate, startDatabaseServer, type Template } from '../scripts/chaos/database.ts';
import { firstOf, killAt, standOf } from '../scripts/chaos/enumerate.ts';
import { examples, personOf } from '../scripts/chaos/examples.ts';
import { twoHosts } from '../scripts/chaos/hosts.ts';
import { openLane } from '../scripts/chaos/lane.ts';
import { buildProgram, type Program } from '../scripts/chaos/program.ts';
import { seeded } from '../scripts/chaos/random.ts';
import { type Trial, tally } from '../scripts/chaos/record.ts';
import { STORM_ENV, storm } from '../scripts/chaos/storm.ts';
import type { PostgresServer } from '../src/sandbox/supabase/postgres-server.ts';

/** `npm run chaos` in short: a sample of each kind of trial. The long run goes over all of them. */

/** On a busy machine; a quiet one takes a tenth. */
const TIMEOUT_MS = 180_000;
const SENDS =
  /^facebook POST .*\/feed|^instagram POST .*\/media_publish|^linkedin POST .*\/posts|^youtube PUT|^x POST .*\/tweets$/;

let server: PostgresServer;
let template: Template;
let program: Program;
beforeAll(async () => {
  program = await buildProgram();
  server = await startDatabaseServer();
  template = await makeTemplate(server);
}, TIMEOUT_MS);
afterAll(async () => {
  await server.stop();
  await program.remove();
});

const lane = (env?: Readonly<Record<string, string>>) =>
  openLane({ template, executable: program.executable, ...(env === undefined ? {} : { env }) });

/** Where a post is most easily sent twice or not at all: about to be sent, out but not noted, and noted. */
const CRITICAL = [/^rpc publisher_arm$/, SENDS, /^rpc publisher_outcome$/];

describe('a tick that is killed when the answer to a request is in', () => {
  it('leaves posts that later ticks bring to their end, each out exactly once', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const open = await lane();
    try {
      const trials: Trial[] = [];
      const audit = openAudit();
      for (const [index, name] of [
        'facebook text',
        'instagram image',
        'linkedin text',
        'youtube reel',
        'x image',
      ].entries()) {
        const example = examples.find((one) => one.name === name);
        if (example === undefined) throw new Error(`no example ${name}`);
        const stand = await standOf(open, example, index, { audit });
        for (const critical of CRITICAL)
          trials.push(await killAt(stand, { at: firstOf(critical), side: 'after' }, `${name} ${critical}`));
      }
      trials.push(await audit.end(open, 'audit'));
      expect(trials.flatMap(({ findings }) => findings)).toEqual([]);
      expect(tally(trials)).toMatchObject({ kills: 15, broken: 0, verdicts: { once: 15 } });
    } finally {
      await open.stop();
    }
  });
});

describe('a storm', () => {
  it('of kills, faults, restarts and edits doubles nothing and loses nothing', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const open = await lane(STORM_ENV);
    try {
      await open.addOwners([0, 1, 2].map(personOf));
      const plan = {
        key: 'small',
        examples,
        owners: 3,
        rounds: 4,
        postsPerRound: 3,
        ticksPerRound: 3,
        roughness: 0.06,
      };
      const audit = openAudit();
      const trials = [await storm(open, seeded(11), plan, audit), await audit.end(open, 'audit')];
      const { kills, targets, broken } = tally(trials);
      expect(trials.flatMap(({ findings }) => findings)).toEqual([]);
      expect(broken).toBe(0);
      expect(targets).toBeGreaterThanOrEqual(12);
      expect(kills).toBeGreaterThan(0);
    } finally {
      await open.stop();
    }
  });
});

describe('two hosts whose clocks differ by minutes', () => {
  it('share the due posts of one database, and each goes out once', { timeout: TIMEOUT_MS }, async () => {
    const open = await lane();
    try {
      const trial = await twoHosts(open, 60, 'short');
      expect(trial.findings).toEqual([]);
      expect(trial.verdicts).toEqual({ once: 60 });
      expect(Object.keys(Object(trial.detail['published'])).sort()).toEqual(['north', 'south']);
    } finally {
      await open.stop();
    }
  });
});

describe('npm run chaos', () => {
  it('ends at SIGTERM without a trace of its own, and goes on from its record', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'content-publisher-record-'));
    try {
      const file = join(folder, 'chaos.ndjson');
      const first = await runUntil(folder, file, [], () => lines(file) >= 2);
      expect(first).toMatchObject({ code: 130, stderr: '', left: [] });
      expect(first.stdout).toContain('--continue');
      const before = readFileSync(file, 'utf8');
      const second = await runUntil(folder, file, ['--continue'], () => lines(file) >= 4);
      expect(second).toMatchObject({ code: 130, stderr: '', left: [] });
      const after = readFileSync(file, 'utf8');
      expect(after.startsWith(before)).toBe(true);
      const keys = after
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { key: string }).key);
      expect(new Set(keys).size).toBe(keys.length);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

const lines = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0);

/** Runs it until that holds, ends it with SIGTERM, and answers what it left in the folder for temporary files. */
async function runUntil(folder: string, file: string, more: readonly string[], enough: () => boolean) {
  const temporary = mkdtempSync(join(folder, 'tmp-'));
  // PostgreSQL may run as another user.
  for (const open of [folder, temporary]) chmodSync(open, 0o755);
  const options = ['--only', 'enumerate', '--platform', 'facebook text', '--lanes', '1', '--seed', '1'];
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', 'scripts/chaos.ts', ...options, '--file', file, ...more],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, TMPDIR: temporary } },
  );
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const ended = once(child, 'close');
  const watch = setInterval(() => {
    if (enough()) child.kill('SIGTERM');
  }, 50);
  await ended;
  clearInterval(watch);
  const [stdout, stderr] = await output;
  const programs = readdirSync('.tmp').filter((name) => name.startsWith(`chaos-${child.pid}-`));
  // What tsx keeps for its next start is its own.
  const temporaries = readdirSync(temporary).filter((name) => !name.startsWith('tsx-'));
  return { code: child.exitCode, stdout, stderr, left: [...temporaries, ...programs] };
}

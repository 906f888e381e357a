import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { type Sandbox, startSandbox } from '../src/sandbox/sandbox.ts';
import { benchUploads } from './bench-uploads.ts';
import { measuredTick } from './measured-tick.ts';
import { PRODUCTION_TIMES, runTick, type TickRun } from './run-tick.ts';

/**
 * `npm run bench`: how fast the built program is against the sandbox, whether three ticks at once keep their promise, and
 * how much memory the largest videos take (`npm run bench -- uploads` alone). Exits with 1 when a post is missing, public
 * twice, or a tick fails or takes too much memory; never because something was slow.
 */
const POSTS = 500;
const REPEATS = 10;
/** Ticks end after 50 s, so a slow machine needs several. */
const MOST_ROUNDS = 20;

const faults: string[] = [];
const say = (what: string, text: string) => process.stdout.write(`${what.padEnd(16)} ${text}\n`);
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

execFileSync(process.execPath, ['--import', 'tsx', 'scripts/build.ts'], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
say('Machine', `${cpus().length} cores, ${process.platform} ${process.arch}, Node ${process.version}`);
if (process.argv[2] !== 'uploads') {
  await withSandbox(async (sandbox) => {
    await idleTick(sandbox);
    await sandbox.seed(POSTS);
    const { ms, rounds, peakMb } = await publishAll(sandbox, 1);
    const rate = ((POSTS * 1000) / ms).toFixed(1);
    say('Throughput', `${POSTS} posts in ${seconds(ms)}: ${rate} posts/s (${rounds} ticks)`);
    say('Peak memory', `${peakMb} MB of the tick`);
    await proveOnce(sandbox, 'One tick');
  });
  await withSandbox(async (sandbox) => {
    await sandbox.seed(POSTS);
    const { ms, rounds } = await publishAll(sandbox, 3);
    const found = await proveOnce(sandbox, 'Three ticks');
    say('Three at once', `${found} of ${POSTS} public in ${seconds(ms)} (${rounds} rounds)`);
  });
}
await withSandbox(async (sandbox) => {
  faults.push(...(await benchUploads(sandbox, say)));
});
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;

async function withSandbox(use: (sandbox: Sandbox) => Promise<void>): Promise<void> {
  const sandbox = await startSandbox();
  const interrupt = () => void sandbox.stop().finally(() => process.exit(130));
  process.once('SIGINT', interrupt);
  try {
    await use(sandbox);
  } finally {
    process.off('SIGINT', interrupt);
    await sandbox.stop();
  }
}

async function idleTick(sandbox: Sandbox): Promise<void> {
  const ticks: number[] = [];
  const bare: number[] = [];
  for (let turn = 0; turn < REPEATS; turn += 1) {
    ticks.push(checked(await runTick(sandbox)).wallMs);
    const started = performance.now();
    await once(spawn(process.execPath, ['-e', '0']), 'close');
    bare.push(performance.now() - started);
  }
  say('Idle tick', `${median(ticks)} ms beside ${median(bare)} ms of node -e 0 (medians of ${REPEATS})`);
}

/** Rounds of `atOnce` ticks started at the same moment, until a round publishes nothing more. */
async function publishAll(sandbox: Sandbox, atOnce: number) {
  const started = performance.now();
  let peakMb = 0;
  for (let rounds = 1; ; rounds += 1) {
    const runs = await Promise.all(
      Array.from({ length: atOnce }, async () => {
        const tick = await measuredTick(sandbox, PRODUCTION_TIMES);
        peakMb = Math.max(peakMb, tick.peakMb);
        return checked(tick.run);
      }),
    );
    const ms = performance.now() - started;
    const left = Math.max(...runs.map(({ summary }) => (summary?.due ?? 0) - (summary?.published ?? 0)));
    const accepted = runs.some(({ summary }) => (summary?.accepted ?? 0) > 0);
    if ((left <= 0 && !accepted) || rounds === MOST_ROUNDS) return { ms, rounds, peakMb };
  }
}

/** Every post is public, each once, and every row says so. @returns how many are public */
async function proveOnce(sandbox: Sandbox, what: string): Promise<number> {
  const ledger = sandbox.platforms.posts();
  const keys = new Set(ledger.map(({ platform, account, id }) => `${platform} ${account} ${id}`));
  const targets = await sandbox.supabase.sql`
    select platform, account_id, platform_post_id from public.publish_targets where state = 'published'`;
  const found = targets.filter((t) =>
    keys.has(`${t['platform']} ${t['account_id']} ${t['platform_post_id']}`),
  );
  if (ledger.length !== POSTS || keys.size !== POSTS || found.length !== POSTS) {
    faults.push(
      `${what}: of ${POSTS} posts ${ledger.length} are public, ${keys.size} with ids of their own, ${found.length} known to the database.`,
    );
  }
  const [rows] = await sandbox.supabase.sql`
    select (select count(*) from public.created_content where status = 'published')::int
         + (select count(*) from public.content_posts where status = 'published')::int as published`;
  if (rows?.['published'] !== POSTS)
    faults.push(`${what}: ${rows?.['published']} rows say that they are published.`);
  return ledger.length;
}

function checked(run: TickRun): TickRun {
  if (run.exitCode !== 0) faults.push(`A tick ended with ${run.exitCode}: ${run.stderr}`);
  return run;
}

function median(values: readonly number[]): number {
  return Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN);
}

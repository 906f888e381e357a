import { createHash } from 'node:crypto';
import { openAudit } from './chaos/audit.ts';
import { makeTemplate, startDatabaseServer } from './chaos/database.ts';
import { examples, personOf } from './chaos/examples.ts';
import { twoHosts } from './chaos/hosts.ts';
import { type Lane, openLane } from './chaos/lane.ts';
import { type Options, readOptions, type Stage, USAGE } from './chaos/options.ts';
import { buildProgram } from './chaos/program.ts';
import { seeded } from './chaos/random.ts';
import { faultyTrial, type Ledger, openRecord, tally } from './chaos/record.ts';
import { openProgress, report, verdictLine } from './chaos/report.ts';
import { APP, KILLS, runEnumeration, ZOMBIES } from './chaos/run-enumeration.ts';
import { STORM, STORM_ENV, storm } from './chaos/storm.ts';
import { killAllTicks } from './chaos/tick-process.ts';

/**
 * `npm run chaos`: ticks as processes against the sandbox, killed from outside at every request, and in storms of faults.
 * What is public in the simulators' own ledger is compared with what the database says. Exits with 1 when a post is
 * doubled or lost, or when the database says something else than what is public.
 */
/** Then a fresh database: a day of storms would else be one of ever longer lists. */
const STORMS_A_LANE = 8;
const STORM_OWNERS = 6;
const SHARE_OF_SEEDS = 7_919;
const PROGRESS_MS = 30_000;
const INTERRUPTED = 130;

type Env = Readonly<Record<string, string>>;
type OpenLane = (env?: Env) => Promise<Lane>;

const options = optionsOrExit();
const record = openRecord(options.file, options.goOn);
let interrupted = false;
let lastStorm = 0;
// A trial that is cut off by the end of the run says nothing.
const ledger: Ledger = { ...record, add: (trial) => (interrupted ? undefined : record.add(trial)) };
const chosen = examples.filter(({ name }) => name.includes(options.examples));
const endings: (() => Promise<unknown>)[] = [];
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // A terminal and npm may both send it.
    if (interrupted) return;
    interrupted = true;
    killAllTicks();
    // What was under way fails now, in many ways that do not matter any more.
    process.on('unhandledRejection', () => {});
    process.on('uncaughtException', () => {});
    void finish().finally(() => {
      say(
        `\nInterrupted. “--continue --seed ${options.seed}” goes on from here.\n\n${report(record.trials)}`,
      );
      process.exit(INTERRUPTED);
    });
  });
}
const STAGES: Readonly<Record<Stage, (open: OpenLane) => Promise<void>>> = {
  enumerate: (open) => runEnumeration(enumeration(open), KILLS),
  zombies: (open) => runEnumeration(enumeration(open), ZOMBIES),
  app: (open) => runEnumeration(enumeration(open), APP),
  async hosts(open) {
    const key = `hosts ${options.posts}`;
    if (ledger.has(key)) return;
    const lane = await open();
    ledger.add(await twoHosts(lane, options.posts, key));
    await lane.stop();
  },
  storm: (open) => inParallel(() => storms(open)),
};

try {
  say(`seed ${options.seed}, record in ${options.file}`);
  const program = await buildProgram();
  endings.push(() => program.remove());
  const progress = openProgress(options.kills, tally(record.trials).kills);
  const timer = setInterval(() => say(progress(tally(record.trials))), PROGRESS_MS);
  endings.push(async () => clearInterval(timer));
  for (const stage of options.stages) await STAGES[stage]((env) => openOne(program.executable, env));
  await finish();
  say(`\n${report(record.trials)}\n${verdictLine(record.trials)}`);
  process.exitCode = tally(record.trials).broken === 0 ? 0 : 1;
} catch (error) {
  if (interrupted) await new Promise(() => {});
  throw error;
} finally {
  await finish();
}

function enumeration(open: OpenLane) {
  // By the key and not in turn, so that the same trials are chosen however many lanes there are.
  const takes = (key: string) => {
    const number = createHash('sha256').update(key).digest().readUInt32BE();
    return seeded(options.seed + number).chance(options.share);
  };
  return {
    lanes: Array.from({ length: options.lanes }, () => () => open()),
    examples: chosen,
    ledger,
    takes,
  };
}

async function inParallel(work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: options.lanes }, work));
}

async function storms(open: OpenLane): Promise<void> {
  const enough = () => tally(ledger.trials).kills >= options.kills;
  while (!enough()) {
    const lane = await open(STORM_ENV);
    const owners = Array.from({ length: STORM_OWNERS }, (_, owner) => personOf(owner));
    await lane.addOwners(owners, ({ number }) => number % 2 === 0);
    const audit = openAudit();
    let broken = false;
    let last = '';
    for (let done = 0; done < STORMS_A_LANE && !broken && !enough(); done += 1) {
      lastStorm += 1;
      const key = `storm ${options.seed}:${lastStorm}`;
      if (ledger.has(key)) continue;
      const plan = { ...STORM, key, examples: chosen, owners: STORM_OWNERS };
      last = key;
      try {
        ledger.add(await storm(lane, seeded(options.seed + lastStorm * SHARE_OF_SEEDS), plan, audit));
      } catch (error) {
        ledger.add(faultyTrial('storm', key, error));
        broken = true;
      }
    }
    if (!broken && last !== '') ledger.add(await audit.end(lane, `audit up to ${last}`));
    await lane.stop();
  }
}

function openOne(executable: string, env: Env = {}): Promise<Lane> {
  if (interrupted) return new Promise(() => {});
  const lane = openWithServer(executable, env);
  endings.push(async () => (await lane).stop());
  return lane;
}

/** Each lane has a PostgreSQL of its own: it is going to be restarted. */
async function openWithServer(executable: string, env: Env): Promise<Lane> {
  const server = await startDatabaseServer();
  try {
    const lane = await openLane({ template: await makeTemplate(server), executable, env });
    const stop = async () => {
      await lane.stop();
      await server.stop();
    };
    return { ...lane, stop };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function finish(): Promise<void> {
  for (const end of endings.splice(0).reverse()) {
    // What cannot be ended must not keep the rest.
    await end().catch((error: unknown) => {
      if (!interrupted) process.stderr.write(`${String(error)}\n`);
    });
  }
}

function optionsOrExit(): Options {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exit(64);
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

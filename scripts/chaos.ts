import { createHash } from 'node:crypto';
import { makeTemplate, startDatabaseServer } from './chaos/database.ts';
import { examples, personOf } from './chaos/examples.ts';
import { twoHosts } from './chaos/hosts.ts';
import { type Lane, type LaneOptions, openLane } from './chaos/lane.ts';
import { type Options, readOptions, type Stage, USAGE } from './chaos/options.ts';
import { buildProgram } from './chaos/program.ts';
import { seeded } from './chaos/random.ts';
import { openRecord, tally } from './chaos/record.ts';
import { report } from './chaos/report.ts';
import { APP, KILLS, runEnumeration, ZOMBIES } from './chaos/run-enumeration.ts';
import { STORM_ENV, storm } from './chaos/storm.ts';

/**
 * `npm run chaos`: ticks as processes against the sandbox, killed from outside at every request, and in storms of faults.
 * What is public in the simulators' own ledger is compared with what the database says. Exits with 1 when a post is
 * doubled or lost, or when the database says something else than what is public.
 */
const STORMS_A_LANE = 10;
const STORM_OWNERS = 6;
const SHARE_OF_SEEDS = 7_919;
const PROGRESS_MS = 30_000;

const options = optionsOrExit();
const ledger = openRecord(options.file, options.goOn);
const chosen = examples.filter(({ name }) => name.includes(options.examples));
const endings: (() => Promise<unknown>)[] = [];
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void finish().finally(() => process.exit(130)));
}
const STAGES: Readonly<Record<Stage, (lanes: LaneOptions) => Promise<void>>> = {
  enumerate: (lanes) => onLanes(lanes, (open) => runEnumeration(enumeration(open), KILLS)),
  zombies: (lanes) => onLanes(lanes, (open) => runEnumeration(enumeration(open), ZOMBIES)),
  app: (lanes) => onLanes(lanes, (open) => runEnumeration(enumeration(open), APP)),
  async hosts(lanes) {
    const key = `hosts ${options.posts}`;
    if (ledger.has(key)) return;
    const lane = await openOne(lanes);
    ledger.add(await twoHosts(lane, options.posts, key));
    await lane.stop();
  },
  async storm(lanes) {
    let lane: Lane | undefined;
    for (let index = 1; tally(ledger.trials).kills < options.kills; index += 1) {
      const key = `storm ${options.seed}:${index}`;
      if (ledger.has(key)) continue;
      // A fresh database now and then: a day of storms would else be one of ever longer lists.
      if (lane === undefined || index % STORMS_A_LANE === 0) {
        await lane?.stop();
        lane = await openOne({ ...lanes, env: STORM_ENV });
        const owners = Array.from({ length: STORM_OWNERS }, (_, owner) => personOf(owner));
        await lane.addOwners(owners, ({ number }) => number % 2 === 0);
      }
      const plan = {
        key,
        examples: chosen,
        owners: STORM_OWNERS,
        rounds: 16,
        postsPerRound: 3,
        roughness: 0.06,
      };
      ledger.add(await storm(lane, seeded(options.seed + index * SHARE_OF_SEEDS), plan));
    }
    await lane?.stop();
  },
};

try {
  say(`seed ${options.seed}, record in ${options.file}`);
  const program = await buildProgram();
  endings.push(() => program.remove());
  const server = await startDatabaseServer();
  endings.push(() => server.stop());
  const lanes: LaneOptions = { template: await makeTemplate(server), executable: program.executable };
  const timer = setInterval(() => say(progress()), PROGRESS_MS);
  endings.push(async () => clearInterval(timer));
  for (const stage of options.stages) await STAGES[stage](lanes);
  say(`\n${report(ledger.trials)}`);
  process.exitCode = tally(ledger.trials).broken === 0 ? 0 : 1;
} finally {
  await finish();
}

function enumeration(lanes: readonly Lane[]) {
  // By the key and not in turn, so that the same trials are chosen however many lanes there are.
  const takes = (key: string) => {
    const number = createHash('sha256').update(key).digest().readUInt32BE();
    return seeded(options.seed + number).chance(options.share);
  };
  return { lanes, examples: chosen, ledger, takes };
}

async function onLanes(lanes: LaneOptions, use: (open: readonly Lane[]) => Promise<void>): Promise<void> {
  const open = await Promise.all(Array.from({ length: options.lanes }, () => openOne(lanes)));
  await use(open);
  await Promise.all(open.map((lane) => lane.stop()));
}

async function openOne(lanes: LaneOptions): Promise<Lane> {
  const lane = await openLane(lanes);
  endings.push(() => lane.stop());
  return lane;
}

async function finish(): Promise<void> {
  for (const end of endings.splice(0).reverse()) {
    // What cannot be ended must not keep the rest.
    await end().catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
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

function progress(): string {
  const { trials, kills, targets, verdicts, broken } = tally(ledger.trials);
  return `${trials} trials, ${kills} kills, ${targets} targets: ${verdicts.once} once, ${verdicts.person} for a person, ${broken} broken`;
}

import { type DatabaseServer, startDatabaseServer } from './chaos/database.ts';
import { examples } from './chaos/examples.ts';
import { type Lane, openLane } from './chaos/lane.ts';
import { type Options, readOptions, USAGE } from './chaos/options.ts';
import { buildProgram } from './chaos/program.ts';
import { seeded } from './chaos/random.ts';
import { openRecord, tally } from './chaos/record.ts';
import { report } from './chaos/report.ts';
import { runEnumeration } from './chaos/run-enumeration.ts';

/**
 * `npm run chaos`: ticks as processes against the sandbox, killed from outside at every request, and in storms of faults.
 * What is public in the simulators' own ledger is compared with what the database says. Exits with 1 when a post is
 * doubled or lost, or when the database says something else than what is public.
 */
const options = optionsOrExit();
const ledger = openRecord(options.file, options.goOn);
const random = seeded(options.seed);
const endings: (() => Promise<unknown>)[] = [];
process.once('SIGINT', () => void finish().finally(() => process.exit(130)));
try {
  say(`seed ${options.seed}, record in ${options.file}`);
  const program = await buildProgram();
  endings.push(() => program.remove());
  const server = await startDatabaseServer();
  endings.push(() => server.postgres.stop());
  const chosen = examples.filter(({ name }) => name.includes(options.examples));
  const timer = setInterval(() => say(progress()), 30_000);
  endings.push(async () => clearInterval(timer));
  if (options.stages.includes('enumerate')) {
    const takes = options.share >= 1 ? () => true : () => random.chance(options.share);
    const lanes = await openLanes(server, program.executable, options.lanes);
    await runEnumeration({ lanes, examples: chosen, ledger, takes });
  }
  process.stdout.write(`\n${report(ledger.trials)}`);
  process.exitCode = tally(ledger.trials).broken === 0 ? 0 : 1;
} finally {
  await finish();
}

async function openLanes(server: DatabaseServer, executable: string, count: number): Promise<Lane[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const lane = await openLane({ server, executable });
      endings.push(() => lane.stop());
      return lane;
    }),
  );
}

async function finish(): Promise<void> {
  for (const end of endings.splice(0).reverse()) await end();
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

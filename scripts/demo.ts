import { type DemoPost, demoPosts } from '../src/sandbox/demo/demo-posts.ts';
import { insertRows } from '../src/sandbox/insert-rows.ts';
import { isPost } from '../src/sandbox/platforms/comments.ts';
import { startSandbox } from '../src/sandbox/sandbox.ts';
import { findMismatches } from './demo/check.ts';
import { type Outcome, readOutcomes } from './demo/read-outcomes.ts';
import { publishedTable, unpublishedTable } from './demo/report.ts';
import { runTick, type TickRun } from './run-tick.ts';

/**
 * `npm run demo`: an embedded Supabase and simulated platforms come up, posts fall due, one tick publishes them, a second
 * one publishes nothing. Exits with 1 when anything is not as it must be.
 */
const started = performance.now();
const say = (text = '') => process.stdout.write(`${text}\n`);
/** As under cron, a film that its platform still works on when a tick ends is seen through by the next one. */
const MOST_TICKS = 5;
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

say('content-publisher demo. Database and platforms are simulated on this machine; nothing leaves it.\n');
const sandbox = await startSandbox();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void sandbox.stop().finally(() => process.exit(130)));
}
try {
  process.exitCode = (await demo()) ? 0 : 1;
} finally {
  await sandbox.stop();
}
say(`Everything is shut down. ${seconds(performance.now() - started)} in all.`);

async function demo(): Promise<boolean> {
  const { supabase, platforms, media } = sandbox;
  const posts = demoPosts(new Date(), media);
  for (const table of ['created_content', 'content_posts'] as const) {
    await insertRows(supabase.sql, `public.${table}`, rowsOf(posts, table));
  }
  say(
    `Up after ${seconds(performance.now() - started)}. ${posts.length} posts are due. One tick: content-publisher run …`,
  );
  const ticks = [await runTick(sandbox)];
  let outcomes = await readOutcomes(supabase.sql);
  say(`… ${ended(ticks)}.`);
  while (ticks.length < MOST_TICKS && isProcessed(outcomes)) {
    ticks.push(await runTick(sandbox));
    outcomes = await readOutcomes(supabase.sql);
    say(`A film was still being processed by its platform; the next tick saw it through: ${ended(ticks)}.`);
  }
  const ledger = platforms.posts();

  const out = ledger.filter(isPost).length;
  say(`\nWENT OUT: ${out}\n`);
  say(publishedTable(posts, outcomes, ledger));
  say(`\nDID NOT GO OUT: ${posts.length - out}\n`);
  say(unpublishedTable(posts, outcomes));

  ticks.push(await runTick(sandbox));
  const after = platforms.posts().length;
  say(`\nAnother tick: ${ended(ticks)}, ${after - ledger.length} more posts are public.`);

  const faults = [
    ...ticks.flatMap(({ exitCode, stderr }) =>
      exitCode === 0 ? [] : [`A tick ended with ${exitCode}: ${stderr}`],
    ),
    ...(after === ledger.length ? [] : ['The last tick published something.']),
    ...findMismatches(posts, outcomes, ledger),
  ];
  say(
    faults.length === 0
      ? 'Checked: rows, errors and ids in the database agree with what is public, post by post.'
      : `\nNOT AS IT MUST BE:\n${faults.join('\n')}`,
  );
  return faults.length === 0;
}

function ended(ticks: readonly TickRun[]): string {
  const last = ticks.at(-1);
  return `exit ${last?.exitCode} after ${seconds(last?.wallMs ?? 0)}`;
}

function isProcessed(outcomes: ReadonlyMap<string, Outcome>): boolean {
  return [...outcomes.values()].some(({ targets }) => targets.some(({ state }) => state === 'accepted'));
}

function rowsOf(posts: readonly DemoPost[], table: DemoPost['table']) {
  return posts.filter((post) => post.table === table).map(({ row }) => row);
}

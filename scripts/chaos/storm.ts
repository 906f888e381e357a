import { simulators } from '../../src/sandbox/platforms/index.ts';
import { type Action, act, FIRST_WISH, type Wish } from './app-side.ts';
import { type Example, personOf } from './examples.ts';
import { BROKEN, judge, publicOf, readFacts, type Verdict } from './judge.ts';
import type { Lane } from './lane.ts';
import { addPost, type ChaosPost } from './posts.ts';
import type { Random } from './random.ts';
import type { Finding, Trial } from './record.ts';
import { recover } from './recover.ts';
import { pause } from './signal.ts';
import type { Tick } from './tick-process.ts';
import { drawPlatformFaults, drawWeather, REQUEST_TIMEOUT_MS, type Weather } from './weather.ts';

/** Of a storm's ticks: few posts each, so that a kill concerns few. */
export const STORM_ENV = { REQUEST_TIMEOUT: `${REQUEST_TIMEOUT_MS}ms`, CONCURRENCY: '3' };

const MINUTE_MS = 60_000;
/** Everything must have come to an end by then, also what was held for a day. */
const CALM_LIMIT_MS = 30 * 3_600_000;
const MOST_CALM_TICKS = 120;
const BETWEEN_STORMS_MS = 3 * 3_600_000;

export interface StormPlan {
  readonly key: string;
  readonly examples: readonly Example[];
  readonly owners: number;
  readonly rounds: number;
  /** Put in before each round. */
  readonly postsPerRound: number;
  /** Probability that something happens to a request. */
  readonly roughness: number;
}

/** A post with everything the app has wanted of it. */
interface Wanted {
  readonly post: ChaosPost;
  readonly wishes: Wish[];
}

interface Sleeper {
  readonly tick: Tick;
  readonly weather: Weather;
}

/** Rounds of bad weather, one a minute of the clock, then calm until everything has come to its end. */
export async function storm(lane: Lane, random: Random, plan: StormPlan): Promise<Trial> {
  const hosts = [lane.host('alpha', -420_000), lane.host('beta'), lane.host('gamma', 660_000)];
  const wanted: Wanted[] = [];
  const count = { kills: 0, faults: 0 };
  const exits = new Map<string, number>();
  const sleepers: Sleeper[] = [];
  const note = async ({ ended }: Tick) => {
    const { code, killed, stderr } = await ended;
    if (killed) count.kills += 1;
    const exit = killed ? 'killed' : `exit ${code}`;
    exits.set(exit, (exits.get(exit) ?? 0) + 1);
    // A fault of ours, whatever the weather.
    if (code === 70) exits.set(stderr.slice(0, 400), (exits.get(stderr.slice(0, 400)) ?? 0) + 1);
  };

  for (let round = 0; round < plan.rounds; round += 1) {
    for (let index = 0; index < plan.postsPerRound; index += 1) {
      const post = await addPost(lane, random.pick(plan.examples), personOf(random.below(plan.owners)));
      wanted.push({ post, wishes: [FIRST_WISH] });
    }
    const faults = drawPlatformFaults(random, Object.keys(simulators));
    lane.platforms.setFaults(faults);
    count.faults += faults.length;
    const woken = sleepers.splice(0).filter((sleeper) => {
      if (random.chance(0.5)) return true;
      sleepers.push(sleeper);
      return false;
    });
    const started = Array.from({ length: 2 + random.below(2) }, (_, index) => {
      const weather = drawWeather(random.fork(), plan.roughness);
      const host = hosts[index % hosts.length] ?? lane.host('beta');
      return { weather, tick: lane.tick(host, weather.hooks) };
    });
    await Promise.all([
      ...started.map(async ({ tick, weather }) => {
        const ended = note(tick);
        const slept = await Promise.race([ended, weather.asleep.given.then(() => 'asleep' as const)]);
        if (slept === 'asleep') sleepers.push({ tick, weather });
        count.faults += weather.faults();
      }),
      ...woken.map(async ({ tick, weather }) => {
        await pause(random.below(500));
        weather.wake();
        await tick.ended;
      }),
      outside(lane, random, wanted, count),
    ]);
    await lane.clock.pass(random.chance(0.15) ? 6 * MINUTE_MS : MINUTE_MS);
  }

  lane.platforms.setFaults([]);
  await lane.reconnect();
  for (const { weather } of sleepers) weather.wake();
  await Promise.all(sleepers.map(({ tick }) => tick.ended));
  const recovery = await recover(lane, hosts, CALM_LIMIT_MS, MOST_CALM_TICKS, 3 * MINUTE_MS);
  const findings: Finding[] = [];
  const verdicts: Partial<Record<Verdict, number>> = {};
  for (const { post, wishes } of wanted) {
    const { verdict, why } = judge(post, await readFacts(lane, post), publicOf(lane, post), wishes);
    verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
    if (BROKEN.includes(verdict) || verdict === 'person' || verdict === 'waiting') {
      findings.push({ name: post.name, post: `${post.source}:${post.id}`, verdict, why });
    }
  }
  await lane.clock.pass(BETWEEN_STORMS_MS);
  return {
    key: plan.key,
    stage: 'storm',
    ...count,
    targets: wanted.length,
    verdicts,
    findings,
    detail: {
      rounds: plan.rounds,
      calm_ticks: recovery.ticks,
      calm_s: Math.round(recovery.ms / 1000),
      exits: Object.fromEntries(exits),
    },
  };
}

const STORM_ACTIONS: readonly Action[] = [
  'edit',
  'edit',
  'un-schedule',
  'un-schedule, schedule',
  'postpone',
  'mark as deleted',
  'delete',
];

/** What happens meanwhile besides: the app's users, the database, the network. One after the other. */
async function outside(
  lane: Lane,
  random: Random,
  wanted: readonly Wanted[],
  count: { faults: number },
): Promise<void> {
  for (let left = random.below(3); left > 0; left -= 1) {
    await pause(random.below(600));
    const { post, wishes } = random.pick(wanted);
    const before = wishes.at(-1);
    if (before === undefined) continue;
    // What was taken back is put in again sooner or later; deleted is deleted.
    const action = before.wanted ? random.pick(STORM_ACTIONS) : 'un-schedule, schedule';
    wishes.push(await act(lane, post, action, before));
  }
  if (random.chance(0.06)) {
    await lane.postgres.restart();
    count.faults += 1;
    await reconnect(lane);
  }
  if (random.chance(0.08)) {
    await lane.front.refuse(200 + random.below(400));
    count.faults += 1;
  }
}

/** Our own connections are lost as well. */
async function reconnect({ sql }: Lane): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      // All four of the pool.
      await Promise.all(Array.from({ length: 8 }, () => sql`select 1`));
      return;
    } catch (error) {
      if (attempt === 20) throw error;
      await pause(100);
    }
  }
}

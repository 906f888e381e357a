import type { Wish } from './app-side.ts';
import { type Audit, openAudit } from './audit.ts';
import type { ChaosPost } from './chaos-post.ts';
import type { Example } from './examples.ts';
import { personOf } from './examples.ts';
import type { Asked, Hooks } from './front.ts';
import {
  BROKEN,
  evidenceOf,
  type Judgement,
  judge,
  mayNeedPerson,
  mayNeedPersonAfterAKill,
  publicOf,
  readFacts,
} from './judge.ts';
import type { Lane } from './lane.ts';
import { addPost } from './posts.ts';
import type { Trial } from './record.ts';
import { recover } from './recover.ts';
import type { Host, Tick } from './tick-process.ts';

/** Longer than any token, listing window or hourly count reaches, so that trials do not meet. */
const BETWEEN_TRIALS_MS = 90 * 60_000;
/** A day is the longest that a platform may take to show what it has accepted. */
const RECOVERY_LIMIT_MS = 26 * 3_600_000;

type Side = 'before' | 'after';

/** Picks one request of a tick. */
export type Moment = (asked: Asked) => boolean;
/** The request with that number, from 1. */
export const nth =
  (number: number): Moment =>
  (asked) =>
    asked.number === number;
/** The first request whose name matches. */
export function firstOf(name: RegExp): Moment {
  let found: number | undefined;
  return (asked) => {
    if (found === undefined && name.test(asked.name)) found = asked.number;
    return asked.number === found;
  };
}

/** Whether the tick is killed before the request is passed on or when its answer is in. */
export interface Point {
  readonly at: Moment;
  readonly side: Side;
}

/** One post alone on its lane. */
export interface Stand {
  readonly lane: Lane;
  readonly example: Example;
  readonly owner: ReturnType<typeof personOf>;
  readonly first: Host;
  /** Who recovers: the same machine, or another one. */
  readonly others: readonly Host[];
  /** After so many ticks a post that is still not over never will be. */
  readonly mostTicks: number;
  readonly audit: Audit;
}

const MOST_TICKS = 40;

/** @param index of the owner; each is used once on a lane */
export async function standOf(
  lane: Lane,
  example: Example,
  index: number,
  { mostTicks = MOST_TICKS, audit = openAudit() }: Partial<Pick<Stand, 'mostTicks' | 'audit'>> = {},
): Promise<Stand> {
  const owner = personOf(index);
  await lane.addOwners([owner]);
  const [first, second] = [lane.host('first'), lane.host('second', 1_500)];
  return { lane, example, owner, first, others: [second], mostTicks, audit };
}

/** The requests of a tick that publishes one post and that nobody disturbs. */
export async function countRequests(
  stand: Stand,
  key = `${stand.example.name}, undisturbed`,
): Promise<{ readonly names: readonly string[]; readonly trial: Trial }> {
  const post = await addPost(stand.lane, stand.example, stand.owner);
  const tick = stand.lane.tick(stand.first);
  await tick.ended;
  const trial = await conclude(stand, post, {
    stage: 'enumerate',
    key,
    kills: 0,
    detail: {},
  });
  return { names: tick.asked.map(({ name }) => name), trial };
}

/** A tick is killed at that point; later ticks bring the post to its end. */
export async function killAt(stand: Stand, point: Point, key: string): Promise<Trial> {
  const post = await addPost(stand.lane, stand.example, stand.owner);
  const tick = stand.lane.tick(stand.first, (self) => killHooks(self, point));
  const { killed } = await tick.ended;
  const last = tick.asked.at(-1);
  return conclude(stand, post, {
    stage: 'enumerate',
    key,
    kills: killed ? 1 : 0,
    detail: { number: last?.number, side: point.side, request: last?.name },
  });
}

export function killHooks(tick: Tick, { at, side }: Point): Hooks {
  const kill = async () => {
    await tick.kill();
    return 'cut' as const;
  };
  return {
    before: async (asked) => (side === 'before' && at(asked) ? kill() : 'pass'),
    after: async (asked) => (side === 'after' && at(asked) ? kill() : 'pass'),
  };
}

/** Recovers, judges, and lets the clock run on for the next trial. */
export async function conclude(
  { lane, others, first, mostTicks, audit }: Stand,
  post: ChaosPost,
  about: Pick<Trial, 'stage' | 'key' | 'kills' | 'detail'>,
  wishes: readonly Wish[] = [],
): Promise<Trial> {
  const recovery = await recover(lane, [...others, first], { limitMs: RECOVERY_LIMIT_MS, mostTicks });
  await lane.show();
  const facts = await readFacts(lane, post);
  const seen = publicOf(lane, post);
  audit.note(post, seen.length);
  const judged = judge(post, facts, seen, wishes);
  const evidence = judged.verdict === 'once' ? null : await evidenceOf(lane, post, wishes);
  await lane.clock.pass(BETWEEN_TRIALS_MS);
  // What never ends must not keep the lane's next trials from ending.
  if (!recovery.over) await lane.sql`delete from public.publish_queue where post_id = ${post.id}`;
  const wanted = wishes.at(-1)?.wanted !== false;
  // A zombie and a kill are two faults: what was meant to be sent once more is not sent a third time.
  const mayAsk = about.stage === 'zombies' && about.kills > 0 ? mayNeedPerson : mayNeedPersonAfterAKill;
  const { verdict: final, why: reason } = asEnd(judged, recovery.over, wanted, mayAsk(post));
  return {
    ...about,
    faults: 0,
    targets: 1,
    verdicts: { [final]: 1 },
    findings: BROKEN.includes(final)
      ? [{ name: post.name, post: `${post.source}:${post.id}`, verdict: final, why: reason, evidence }]
      : [],
    counts: {},
    reasons: final === 'person' ? { [`person: ${post.platform}: ${post.name}`]: 1 } : {},
    detail: { ...about.detail, ticks: recovery.ticks, recovery_s: Math.round(recovery.ms / 1000) },
  };
}

/** Nothing was wrong but the one thing that was done, so only what the app took back may stay at home. */
function asEnd(judged: Judgement, over: boolean, wanted: boolean, mayAsk: boolean): Judgement {
  const { verdict, why } = judged;
  if (BROKEN.includes(verdict)) return judged;
  if (!over || verdict === 'waiting')
    return { verdict: 'lost', why: `it never comes to an end: ${why || verdict}` };
  if (verdict === 'person' && !mayAsk) return { verdict: 'needless', why };
  const home = verdict === 'told' || verdict === 'withdrawn';
  return home && wanted ? { verdict: 'lost', why: `it was not sent: ${why}` } : judged;
}

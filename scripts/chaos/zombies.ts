import { conclude, killHooks, type Moment, nth, type Stand } from './enumerate.ts';
import { addPost } from './posts.ts';
import type { Trial } from './record.ts';
import { signal } from './signal.ts';
import type { Tick } from './tick-process.ts';

/** Longer than a lease, an armed request's time and the quarantine after them. */
const ASLEEP_MS = 10 * 60_000;
const MINUTE_MS = 60_000;
/** For whoever comes between: enough to find, to prove absence in two looks, and to send. */
const MOST_TICKS_BETWEEN = 4;

/**
 * What other ticks do while the first one is suspended. look: one tick. finish: ticks until the post is out, or a few.
 * die: the same, and the one that sends it is killed when the platform's answer is in.
 */
export const MEANWHILE = ['look', 'finish', 'die'] as const;
export type Meanwhile = (typeof MEANWHILE)[number];

/**
 * A tick is suspended (SIGSTOP) when the answer to that request is in and before it sees it. Its lease ends, others take
 * the post over, and then it goes on as if nothing had happened.
 */
export async function suspendAt(stand: Stand, at: Moment, meanwhile: Meanwhile, key: string): Promise<Trial> {
  const { lane, example, owner, first, others } = stand;
  const post = await addPost(lane, example, owner);
  let request = 'never asked';
  const wakeUp = signal();
  const asleep = signal();
  const sleeper = lane.tick(first, (self) => ({
    after: async (asked) => {
      if (at(asked)) {
        request = asked.name;
        self.stop();
        asleep.give();
        await wakeUp.given;
      }
      return 'pass';
    },
  }));
  await Promise.race([asleep.given, sleeper.ended]);
  let kills = 0;
  let ticks = 0;
  const until = meanwhile === 'look' ? 1 : MOST_TICKS_BETWEEN;
  const [other] = others;
  if (other === undefined) throw new RangeError('nobody to take over');
  await lane.clock.pass(ASLEEP_MS);
  for (; ticks < until; ticks += 1) {
    if (ticks > 0) await lane.clock.pass(MINUTE_MS);
    const tick = lane.tick(other, meanwhile === 'die' ? killAfterSending : undefined);
    if ((await tick.ended).killed) kills += 1;
    if (kills > 0) break;
  }
  wakeUp.give();
  sleeper.resume();
  await sleeper.ended;
  return conclude(stand, post, { stage: 'zombies', key, kills, detail: { meanwhile, request } });
}

/** The request behind the arm is the one that makes it public. */
function killAfterSending(tick: Tick) {
  return {
    after: async () => {
      const { asked } = tick;
      const last = asked.at(-1);
      if (last === undefined || asked.at(-2)?.name !== 'rpc publisher_arm') return 'pass' as const;
      return (await killHooks(tick, { at: nth(last.number), side: 'after' }).after?.(last)) ?? 'pass';
    },
  };
}

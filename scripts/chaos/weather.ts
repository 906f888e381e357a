import type { Fault } from '../../src/sandbox/platforms/simulator.ts';
import type { Asked, Back, Hooks } from './front.ts';
import type { Random } from './random.ts';
import { count } from './record.ts';
import { pause, type Signal, signal } from './signal.ts';
import type { Tick } from './tick-process.ts';

/** Of a storm's ticks: longer than any delay but the one that is meant to be too long. */
export const REQUEST_TIMEOUT_MS = 2_000;
const DELAY_MS = 60;
const TOO_LONG_MS = 2_300;

/** How one tick ends, unless it ends by itself before that. */
type End = 'by itself' | 'killed' | 'suspended' | 'terminated';

const ENDS: readonly End[] = [
  'by itself',
  ...Array<End>(16).fill('killed'),
  ...Array<End>(2).fill('suspended'),
  'terminated',
];
/** That the tick's end comes at one side of a request: anywhere, and while something may be on its way. */
const HAZARD = 0.05;
const HAZARD_WHILE_ARMED = 0.15;
/** The first requests read what changed; every tick of the enumeration was killed there already. */
const FIRST_REQUEST = 3;

/** A tick that does all the work would keep the others from theirs, and a round from its end. */
const MOST_REQUESTS = 40;

const BACKS: readonly Back[] = ['cut', 'truncate', 'bad gateway'];

/** What a tick meets. */
export interface Weather {
  hooks(tick: Tick): Hooks;
  /** Given when the tick has been suspended; it goes on with `wake`. */
  readonly asleep: Signal;
  /** Into more bad weather, or into the calm in which nothing happens to it any more. */
  wake(into: 'storm' | 'calm'): void;
}

export interface Climate {
  /** Probability that something happens to a request. */
  readonly roughness: number;
  /** The machine never comes back: its ticks are killed, whatever was drawn. */
  readonly doomed?: boolean;
  /** What happened is counted here. */
  readonly counts: Record<string, number>;
}

/** Draws a tick's fate beforehand; its moment and the faults of single requests are drawn as they come. */
export function drawWeather(random: Random, { roughness, doomed = false, counts }: Climate): Weather {
  let end = doomed ? 'killed' : random.pick(ENDS);
  const asleep = signal();
  const awake = signal();
  let calm = false;
  let ended = end === 'by itself';
  /** Arms that were granted and whose outcome is not stored. */
  let armed = 0;
  let claimed = false;
  const strikes = (share: number): boolean => !calm && random.chance(roughness * share);
  const endsHere = ({ number }: Asked): boolean => {
    if (number >= MOST_REQUESTS) end = 'killed';
    else if (ended || calm || number < FIRST_REQUEST) return false;
    ended = random.chance(armed > 0 ? HAZARD_WHILE_ARMED : HAZARD);
    return ended;
  };
  return {
    asleep,
    wake(into) {
      calm = into === 'calm';
      // A zombie is killed like any other.
      if (random.chance(0.5)) {
        end = 'killed';
        ended = false;
      }
      awake.give();
    },
    hooks(tick) {
      const endIt = async (): Promise<'pass' | 'cut'> => {
        const when = armed > 0 ? 'while something is armed' : claimed ? 'with a claim' : 'without a claim';
        if (end === 'killed') {
          await tick.kill();
          if ((await tick.ended).killed) count(counts, `SIGKILL ${when}`);
          return 'cut';
        }
        if (end === 'terminated') {
          tick.terminate();
          count(counts, 'SIGTERM');
        }
        if (end === 'suspended') {
          count(counts, `SIGSTOP ${when}`);
          tick.stop();
          asleep.give();
          // What has left the process arrives, and its answer lies there when it wakes up: a request that the network
          // keeps for minutes is another thing, which no program can prove anything about.
          void awake.given.then(tick.resume);
        }
        return 'pass';
      };
      return {
        before: async (asked) => {
          if (asked.name === 'rpc publisher_targets') claimed = true;
          if (endsHere(asked)) return endIt();
          if (strikes(0.3)) {
            count(counts, 'request cut');
            return 'cut';
          }
          if (strikes(0.5)) {
            count(counts, 'request delayed');
            await pause(random.below(DELAY_MS));
          }
          return 'pass';
        },
        after: async (asked) => {
          if (asked.name === 'rpc publisher_arm') armed += 1;
          if (endsHere(asked)) return endIt();
          if (asked.name === 'rpc publisher_outcome') armed = Math.max(0, armed - 1);
          if (strikes(0.6)) {
            const back = random.pick(BACKS);
            count(counts, `answer: ${back}`);
            return back;
          }
          if (strikes(0.1)) {
            count(counts, 'answer after the time-out');
            await pause(TOO_LONG_MS);
          }
          return 'pass';
        },
      };
    },
  };
}

const KINDS: readonly Fault['kind'][] = [
  'refuse',
  'rate_limit',
  'server_error_before',
  'server_error_before',
  'server_error_after',
  'server_error_after',
  'drop_before',
  'drop_before',
  'drop_after',
  'drop_after',
  'token_expired',
];
/** More often than it is asked in a round; what is left tells how often it was. */
const LAGS = 1_000;

/** What goes wrong at the platforms themselves during one round. */
export function drawPlatformFaults(random: Random, platforms: readonly string[]): readonly Fault[] {
  return platforms.flatMap((platform): Fault[] => [
    ...(random.chance(0.3)
      ? [{ platform, kind: random.pick(KINDS), match: '^(POST|PUT)', times: 1 + random.below(2) }]
      : []),
    // Longer than a minute of the clock, so that a look in the next round does not see it either.
    ...(random.chance(0.3)
      ? [{ platform, kind: 'listing_lag' as const, ms: 10_000 + random.below(120_000), times: LAGS }]
      : []),
  ]);
}

/** How often each was met. */
export function countMet(
  counts: Record<string, number>,
  set: readonly Fault[],
  left: readonly Fault[],
): void {
  for (const fault of set) {
    const rest = left.find(({ platform, kind }) => platform === fault.platform && kind === fault.kind);
    count(counts, `platform: ${fault.kind.replaceAll('_', ' ')}`, (fault.times ?? 0) - (rest?.times ?? 0));
  }
}

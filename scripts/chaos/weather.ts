import type { Fault } from '../../src/sandbox/platforms/simulator.ts';
import type { Back, Hooks } from './front.ts';
import type { Random } from './random.ts';
import { pause, type Signal, signal } from './signal.ts';
import type { Tick } from './tick-process.ts';

/** Of a storm's ticks: longer than any delay but the one that is meant to be too long. */
export const REQUEST_TIMEOUT_MS = 2_000;
const DELAY_MS = 60;
const TOO_LONG_MS = 2_300;

/** How one tick ends, unless it ends by itself before that request. */
type End = 'by itself' | 'killed' | 'suspended' | 'terminated';

const ENDS: readonly End[] = [
  ...Array<End>(3).fill('by itself'),
  ...Array<End>(15).fill('killed'),
  ...Array<End>(3).fill('suspended'),
  'terminated',
];
/** Five requests plan and report; a tick with two posts makes 20 to 40. */
const FIRST_REQUEST = 4;
const LAST_REQUEST = 30;

const BACKS: readonly Back[] = ['cut', 'truncate', 'bad gateway'];

/** What a tick meets. */
export interface Weather {
  hooks(tick: Tick): Hooks;
  /** Faults so far. */
  faults(): number;
  /** Given when the tick has been suspended; it goes on with `wake`. */
  readonly asleep: Signal;
  wake(): void;
}

/** Draws a tick's fate beforehand; the faults of single requests are drawn as they come. */
export function drawWeather(random: Random, roughness: number): Weather {
  const end = random.pick(ENDS);
  const at = FIRST_REQUEST + random.below(LAST_REQUEST - FIRST_REQUEST);
  const side = random.pick(['before', 'after'] as const);
  const asleep = signal();
  const awake = signal();
  let faults = 0;
  let calm = false;
  const strikes = (share: number): boolean => {
    if (calm || !random.chance(roughness * share)) return false;
    faults += 1;
    return true;
  };
  return {
    asleep,
    faults: () => faults,
    wake() {
      calm = true;
      awake.give();
    },
    hooks(tick) {
      const endIt = async (): Promise<'pass' | 'cut'> => {
        if (end === 'killed') {
          await tick.kill();
          return 'cut';
        }
        if (end === 'terminated') tick.terminate();
        if (end === 'suspended') {
          faults += 1;
          tick.stop();
          asleep.give();
          await awake.given;
          tick.resume();
        }
        return 'pass';
      };
      return {
        before: async ({ number }) => {
          if (number === at && side === 'before') return endIt();
          if (strikes(0.3)) return 'cut';
          if (strikes(0.5)) await pause(random.below(DELAY_MS));
          return 'pass';
        },
        after: async ({ number }) => {
          if (number === at && side === 'after') return endIt();
          if (strikes(0.6)) return random.pick(BACKS);
          if (strikes(0.1)) await pause(TOO_LONG_MS);
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
  'server_error_after',
  'drop_before',
  'drop_after',
  'token_expired',
];

/** What goes wrong at the platforms themselves during one round. */
export function drawPlatformFaults(random: Random, platforms: readonly string[]): readonly Fault[] {
  return platforms.flatMap((platform): Fault[] => [
    ...(random.chance(0.25)
      ? [{ platform, kind: random.pick(KINDS), match: '^(POST|PUT)', times: 1 + random.below(2) }]
      : []),
    // Longer than a minute of the clock, so that a look in the next round does not see it either.
    ...(random.chance(0.3)
      ? [{ platform, kind: 'listing_lag' as const, ms: 10_000 + random.below(120_000) }]
      : []),
  ]);
}

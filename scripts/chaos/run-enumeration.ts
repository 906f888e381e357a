import { ACTIONS } from './app-side.ts';
import { disturbAt } from './disturb.ts';
import { countRequests, killAt, type Stand, standOf } from './enumerate.ts';
import { type Example, examples } from './examples.ts';
import type { Lane } from './lane.ts';
import type { Ledger, Trial } from './record.ts';
import { MEANWHILE, suspendAt } from './zombies.ts';

export interface Enumeration {
  readonly lanes: readonly Lane[];
  readonly examples: readonly Example[];
  readonly ledger: Ledger;
  /** Decides whether it is tried. */
  takes(key: string): boolean;
}

/** What is tried at every request of a tick. */
interface Ways<W extends string> {
  readonly stage: string;
  readonly ways: readonly W[];
  /** Which examples are worth it; all by default. */
  readonly examples?: RegExp;
  /** Which requests are; all by default. */
  readonly requests?: RegExp;
  /** Number of the request, from 1. */
  at(stand: Stand, number: number, way: W, key: string): Promise<Trial>;
}

/** A tick is killed before the request is passed on, or when its answer is in. */
export const KILLS: Ways<'before' | 'after'> = {
  stage: 'enumerate',
  ways: ['before', 'after'],
  at: (stand, number, side, key) => killAt(stand, { number, side }, key),
};

export const ZOMBIES: Ways<(typeof MEANWHILE)[number]> = {
  stage: 'zombies',
  ways: MEANWHILE,
  // One of each way to prepare, send and find.
  examples:
    /^(facebook (text|image|video|reel|photo story|video story)|instagram (image|carousel|reel|photo story)|linkedin (text|video|text by account 2)|youtube video)$/,
  // Before the claim there is nothing to lose, after the settlement nothing to do.
  requests: /^(?!rpc publisher_(sweep|plan_read|plan_write|writebacks|report)$)/,
  at: suspendAt,
};

export const APP: Ways<(typeof ACTIONS)[number]> = {
  stage: 'app',
  ways: ACTIONS,
  examples: /^(facebook (text|image)|instagram reel|linkedin carousel|youtube video|.* post of a campaign)$/,
  at: disturbAt,
};

/** Tries every way at every request of a tick that publishes one post alone, for every example. */
export async function runEnumeration<W extends string>(
  { lanes, examples: taken, ledger, takes }: Enumeration,
  { stage, ways, at, examples: worthy, requests }: Ways<W>,
): Promise<void> {
  const left = taken.filter(({ name }) => worthy === undefined || worthy.test(name));
  await Promise.all(
    lanes.map(async (lane) => {
      for (let example = left.shift(); example !== undefined; example = left.shift()) {
        const stand = await standOf(lane, example, examples.indexOf(example));
        const { names, trial } = await countRequests(stand);
        if (!ledger.has(trial.key)) ledger.add(trial);
        for (const [index, request] of names.entries()) {
          if (requests !== undefined && !requests.test(request)) continue;
          for (const way of ways) {
            const key = `${stage} ${example.name} ${index + 1} ${way}`;
            if (!ledger.has(key) && takes(key)) ledger.add(await at(stand, index + 1, way, key));
          }
        }
      }
    }),
  );
}

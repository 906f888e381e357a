import { ACTIONS } from './app-side.ts';
import { openAudit } from './audit.ts';
import { disturbAt } from './disturb.ts';
import { countRequests, killAt, type Moment, nth, type Stand, standOf } from './enumerate.ts';
import { type Example, examples } from './examples.ts';
import type { Lane } from './lane.ts';
import { faultyTrial, type Ledger, type Trial } from './record.ts';
import { MEANWHILE, suspendAt } from './zombies.ts';

export interface Enumeration {
  /** One worker for each; a lane on which something failed is replaced. */
  readonly lanes: readonly (() => Promise<Lane>)[];
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
  at(stand: Stand, moment: Moment, way: W, key: string): Promise<Trial>;
}

/** A tick is killed before the request is passed on, or when its answer is in. */
export const KILLS: Ways<'before' | 'after'> = {
  stage: 'enumerate',
  ways: ['before', 'after'],
  at: (stand, at, side, key) => killAt(stand, { at, side }, key),
};

export const ZOMBIES: Ways<(typeof MEANWHILE)[number]> = {
  stage: 'zombies',
  ways: MEANWHILE,
  // One of each way to prepare, send and find.
  examples:
    /^(facebook (text|image|video|reel|photo story|video story)|instagram (image|carousel|reel|photo story)|linkedin (text|video|text by account 2)|(youtube|tiktok) video|tiktok image|(x|mastodon|bluesky|threads) (text|image|video|thread)|facebook text with a comment)$/,
  // Before the claim there is nothing to lose, after the settlement nothing to do.
  requests: /^(?!rpc publisher_(sweep|plan_read|plan_write|writebacks|report)$)/,
  at: suspendAt,
};

export const APP: Ways<(typeof ACTIONS)[number]> = {
  stage: 'app',
  ways: ACTIONS,
  examples:
    /^(facebook (text|image)|instagram reel|linkedin carousel|youtube video|x image|(x|threads|bluesky) thread|facebook text with a comment|.* post of a campaign)$/,
  at: disturbAt,
};

/** Tries every way at every request of a tick that publishes one post alone, for every example. */
export async function runEnumeration<W extends string>(
  { lanes, examples: taken, ledger, takes }: Enumeration,
  { stage, ways, at, examples: worthy, requests }: Ways<W>,
): Promise<void> {
  const left = taken.filter(({ name }) => worthy === undefined || worthy.test(name));
  const tryAll = async (stand: Stand, example: Example) => {
    const { names, trial } = await countRequests(stand, `${stage} ${example.name}, undisturbed`);
    if (!ledger.has(trial.key)) ledger.add(trial);
    for (const [index, request] of names.entries()) {
      if (requests !== undefined && !requests.test(request)) continue;
      for (const way of ways) {
        const key = `${stage} ${example.name} ${index + 1} ${way}`;
        if (ledger.has(key) || !takes(key)) continue;
        try {
          ledger.add(await at(stand, nth(index + 1), way, key));
        } catch (error) {
          ledger.add(faultyTrial(stage, key, error));
          throw error;
        }
      }
    }
  };
  await Promise.all(
    lanes.map(async (open, worker) => {
      let [lane, audit] = [await open(), openAudit()];
      for (let example = left.shift(); example !== undefined; example = left.shift()) {
        const index = examples.indexOf(example);
        // What failed is in the record, so that the next attempt goes on behind it, on a lane that is not disturbed.
        for (let done = false; !done; ) {
          try {
            await tryAll(await standOf(lane, example, index, { audit }), example);
            done = true;
          } catch {
            await lane.stop();
            [lane, audit] = [await open(), openAudit()];
          }
        }
      }
      ledger.add(await audit.end(lane, `audit of ${stage} ${worker + 1} at ${new Date().toISOString()}`));
      await lane.stop();
    }),
  );
}

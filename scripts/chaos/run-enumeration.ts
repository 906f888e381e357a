import { countRequests, killAt, type Side, type Stand, standOf } from './enumerate.ts';
import { type Example, examples } from './examples.ts';
import type { Lane } from './lane.ts';
import type { Ledger } from './record.ts';

export interface Enumeration {
  readonly lanes: readonly Lane[];
  readonly examples: readonly Example[];
  readonly ledger: Ledger;
  /** Decides whether a point is taken. */
  takes(): boolean;
}

const SIDES: readonly Side[] = ['before', 'after'];

/** Kills a tick at every request that it makes, before and after, for every kind of post. */
export function runEnumeration(work: Enumeration): Promise<void> {
  return eachExample(work, async (stand) => {
    const { names, trial } = await countRequests(stand);
    if (!work.ledger.has(trial.key)) work.ledger.add(trial);
    for (let number = 1; number <= names.length; number += 1) {
      for (const side of SIDES) {
        const key = `enumerate ${stand.example.name} ${number} ${side}`;
        if (work.takes() && !work.ledger.has(key))
          work.ledger.add(await killAt(stand, { number, side }, key));
      }
    }
  });
}

/** Lanes take the examples one after the other. */
export async function eachExample(
  { lanes, examples: taken }: Pick<Enumeration, 'lanes' | 'examples'>,
  use: (stand: Stand) => Promise<void>,
): Promise<void> {
  const left = [...taken];
  await Promise.all(
    lanes.map(async (lane) => {
      for (let example = left.shift(); example !== undefined; example = left.shift()) {
        await use(await standOf(lane, example, examples.indexOf(example)));
      }
    }),
  );
}

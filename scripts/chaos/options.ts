import { parseArgs } from 'node:util';

const STAGES = ['enumerate', 'zombies', 'app', 'hosts', 'storm'] as const;
export type Stage = (typeof STAGES)[number];

export interface Options {
  readonly stages: readonly Stage[];
  /** The storm goes on until so many ticks were killed, in all stages together. */
  readonly kills: number;
  readonly seed: number;
  /** Part of the names of the examples to use, e.g. a platform. */
  readonly examples: string;
  /** Takes each point with this probability; 1 takes all. */
  readonly share: number;
  readonly lanes: number;
  /** Due posts of the stage `hosts`. */
  readonly posts: number;
  readonly file: string;
  readonly goOn: boolean;
}

export const USAGE = `npm run chaos -- [options]
  --only STAGE        ${STAGES.join(', ')}; several with commas; all by default
  --kills N           the storm goes on until so many ticks were killed (10000)
  --platform TEXT     only posts whose name contains it, e.g. youtube or "facebook reel"
  --seed N            of everything that is chosen at random
  --share P           of the points that are enumerated, 0 to 1 (1)
  --lanes N           databases that are worked on at once (4)
  --posts N           due posts for two hosts (2000)
  --file FILE         the record, a JSON line a trial (logs/chaos.ndjson)
  --continue          go on where the record ends
`;

/** @throws TypeError with a sentence */
export function readOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string', default: STAGES.join() },
      kills: { type: 'string', default: '10000' },
      platform: { type: 'string', default: '' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
      share: { type: 'string', default: '1' },
      lanes: { type: 'string', default: '4' },
      posts: { type: 'string', default: '2000' },
      file: { type: 'string', default: 'logs/chaos.ndjson' },
      continue: { type: 'boolean', default: false },
    },
  });
  return {
    stages: values.only.split(',').map(stageNamed),
    kills: numberIn('--kills', values.kills),
    seed: numberIn('--seed', values.seed),
    examples: values.platform.toLowerCase(),
    share: numberIn('--share', values.share),
    lanes: numberIn('--lanes', values.lanes),
    posts: numberIn('--posts', values.posts),
    file: values.file,
    goOn: values.continue,
  };
}

function stageNamed(name: string): Stage {
  const found = STAGES.find((stage) => stage === name);
  if (found === undefined) throw new TypeError(`There is no stage “${name}”.`);
  return found;
}

function numberIn(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new TypeError(`${option} wants a number, not “${text}”.`);
  return value;
}

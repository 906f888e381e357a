import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { BROKEN, VERDICTS, type Verdict } from './judge.ts';

const Finding = z.object({
  name: z.string(),
  post: z.string(),
  verdict: z.enum(VERDICTS),
  why: z.string(),
});
export type Finding = z.output<typeof Finding>;

const Trial = z.object({
  /** What was tried; the same under the same options, so that a run can be continued. */
  key: z.string(),
  stage: z.string(),
  kills: z.number(),
  faults: z.number(),
  targets: z.number(),
  verdicts: z.partialRecord(z.enum(VERDICTS), z.number()),
  /** What broke the promise, and what a person must look at. */
  findings: z.array(Finding),
  detail: z.record(z.string(), z.unknown()),
});
/** One line of the record. */
export type Trial = z.output<typeof Trial>;

export interface Ledger {
  has(key: string): boolean;
  add(trial: Trial): void;
  readonly trials: readonly Trial[];
}

/** The record of a run, a JSON line a trial, written as it goes. Without `goOn` an earlier one is replaced. */
export function openRecord(file: string, goOn: boolean): Ledger {
  mkdirSync(dirname(file), { recursive: true });
  if (!goOn || !existsSync(file)) writeFileSync(file, '');
  const trials = readFileSync(file, 'utf8')
    .split('\n')
    // A run that was killed may have left half a line.
    .flatMap((line) => (line.endsWith('}') ? [Trial.parse(JSON.parse(line))] : []));
  const keys = new Set(trials.map(({ key }) => key));
  return {
    trials,
    has: (key) => keys.has(key),
    add(trial) {
      keys.add(trial.key);
      trials.push(trial);
      appendFileSync(file, `${JSON.stringify(trial)}\n`);
    },
  };
}

export interface Tally {
  readonly trials: number;
  readonly kills: number;
  readonly faults: number;
  readonly targets: number;
  readonly verdicts: Readonly<Record<Verdict, number>>;
  readonly broken: number;
}

export function tally(trials: readonly Trial[]): Tally {
  const sum = (pick: (trial: Trial) => number) => trials.reduce((total, trial) => total + pick(trial), 0);
  const verdicts = Object.fromEntries(
    VERDICTS.map((verdict) => [verdict, sum((trial) => trial.verdicts[verdict] ?? 0)]),
  ) as Record<Verdict, number>;
  return {
    trials: trials.length,
    kills: sum(({ kills }) => kills),
    faults: sum(({ faults }) => faults),
    targets: sum(({ targets }) => targets),
    verdicts,
    broken: BROKEN.reduce((total, verdict) => total + verdicts[verdict], 0),
  };
}

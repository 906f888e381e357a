import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { BROKEN, VERDICTS, type Verdict } from './judge.ts';

const Finding = z.object({
  name: z.string(),
  post: z.string(),
  verdict: z.enum(VERDICTS),
  why: z.string(),
  /** What the promise was broken with: log, public posts, wishes. */
  evidence: z.unknown().optional(),
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
  /** What happened, and how often: kinds of kill, of fault, of post. */
  counts: z.record(z.string(), z.number()).default({}),
  /** Why targets stayed at home or need a person, and how many of them. */
  reasons: z.record(z.string(), z.number()).default({}),
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
  const lines = goOn && existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  // A run that was killed may have left half a line, and the next one must not be written behind it.
  const whole = lines.flatMap((line) => {
    const trial = parseLine(line);
    return trial === null ? [] : [{ line, trial }];
  });
  writeFileSync(`${file}.new`, whole.map(({ line }) => `${line}\n`).join(''));
  renameSync(`${file}.new`, file);
  const trials = whole.map(({ trial }) => trial);
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

function parseLine(line: string): Trial | null {
  try {
    return Trial.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

const MOST_FAULTY_TRIALS = 25;
let faultyTrials = 0;

/**
 * The record of a trial that could not be carried out, which is no proof of anything.
 * @throws the error itself, when there have been too many of them
 */
export function faultyTrial(stage: string, key: string, error: unknown): Trial {
  faultyTrials += 1;
  if (faultyTrials > MOST_FAULTY_TRIALS) throw error;
  const why = error instanceof Error ? error.message : String(error);
  const finding: Finding = { name: 'trial', post: '', verdict: 'fault', why };
  return {
    key,
    stage,
    kills: 0,
    faults: 0,
    targets: 0,
    verdicts: { fault: 1 },
    findings: [finding],
    counts: {},
    reasons: {},
    detail: {},
  };
}

/** Adds to a count. */
export function count(counts: Record<string, number>, what: string, many = 1): void {
  if (many > 0) counts[what] = (counts[what] ?? 0) + many;
}

export interface Tally {
  readonly trials: number;
  readonly kills: number;
  readonly faults: number;
  readonly targets: number;
  readonly verdicts: Readonly<Record<Verdict, number>>;
  readonly broken: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly reasons: Readonly<Record<string, number>>;
}

export function tally(trials: readonly Trial[]): Tally {
  const sum = (pick: (trial: Trial) => number) => trials.reduce((total, trial) => total + pick(trial), 0);
  const verdicts = Object.fromEntries(
    VERDICTS.map((verdict) => [verdict, sum((trial) => trial.verdicts[verdict] ?? 0)]),
  ) as Record<Verdict, number>;
  const merged = (pick: (trial: Trial) => Readonly<Record<string, number>>) => {
    const all: Record<string, number> = {};
    for (const trial of trials)
      for (const [what, many] of Object.entries(pick(trial))) count(all, what, many);
    return all;
  };
  return {
    trials: trials.length,
    kills: sum(({ kills }) => kills),
    faults: sum(({ faults }) => faults),
    targets: sum(({ targets }) => targets),
    verdicts,
    broken: BROKEN.reduce((total, verdict) => total + verdicts[verdict], 0),
    counts: merged(({ counts }) => counts),
    reasons: merged(({ reasons }) => reasons),
  };
}

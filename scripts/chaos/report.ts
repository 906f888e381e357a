import { BROKEN } from './judge.ts';
import { type Tally, type Trial, tally } from './record.ts';

/** Of findings that break the promise, so that a run that is entirely wrong can still be read. */
const MOST_FINDINGS = 60;

const COLUMNS = [
  'trials',
  'kills',
  'faults',
  'targets',
  'exactly once',
  'doubled',
  'lost',
  'other',
  'person',
  'told',
  'withdrawn',
] as const;

/** The verdict, as people read it. */
export function report(trials: readonly Trial[]): string {
  const stages = [...new Set(trials.map(({ stage }) => stage))];
  const rows = stages.map((stage) => row(stage, tally(trials.filter((trial) => trial.stage === stage))));
  const all = tally(trials);
  const found = trials.flatMap(({ key, findings }) => findings.map((finding) => ({ ...finding, key })));
  const broken = found.filter(({ verdict }) => BROKEN.includes(verdict));
  return [
    ...table([['', ...COLUMNS], ...rows, row('all', all)]),
    '',
    'other: what the database or a row says is not what is public, an outdated text, a person asked without need, a',
    'tick or trial that failed. person: the row says that it may be live. told: not public, and the row says why.',
    'withdrawn: not public, as the app wanted it.',
    ...list('What happened', Object.entries(all.counts)),
    ...list('Stayed at home, or needs a person', Object.entries(all.reasons)),
    ...(broken.length === 0 ? [] : ['', 'BROKEN:']),
    ...broken
      .slice(0, MOST_FINDINGS)
      .map(({ key, name, post, verdict, why }) => `  ${verdict}: ${key} (${name} ${post}): ${why}`),
    ...(broken.length > MOST_FINDINGS ? [`  … and ${broken.length - MOST_FINDINGS} more in the record`] : []),
    '',
  ].join('\n');
}

/** The same for programs, on one line. */
export function verdictLine(trials: readonly Trial[]): string {
  const { counts: _counts, reasons: _reasons, ...all } = tally(trials);
  return `chaos-verdict ${JSON.stringify(all)}`;
}

/** A line about how far it is: kills in a minute and the time left, from what was done since it began. */
export function openProgress(wantedKills: number, killsBefore: number): (now: Tally) => string {
  const began = performance.now();
  return ({ trials, kills, targets, verdicts, broken }) => {
    const minutes = (performance.now() - began) / 60_000;
    const rate = (kills - killsBefore) / minutes;
    const left = rate > 0 ? Math.max(0, Math.ceil((wantedKills - kills) / rate)) : '?';
    return (
      `${minutes.toFixed(1)} min: ${kills} of ${wantedKills} kills, ${rate.toFixed(0)} a minute, ${left} min left; ` +
      `${trials} trials, ${targets} targets: ${verdicts.once} once, ${verdicts.person} for a person, ${broken} BROKEN`
    );
  };
}

function row(name: string, { trials, kills, faults, targets, verdicts, broken }: Tally): string[] {
  const { once, doubled, lost, person, told, withdrawn } = verdicts;
  const numbers = [trials, kills, faults, targets, once, doubled, lost, broken - doubled - lost];
  return [name, ...[...numbers, person, told, withdrawn].map(String)];
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  return rows.map((cells) =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
}

function list(title: string, entries: readonly (readonly [string, number])[]): string[] {
  if (entries.length === 0) return [];
  const lines = [...entries].sort(([a], [b]) => a.localeCompare(b));
  return ['', `${title}:`, ...lines.map(([what, many]) => `${String(many).padStart(8)}  ${what}`)];
}

import { BROKEN } from './judge.ts';
import { type Trial, tally } from './record.ts';

/** The verdict, as people read it. */
export function report(trials: readonly Trial[]): string {
  const { kills, faults, targets, verdicts } = tally(trials);
  const stages = [...new Set(trials.map(({ stage }) => stage))].map((stage) => {
    const own = tally(trials.filter((trial) => trial.stage === stage));
    return `  ${stage.padEnd(12)}${own.trials} trials, ${own.kills} kills, ${own.faults} faults, ${own.targets} targets`;
  });
  const findings = trials.flatMap(({ key, findings: found }) =>
    found.map((finding) => ({ ...finding, key })),
  );
  const broken = findings.filter(({ verdict }) => BROKEN.includes(verdict));
  const people = findings.filter(({ verdict }) => verdict === 'person');
  const lines = [
    ...stages,
    '',
    ['kills', kills],
    ['faults', faults],
    ['targets', targets],
    ['public exactly once', verdicts.once],
    ['not public, and the row says why', verdicts.told],
    ['still waiting, with a next look', verdicts.waiting],
    ['needs a person, and the row says so', verdicts.person],
    ['doubled', verdicts.doubled],
    ['lost', verdicts.lost],
    ['database says otherwise', verdicts.untrue],
    ['outdated text', verdicts.stale],
  ].map((line) => (typeof line === 'string' ? line : `${String(line[1]).padStart(8)}  ${line[0]}`));
  const list = (title: string, found: typeof findings) =>
    found.length === 0
      ? []
      : ['', title, ...found.map(({ key, name, verdict, why }) => `  ${verdict}: ${key} (${name}): ${why}`)];
  return `${[...lines, ...list('Needs a person:', people), ...list('BROKEN:', broken)].join('\n')}\n`;
}

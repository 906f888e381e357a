import { clip } from '../core/clip.ts';
import { span } from '../core/span.ts';
import { TARGET_STATES } from '../core/states.ts';
import type { Finding, StatusFacts } from '../core/status.ts';

/** For an operator at 3 a.m.: first whether all is well, then what to do, then the figures. */
export function statusText(facts: StatusFacts, findings: readonly Finding[], userId: string | null): string {
  const [first, ...others] = findings;
  const blocks = [
    first === undefined ? ['All is well.'] : headline(first, findings),
    ...others.map((one) => [`${one.broken ? '!' : '-'} ${one.message}`, ...details(one)]),
    figures(facts, userId),
    waiting(facts),
    working(facts),
    hosts(facts),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function headline(first: Finding, all: readonly Finding[]): readonly string[] {
  const more = all.length === 1 ? '' : ` And ${all.length - 1} more, below.`;
  const verdict = first.broken ? 'NOT WELL' : 'No promise is broken, but';
  return [`${verdict}: ${first.message}${more}`, ...details(first)];
}

function details({ hint, count, posts }: Finding): readonly string[] {
  return [
    `  ${hint}`,
    ...posts.map(({ source, id, platform, account, state, at, detail }) => {
      const parts = [platform, account, state, at === null ? null : `since ${moment(at)}`].filter(
        (part) => part !== null,
      );
      return `    ${source}:${id}  ${parts.join(' ')}${detail === null ? '' : `: ${clip(detail, 160)}`}`;
    }),
    ...(count > posts.length && posts.length > 0 ? [`    and ${count - posts.length} more`] : []),
  ];
}

function figures(facts: StatusFacts, userId: string | null): readonly string[] {
  const { now, nextDue } = facts;
  const next =
    nextDue === null ? 'nothing' : `${moment(nextDue)} (in ${span(nextDue.getTime() - now.getTime())})`;
  const targets = TARGET_STATES.filter((state) => (facts.targets[state] ?? 0) > 0).map(
    (state) => `${state} ${facts.targets[state]}`,
  );
  const skipped = Object.entries(facts.skipped).map(([reason, count]) => `${count} × ${reason}`);
  return table([
    ['now', `${moment(now)} by the database's clock`],
    ['users', userId === null ? 'all' : `only ${userId} (TEST_USER_ID)`],
    ['due now', String(facts.due)],
    ['in flight', String(facts.inFlight)],
    ['scheduled', String(facts.scheduled)],
    ['next due', next],
    ['targets', targets.length === 0 ? 'none yet' : targets.join(', ')],
    ...(facts.unread === 0 ? [] : [['changed rows', `${facts.unread}; the next tick reads them`] as const]),
    ...(facts.unplanned === 0 ? [] : [['no usable time', String(facts.unplanned)] as const]),
    ...(facts.overdue === 0
      ? []
      : [
          [
            'before install',
            `${facts.overdue}; "content-publisher run --include-overdue" publishes them`,
          ] as const,
        ]),
    ...(skipped.length === 0 ? [] : [['not ours', skipped.join(', ')] as const]),
  ]);
}

function waiting({ held, holds }: StatusFacts): readonly string[] {
  const lines = held.flatMap(({ count, platform, account, until, reason, hint }) => [
    `  ${String(count).padStart(3)}  until ${moment(until)}  ${platform} ${account}`,
    `       ${[reason, hint].filter((part) => part !== null).join(' ') || 'No reason is known.'}`,
  ]);
  const standing = holds.flatMap(({ scope, key, until, reason, hint }) => [
    `       until ${moment(until)}  ${scope === 'account' ? '' : `${scope} `}${key}`,
    `       ${[reason, hint].filter((part) => part !== null).join(' ') || 'No reason is known.'}`,
  ]);
  return [
    ...(lines.length === 0 ? [] : ['Posts that wait:', ...lines]),
    ...(standing.length === 0 ? [] : ['Holds:', ...standing]),
  ];
}

function working({ working: all, now }: StatusFacts): readonly string[] {
  if (all.length === 0) return [];
  return [
    'At work:',
    ...all.map(
      ({ source, id, platform, host, since }) =>
        `  ${source}:${id}  ${platform ?? ''}  on ${host ?? 'an unknown host'}${since === null ? '' : `, for ${span(now.getTime() - since.getTime())}`}`,
    ),
  ];
}

function hosts({ hosts: all, now }: StatusFacts): readonly string[] {
  if (all.length === 0) return [];
  return [
    'Last good tick:',
    ...table(
      all.map(({ host, onlyUser, endedAt, startedAt, version, clockSkewMs }) => {
        const took = startedAt === null ? '' : `, took ${span(endedAt.getTime() - startedAt.getTime())}`;
        const skew =
          clockSkewMs === null
            ? ''
            : `, clock ${clockSkewMs >= 0 ? '+' : ''}${(clockSkewMs / 1_000).toFixed(1)} s`;
        const only = onlyUser === null ? '' : `, only for user ${onlyUser}`;
        return [
          host,
          `${span(now.getTime() - endedAt.getTime())} ago${took}${skew}, version ${version ?? 'unknown'}${only}`,
        ] as const;
      }),
    ).map((line) => `  ${line}`),
  ];
}

function table(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}

/** '2026-11-21 03:00:12 UTC' */
const moment = (at: Date) => `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;

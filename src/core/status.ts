import { span } from './span.ts';

/** What the database says of everything that is under way; the answer of publisher_status. */
export interface StatusFacts {
  readonly now: Date;
  readonly installedAt: Date;
  /** Rows that changed in the app since the last tick; only known for all users. */
  readonly unread: number;
  /** Planned posts that are not over yet, whenever they are due. */
  readonly scheduled: number;
  readonly due: number;
  /** Due before the installation: only reported. */
  readonly overdue: number;
  /** Without a usable time. */
  readonly unplanned: number;
  readonly inFlight: number;
  readonly nextDue: Date | null;
  readonly targets: Readonly<Record<string, number>>;
  readonly skipped: Readonly<Record<string, number>>;
  readonly working: readonly Working[];
  readonly held: readonly HeldGroup[];
  readonly holds: readonly StandingHold[];
  readonly hosts: readonly HostTick[];
  readonly inactive: readonly InactiveAccount[];
  readonly review: PostList;
  readonly broken: Readonly<Record<string, PostList>>;
}

interface Working {
  readonly source: string;
  readonly id: string;
  readonly platform: string | null;
  readonly host: string | null;
  readonly since: Date | null;
  readonly until: Date;
}

interface HeldGroup {
  readonly platform: string;
  readonly account: string;
  readonly reason: string | null;
  readonly hint: string | null;
  readonly until: Date;
  readonly since: Date | null;
  readonly count: number;
}

interface StandingHold {
  readonly scope: string;
  readonly key: string;
  readonly until: Date;
  readonly reason: string | null;
  readonly hint: string | null;
}

interface HostTick {
  readonly host: string;
  /** Limited by TEST_USER_ID: it says nothing about the posts of others. */
  readonly onlyUser: string | null;
  readonly version: string | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date;
  readonly clockSkewMs: number | null;
}

interface InactiveAccount {
  readonly platform: string;
  readonly account: string | null;
  readonly reason: string | null;
  readonly waiting: number;
}

/** The oldest of them, and how many there are. */
interface PostList {
  readonly count: number;
  readonly posts: readonly ListedPost[];
}

interface ListedPost {
  readonly source: string;
  readonly id: string;
  readonly platform: string | null;
  readonly account: string | null;
  readonly state: string | null;
  readonly at: Date | null;
  readonly detail: string | null;
}

/** Something that a person must do; `broken`: a promise of ours is not kept. */
export interface Finding {
  readonly code: string;
  readonly broken: boolean;
  readonly message: string;
  readonly hint: string;
  readonly count: number;
  readonly posts: readonly ListedPost[];
}

export interface StatusRules {
  /** Longer than this between two ticks, or before anything is done about a post, is too long. */
  readonly quietMs: number;
  readonly userId: string | null;
}

/** cron may start it every five minutes; three missed ticks are no accident. */
export const QUIET_MS = 15 * 60_000;
/** As where a tick warns of it (src/cli/wire.ts). */
const SKEW_MS = 5_000;

/** What is wrong and what to do, most pressing first. Nothing: all is well. Pure. */
export function judgeStatus(facts: StatusFacts, rules: StatusRules): readonly Finding[] {
  return [
    ...ticks(facts, rules),
    ...Object.entries(PROMISES).flatMap(([code, say]) => {
      const list = facts.broken[code];
      return list === undefined || list.count === 0
        ? []
        : [{ ...say(list.count, span(rules.quietMs)), code, broken: true, ...list }];
    }),
    ...review(facts),
    ...accounts(facts),
    ...hosts(facts, rules),
  ];
}

const posts = (count: number) => (count === 1 ? '1 post' : `${count} posts`);
const nothingElse = { count: 0, posts: [] };

/** Of the ticks that count for whom the status is asked. */
function ticks(facts: StatusFacts, rules: StatusRules): readonly Finding[] {
  const counting = countingTicks(facts, rules);
  const last = counting.reduce<Date | null>(
    (newest, { endedAt }) => (newest === null || endedAt > newest ? endedAt : newest),
    null,
  );
  const hint =
    'Look whether cron runs it (its mail, "grep CRON /var/log/syslog"), and at the last lines of logs/content_publisher.log.';
  const only =
    facts.hosts.length > counting.length ? ' for all users (TEST_USER_ID limits those that did)' : '';
  if (last === null) {
    // Freshly installed, cron may not have come to it.
    if (facts.now.getTime() - facts.installedAt.getTime() < rules.quietMs) return [];
    return [
      {
        code: 'NO_TICK',
        broken: true,
        message: `No tick has ever come to its end${only}.`,
        hint,
        ...nothingElse,
      },
    ];
  }
  const silentMs = facts.now.getTime() - last.getTime();
  if (silentMs <= rules.quietMs) return [];
  const message = `No tick has come to its end${only} for ${span(silentMs)}.`;
  return [{ code: 'NO_TICK', broken: true, message, hint, ...nothingElse }];
}

type Say = (count: number, quiet: string) => { readonly message: string; readonly hint: string };

const LOOK_AT_LOG =
  'Look for their ids in logs/content_publisher.log; when nothing there explains it, please report it with the rows of publish_log for them.';

/** One for each list of publisher_status; a test compares. */
const PROMISES: Readonly<Record<string, Say>> = {
  OVERDUE: (count, quiet) => ({
    message: `${posts(count)} should have been taken up more than ${quiet} ago, and nothing holds ${count === 1 ? 'it' : 'them'} back.`,
    hint: 'If ticks run, look at MAX_TICKS_PER_HOST and CONCURRENCY, and at the log.',
  }),
  NEVER_LOOKED_AT: (count) => ({
    message: `${posts(count)} would never be looked at again.`,
    hint: LOOK_AT_LOG,
  }),
  UNKNOWN_LONG: (count) => ({
    message: `${posts(count)} may be out, and for too long nobody has found out or been told.`,
    hint: LOOK_AT_LOG,
  }),
  WRITEBACK: (count, quiet) => ({
    message: `The result of ${posts(count)} could not be written to the app's row for more than ${quiet}.`,
    hint: 'The message behind each is what the database said: a trigger or a constraint of the app is in the way.',
  }),
  ROW_LEFT: (count) => ({
    message: `${posts(count)} still ${count === 1 ? 'says' : 'say'} 'scheduled' in the app although ${count === 1 ? 'it is' : 'they are'} over.`,
    hint: 'A full tick mends it; when it stays, please report it.',
  }),
  UNREAD: (count, quiet) => ({
    message: `${posts(count)} changed in the app more than ${quiet} ago, and no tick has read it.`,
    hint: 'Ticks for all users must run: look at the line about ticks, and for "could not be planned" in the log.',
  }),
  DEAD_LEASE: (count, quiet) => ({
    message: `${posts(count)} ${count === 1 ? 'is' : 'are'} held by a tick that has been dead for more than ${quiet}.`,
    hint: 'The next tick takes them over; look whether ticks run.',
  }),
  PUBLISHED_WITHOUT_ID: (count) => ({
    message: `${posts(count)} ${count === 1 ? 'is' : 'are'} published without an id.`,
    hint: LOOK_AT_LOG,
  }),
};
export const PROMISE_CODES = Object.keys(PROMISES);

function review({ review: list }: StatusFacts): readonly Finding[] {
  if (list.count === 0) return [];
  return [
    {
      code: 'NEEDS_REVIEW',
      broken: false,
      message: `${posts(list.count)} may already be live, and only a person can tell.`,
      hint: 'Look at each account, then: content-publisher resolve <post> --published <address>, or --not-published.',
      ...list,
    },
  ];
}

function accounts({ inactive }: StatusFacts): readonly Finding[] {
  return inactive.map(({ platform, account, reason, waiting }) => ({
    code: 'ACCOUNT_INACTIVE',
    broken: false,
    message:
      `${posts(waiting)} ${waiting === 1 ? 'waits' : 'wait'} for the ${platform} account ${account ?? 'without a name'}, which is disconnected${reason === null ? '' : `: ${reason}`}`.replace(
        /\.?$/,
        '.',
      ),
    hint: 'Reconnect it in the app; the posts then go out by themselves.',
    count: waiting,
    posts: [],
  }));
}

function hosts(facts: StatusFacts, rules: StatusRules): readonly Finding[] {
  const silentMs = ({ endedAt }: HostTick) => facts.now.getTime() - endedAt.getTime();
  const all = countingTicks(facts, rules);
  const silent = all.filter((tick) => silentMs(tick) > rules.quietMs);
  const alive = all.filter((tick) => !silent.includes(tick));
  const silence = (tick: HostTick): Finding => ({
    code: 'HOST_SILENT',
    broken: false,
    message: `The host ${tick.host} has been silent for ${span(silentMs(tick))}; others work.`,
    hint: 'Look at its cron, unless it was taken away; it is forgotten after 30 days.',
    ...nothingElse,
  });
  const skew = ({ host, clockSkewMs }: HostTick): Finding => ({
    code: 'CLOCK_SKEW',
    broken: false,
    message: `The clock of the host ${host} is ${span(Math.abs(clockSkewMs ?? 0))} ${(clockSkewMs ?? 0) > 0 ? 'ahead of' : 'behind'} the database's, whose counts.`,
    hint: 'Let the host set its clock (NTP): its log is hard to compare otherwise.',
    ...nothingElse,
  });
  return [
    // That all of them are silent is said already.
    ...(alive.length === 0 ? [] : silent.map(silence)),
    ...alive.filter(({ clockSkewMs }) => Math.abs(clockSkewMs ?? 0) >= SKEW_MS).map(skew),
  ];
}

/** Ticks that are limited to another user count for nobody here. */
const countingTicks = ({ hosts: all }: StatusFacts, { userId }: StatusRules): readonly HostTick[] =>
  all.filter(({ onlyUser }) => onlyUser === null || onlyUser === userId);

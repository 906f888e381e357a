import { resolveDue } from '../core/due.ts';
import type { Problem } from '../core/errors.ts';
import { judgeForeignFlag } from '../core/foreign-flag.ts';
import { type ClaimedPost, isInFlight } from '../core/job.ts';
import { asFilledText, asObject } from '../core/json-value.ts';
import { foldPlatform, type PlatformName, skipReason } from '../core/platform-name.ts';
import { parseSourceRow, type SourceRow } from '../core/source-row.ts';
import { span } from '../core/span.ts';

const MAX_DEAD_LEASES = 3;
/** The last of them dies alone, so that nothing else of its tick is blamed on it. */
export const ALONE_AFTER = MAX_DEAD_LEASES - 1;
const SKIPPED_LOOK_MS = 60_000;
const REPLAN_MS = 5_000;

export interface JudgeRules {
  readonly now: Date;
  readonly maxLatenessMs: number;
  readonly defaultZone: string | null;
}

export type Judged =
  /** Un-scheduled or deleted: nothing of it may be sent any more. */
  | { readonly cancelled: true }
  | { readonly later: Date; readonly reason: string }
  | { readonly problem: Problem }
  | { readonly row: SourceRow; readonly platform: PlatformName; readonly flagAt: Date | null };

/** Whether what was not sent yet may be sent now, before its accounts are looked at. Pure. */
export function judgePost(claimed: ClaimedPost, rules: JudgeRules): Judged {
  const { now } = rules;
  const after = (ms: number) => new Date(now.getTime() + ms);
  if (claimed.row === null || claimed.cancelled) return { cancelled: true };
  const parsed = parseSourceRow(claimed.source, claimed.row);
  if ('problem' in parsed) return { problem: rowUnreadable(parsed.problem) };
  const { row } = parsed;
  // A sibling target may have made it 'published' already; the others go on.
  if (row.status !== 'scheduled' && row.status !== 'published') return { cancelled: true };

  // Also what was changed since it was planned, e.g. into a mail.
  const skip = skipReason(row);
  if (skip !== null) return { later: after(SKIPPED_LOOK_MS), reason: skip };
  const folded = foldPlatform(row.platformRaw);
  if ('skip' in folded) return { later: after(SKIPPED_LOOK_MS), reason: folded.skip };
  if ('problem' in folded) return { problem: folded.problem };
  const { platform } = folded;

  const updatedAt = asFilledText(asObject(claimed.row)?.['updated_at']);
  const rowZone = asFilledText(row.metadata['timezone']);
  const flag = judgeForeignFlag(row.metadata, [rowZone, claimed.timezone, rules.defaultZone], updatedAt, now);
  if (flag.state === 'busy') return { later: flag.until, reason: 'another publisher is working on it' };

  const due = resolveDue({
    scheduledAt: row.scheduledAt,
    scheduledDate: row.scheduledDate,
    scheduledTime: row.scheduledTime,
    zones: { row: row.metadata['timezone'], profile: claimed.timezone, default: rules.defaultZone },
  });
  // Planned without a time it was claimed for what may be out; once that is settled, the rest has this reason.
  if ('problem' in due && claimed.dueAt === null && !claimed.targets.some(isInFlight)) {
    return { problem: due.problem };
  }
  const moved = 'problem' in due || due.dueAt.getTime() !== claimed.dueAt?.getTime();
  if (row.status === 'published') {
    // A sibling is out, so nobody plans it any more: a new time of the others is heeded here, or nowhere.
    if (moved && 'dueAt' in due && due.dueAt > now)
      return { later: due.dueAt, reason: 'its time was changed' };
  } else if (moved) {
    return { later: after(REPLAN_MS), reason: 'its time was changed; it is planned again' };
  }
  if (claimed.attempts >= MAX_DEAD_LEASES) return { problem: diedOnIt };
  const dueAt = claimed.dueAt ?? now;
  const lateMs = (claimed.seenDueAt ?? now).getTime() - dueAt.getTime();
  if (claimed.firstClaim && !claimed.released && lateMs > rules.maxLatenessMs) {
    return { problem: missedTime(lateMs, dueAt) };
  }
  return { row, platform, flagAt: flag.state === 'stale' ? flag.at : null };
}

const rowUnreadable = (message: string): Problem => ({
  kind: 'unusable',
  code: 'ROW_UNREADABLE',
  message,
  hint: 'Correct the row and schedule it again.',
});

const diedOnIt: Problem = {
  kind: 'rejected',
  code: 'PUBLISHER_DIED',
  message: 'The publisher died on this post three times before it was sent.',
  hint: 'Look at its media (very large or broken files?) and at the log, then schedule it again.',
};

export const missedTime = (lateMs: number, dueAt: Date): Problem => ({
  kind: 'rejected',
  code: 'MISSED_TIME',
  message: `The post missed its time by ${span(lateMs)} (due ${dueAt.toISOString()}); it was not published.`,
  hint: 'Schedule it again with a new time, or send it now with "content-publisher publish". MAX_LATENESS sets how late is too late.',
});

import { resolveDue } from '../core/due.ts';
import type { StoredProblem } from '../core/job.ts';
import { foldPlatform, skipReason } from '../core/platform-name.ts';
import { parseSourceRow } from '../core/source-row.ts';
import type { PlanItem, PlanResult } from '../core/store.ts';
import type { TickDeps } from './deps.ts';

const PAGE = 500;
const SWEEP = 1_000;
const WRITEBACKS = 200;

/**
 * Gives every scheduled post that changed its moment, tells the rows that can have none, sweeps for rows that a
 * trigger missed, and repeats what earlier ticks could not write.
 */
export async function plan(deps: TickDeps, mayGoOn: () => boolean): Promise<void> {
  const { store, log, options } = deps;
  const swept = await store.sweep(SWEEP);
  deps.syncClock(swept.now);
  if (swept.missed.length > 0) {
    log.warn('The sweep found scheduled posts that no trigger had noted.', { posts: swept.missed });
  }
  while (mayGoOn()) {
    const page = await store.planRead(options.userId, PAGE);
    if (page.items.length === 0) break;
    const written = await store.planWrite(page.items.map((item) => planItem(item, deps)));
    for (const failed of written.failed) {
      log.error('A post could not be planned; it is tried again by the next tick.', failed);
    }
    if (!page.more || written.planned === 0) break;
  }
  const repeated = await store.writebacks(options.userId, WRITEBACKS);
  for (const failed of repeated.failed) {
    log.error('The result of a post could not be written to its row; it is repeated every tick.', failed);
  }
}

function planItem(item: PlanItem, deps: TickDeps): PlanResult {
  const { source, id, changeIds, scheduleKey } = item;
  const result = {
    source,
    id,
    changeIds,
    scheduleKey,
    platform: null,
    dueAt: null,
    zone: null,
    utcOffsetMinutes: null,
    problem: null,
    skipReason: null,
  };
  if (item.row === null) return result;
  const parsed = parseSourceRow(source, item.row);
  if ('problem' in parsed) {
    const problem = {
      kind: 'unusable',
      code: 'ROW_UNREADABLE',
      message: parsed.problem,
      hint: 'Correct the row.',
    } as const;
    return { ...result, problem: stamped(problem, deps.now()) };
  }
  const { row } = parsed;
  const folded = foldPlatform(row.platformRaw);
  const platform = 'platform' in folded ? folded.platform : null;
  const due = resolveDue({
    scheduledAt: row.scheduledAt,
    scheduledDate: row.scheduledDate,
    scheduledTime: row.scheduledTime,
    zones: { row: row.metadata['timezone'], profile: item.timezone, default: deps.options.defaultZone },
  });
  const skip = skipReason(row);
  if ('problem' in due) {
    return skip === null
      ? { ...result, platform, problem: stamped(due.problem, deps.now()) }
      : { ...result, platform, skipReason: skip };
  }
  for (const warning of due.warnings) deps.log.warn(warning, { source, id });
  return {
    ...result,
    platform,
    dueAt: due.dueAt,
    zone: due.zone,
    utcOffsetMinutes: due.offsetMinutes,
    skipReason: skip,
  };
}

/** A problem with the moment it arose, as it is stored. */
export function stamped(problem: Omit<StoredProblem, 'at'>, at: Date): StoredProblem {
  return { ...problem, at: at.toISOString() };
}

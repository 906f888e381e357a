import type { Finding, StatusFacts } from '../core/status.ts';

/** `status --json` prints exactly this object (a stable outer interface). */
export function statusJson(facts: StatusFacts, findings: readonly Finding[], userId: string | null) {
  return {
    well: !findings.some(({ broken }) => broken),
    now: facts.now,
    installed_at: facts.installedAt,
    only_user: userId,
    findings: findings.map(({ code, broken, message, hint, count, posts }) => ({
      code,
      broken,
      message,
      hint,
      count,
      posts,
    })),
    unread: facts.unread,
    scheduled: facts.scheduled,
    due: facts.due,
    overdue: facts.overdue,
    unplanned: facts.unplanned,
    in_flight: facts.inFlight,
    next_due: facts.nextDue,
    targets: facts.targets,
    skipped: facts.skipped,
    working: facts.working,
    held: facts.held,
    holds: facts.holds,
    inactive_accounts: facts.inactive,
    hosts: facts.hosts.map(({ host, onlyUser, version, startedAt, endedAt, clockSkewMs }) => ({
      host,
      only_user: onlyUser,
      version,
      last_started_at: startedAt,
      last_ended_at: endedAt,
      clock_skew_ms: clockSkewMs,
    })),
  };
}

import { z } from 'zod';
import type { StatusFacts } from '../core/status.ts';
import { instant, maybeInstant, maybeText } from './answers.ts';

/** The shape of publisher_status. */

const counts = z.record(z.string(), z.number());

const list = z.object({
  count: z.number(),
  posts: z.array(
    z.object({
      source: z.string(),
      id: z.string(),
      platform: maybeText,
      account: maybeText,
      state: maybeText,
      at: maybeInstant,
      detail: maybeText,
    }),
  ),
});

export const statusFacts = z
  .object({
    now: instant,
    installed_at: instant,
    unread: z.number(),
    scheduled: z.number(),
    due: z.number(),
    overdue: z.number(),
    unplanned: z.number(),
    in_flight: z.number(),
    next_due: maybeInstant,
    targets: counts,
    skipped: counts,
    working: z.array(
      z.object({
        source: z.string(),
        id: z.string(),
        platform: maybeText,
        host: maybeText,
        since: maybeInstant,
        until: instant,
      }),
    ),
    held: z.array(
      z.object({
        platform: z.string(),
        account: z.string(),
        reason: maybeText,
        hint: maybeText,
        until: instant,
        since: maybeInstant,
        count: z.number(),
      }),
    ),
    holds: z.array(
      z.object({ scope: z.string(), key: z.string(), until: instant, reason: maybeText, hint: maybeText }),
    ),
    hosts: z.array(
      z
        .object({
          host: z.string(),
          only_user: maybeText,
          version: maybeText,
          started_at: maybeInstant,
          ended_at: instant,
          clock_skew_ms: z
            .number()
            .nullish()
            .transform((ms) => ms ?? null),
        })
        .transform(({ host, only_user, version, started_at, ended_at, clock_skew_ms }) => ({
          host,
          onlyUser: only_user,
          version,
          startedAt: started_at,
          endedAt: ended_at,
          clockSkewMs: clock_skew_ms,
        })),
    ),
    inactive: z.array(
      z.object({ platform: z.string(), account: maybeText, reason: maybeText, waiting: z.number() }),
    ),
    review: list,
    broken: z.record(z.string(), list),
  })
  .transform(
    ({ installed_at, in_flight, next_due, ...row }): StatusFacts => ({
      ...row,
      installedAt: installed_at,
      inFlight: in_flight,
      nextDue: next_due,
    }),
  );

import { z } from 'zod';
import type {
  ClaimedPost,
  Hold,
  StoredBreaker,
  StoredConnection,
  StoredEffect,
  StoredProblem,
  StoredTarget,
} from '../core/job.ts';
import { readSentPost } from '../core/sent-post.ts';
import { TARGET_STATES } from '../core/states.ts';

/** Shapes of what the publisher_* functions answer. Parsed once, here. */

export const instant = z
  .string()
  .transform((text) => new Date(text))
  .refine((date) => !Number.isNaN(date.getTime()), 'not a timestamp');
export const maybeInstant = instant.nullish().transform((date) => date ?? null);
export const maybeText = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((text) => (text === null || text === undefined ? null : String(text)));
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
export const source = z.enum(['created_content', 'content_posts']);
const object = z
  .unknown()
  .transform(
    (value): Readonly<Record<string, unknown>> =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? (value as Readonly<Record<string, unknown>>)
        : {},
  );

const problem = z.unknown().transform((value): StoredProblem | null => {
  const parsed = storedProblem.safeParse(value);
  return parsed.success ? (parsed.data as StoredProblem) : null;
});
export const problemShape = z.object({
  kind: z.enum(['rejected', 'auth', 'rate_limited', 'temporary', 'unknown', 'config', 'unusable']),
  code: z.string(),
  message: z.string(),
  hint: z.string(),
});
const storedProblem = problemShape.extend({
  at: z.string(),
  retry_at: z.string().optional(),
  platform_code: z.string().optional(),
  trace_id: z.string().optional(),
});

export const connection = z
  .object({
    id: z.string(),
    platform: z.string(),
    page_id: maybeText,
    page_name: maybeText,
    instagram_id: maybeText,
    linkedin_id: maybeText,
    organization_id: maybeText,
    access_token_encrypted: maybeText,
    refresh_token_encrypted: maybeText,
    is_active: z.boolean().nullish(),
    connection_status: maybeText,
    metadata: object,
    token_good_until: maybeInstant,
  })
  .transform(
    (row): StoredConnection => ({
      id: row.id,
      platform: row.platform.trim().toLowerCase(),
      pageId: row.page_id,
      pageName: row.page_name,
      instagramId: row.instagram_id,
      linkedinId: row.linkedin_id,
      organizationId: row.organization_id,
      accessToken: row.access_token_encrypted,
      refreshToken: row.refresh_token_encrypted,
      active: row.is_active !== false,
      status: row.connection_status,
      metadata: row.metadata,
      tokenGoodUntil: row.token_good_until,
    }),
  );

const effect = z
  .object({
    effect: z.string(),
    state: z.string(),
    arm_id: z.string(),
    sent: z.unknown().optional(),
    first_armed_at: instant,
    last_possible_at: instant,
    unknown_sends: z.number(),
    resends: z.number(),
    looked_since: maybeInstant,
    platform_post_id: maybeText,
  })
  .transform(
    (row): StoredEffect => ({
      effect: row.effect,
      state: row.state,
      armId: row.arm_id,
      sent: readSentPost(row.sent),
      firstArmedAt: row.first_armed_at,
      lastPossibleAt: row.last_possible_at,
      unknownSends: row.unknown_sends,
      resends: row.resends,
      lookedSince: row.looked_since,
      platformPostId: row.platform_post_id,
    }),
  );

const hold = z
  .object({
    scope: z.string(),
    until: instant,
    kind: maybeText,
    code: maybeText,
    reason: maybeText,
    hint: maybeText,
  })
  .transform(
    (row): Hold => ({
      scope: row.scope,
      until: row.until,
      kind: row.kind ?? 'temporary',
      code: row.code ?? 'HELD',
      reason: row.reason ?? 'The account waits.',
      hint: row.hint ?? 'Nothing to do.',
    }),
  );

const breaker = z
  .object({
    scope: z.enum(['account', 'platform', 'host']),
    key: z.string(),
    failures: z.number(),
    window_started_at: maybeInstant,
    until: maybeInstant,
    by: maybeText,
    probe: flag,
  })
  .transform(
    ({ window_started_at: windowStartedAt, ...row }): StoredBreaker => ({ ...row, windowStartedAt }),
  );
export const breakerChanged = z.object({ done: z.boolean(), now: breaker });

export const target = z
  .object({
    platform: z.string(),
    account_id: z.string(),
    account_name: maybeText,
    connection_id: maybeText,
    origin: z.enum(['post', 'app']),
    text: maybeText,
    state: z.enum(TARGET_STATES),
    fingerprint: maybeText,
    revision: maybeText,
    current_revision: z.string(),
    checkpoint: maybeText,
    attempts: z.number(),
    held_since: maybeInstant,
    next_look_at: maybeInstant,
    due: flag,
    platform_post_id: maybeText,
    id_kind: maybeText,
    platform_post_url: maybeText,
    published_at: maybeInstant,
    warning: maybeText,
    missing: maybeText,
    error: problem,
    effects: z.array(effect),
    copy_of: maybeText,
    hold: hold.nullish().transform((value) => value ?? null),
    breakers: z
      .array(breaker)
      .nullish()
      .transform((value) => value ?? []),
  })
  .transform(
    (row): StoredTarget => ({
      platform: row.platform,
      accountId: row.account_id,
      accountName: row.account_name,
      connectionId: row.connection_id,
      origin: row.origin,
      text: row.text,
      state: row.state,
      fingerprint: row.fingerprint,
      revision: row.revision,
      currentRevision: row.current_revision,
      checkpoint: row.checkpoint,
      attempts: row.attempts,
      heldSince: row.held_since,
      nextLookAt: row.next_look_at,
      due: row.due,
      platformPostId: row.platform_post_id,
      idKind: row.id_kind,
      platformPostUrl: row.platform_post_url,
      publishedAt: row.published_at,
      warning: row.warning,
      missing: row.missing,
      error: row.error,
      effects: row.effects,
      copyOf: row.copy_of,
      hold: row.hold,
      breakers: row.breakers,
    }),
  );

const claimedPost = z
  .object({
    source,
    id: z.string(),
    user_id: maybeText,
    platform: maybeText,
    due_at: maybeInstant,
    seen_due_at: maybeInstant,
    first_claim: flag,
    released: flag,
    cancelled: flag,
    attempts: z.number().nullish(),
    fence: z.number().nullish(),
    revision: maybeText,
    row: z.unknown(),
    timezone: maybeText,
    connections: z.array(connection),
    auto_posting_off: z.array(z.string()),
    targets: z.array(target),
  })
  .transform(
    (row): ClaimedPost => ({
      source: row.source,
      id: row.id,
      userId: row.user_id,
      platform: row.platform,
      dueAt: row.due_at,
      seenDueAt: row.seen_due_at,
      firstClaim: row.first_claim,
      released: row.released,
      cancelled: row.cancelled,
      attempts: row.attempts ?? 0,
      fence: row.fence ?? 0,
      revision: row.revision ?? '',
      row: row.row ?? null,
      timezone: row.timezone,
      connections: row.connections,
      autoPostingOff: row.auto_posting_off,
      targets: row.targets,
    }),
  );

export const planRead = z.object({
  more: z.boolean(),
  items: z.array(
    z
      .object({
        source,
        id: z.string(),
        change_ids: z.array(z.number()),
        row: z.unknown(),
        timezone: maybeText,
        schedule_key: maybeText,
      })
      .transform((row) => ({
        source: row.source,
        id: row.id,
        changeIds: row.change_ids,
        row: row.row ?? null,
        timezone: row.timezone,
        scheduleKey: row.schedule_key ?? '',
      })),
  ),
});

export const planWrite = z.object({
  planned: z.number(),
  failed: z.array(z.object({ source: z.string(), id: z.string(), message: z.string() })),
});
export const sweep = z.object({ now: instant, seen: z.number(), missed: z.array(z.string()) });
export const writebacks = z.object({
  written: z.number(),
  failed: z.array(z.object({ source: z.string(), id: z.string() })),
});
export const tokens = z.array(z.string());
export const claim = z
  .object({ now: instant, host_busy: z.boolean(), jobs: z.array(claimedPost) })
  .transform((row) => ({ now: row.now, hostBusy: row.host_busy, posts: row.jobs }));
export const preview = z
  .object({ now: instant, installed_at: instant, items: z.array(claimedPost) })
  .transform((row) => ({ now: row.now, installedAt: row.installed_at, posts: row.items }));
export const targets = z.array(target);

export const arm = z
  .object({
    ok: z.boolean(),
    ms_left: z.number().nullish(),
    why: z
      .enum([
        'lease_over',
        'deleted',
        'not_scheduled',
        'target_gone',
        'state',
        'edited',
        'account_gone',
        'held',
        'busy',
        'same_unresolved',
        'already answered',
      ])
      .nullish(),
    until: maybeInstant,
    detail: maybeText,
    hold: hold.nullish().transform((value) => value ?? null),
  })
  .transform((row) =>
    row.ok
      ? { ok: true as const, msLeft: row.ms_left ?? 0 }
      : {
          ok: false as const,
          why: row.why ?? ('state' as const),
          until: row.until,
          detail: row.detail,
          hold: row.hold,
        },
  );

export const outcome = z
  .object({
    state: maybeText,
    platform_post_id: maybeText,
    url: maybeText,
    published_at: maybeInstant,
    warning: maybeText,
    next_look_at: maybeInstant,
    effect_state: maybeText,
    effect_id: maybeText,
    why: maybeText,
  })
  .transform((row) => ({
    state: row.state,
    platformPostId: row.platform_post_id,
    url: row.url,
    publishedAt: row.published_at,
    warning: row.warning,
    nextLookAt: row.next_look_at,
    effectState: row.effect_state,
    effectId: row.effect_id,
    why: row.why,
  }));
/** Of any call that was kept on a host: why it was not taken, if so. */
export const handedOver = z.object({ why: maybeText });
export const absentSeen = z
  .object({ proven: z.boolean(), look_at: instant, resends: z.number().nullish() })
  .transform((row) => ({ proven: row.proven, lookAt: row.look_at, resends: row.resends ?? 0 }));
export const settled = z.object({ state: z.string(), written: z.boolean() });
export const refreshBegin = z
  .object({ go: z.boolean(), changed: flag, interrupted: flag, wait_ms: z.number().nullish() })
  .transform(({ wait_ms, ...row }) => ({ ...row, waitMs: wait_ms ?? 0 }));
export const stored = z.object({ stored: z.boolean() });
export const disconnected = z.object({ disconnected: z.boolean() });
export const known = z.object({ known: z.boolean() });
export const names = z.array(z.string());
export const storedObject = z
  .object({ public: z.boolean(), found: z.boolean(), owner: z.string().nullable() })
  .nullable();
export const connectionIds = z.array(z.string());
export const renewals = z.array(connection);
export const report = z
  .object({
    now: instant,
    installed_at: instant,
    renewals_due: flag,
    due: z.number(),
    overdue: z.number(),
    skipped: z.record(z.string(), z.number()),
    held: z.array(z.object({ reason: maybeText, until: instant, n: z.number() })),
  })
  .transform((row) => ({
    now: row.now,
    installedAt: row.installed_at,
    renewalsDue: row.renewals_due,
    due: row.due,
    overdue: row.overdue,
    skipped: row.skipped,
    held: row.held.map(({ reason, until, n }) => ({ reason, until, count: n })),
  }));
export const retry = z
  .object({
    ok: z.boolean(),
    reopened: z.number().nullish(),
    goes_at: maybeInstant,
    why: maybeText,
    detail: maybeText,
    targets: z
      .array(z.object({ platform: z.string(), account_id: z.string(), state: z.string(), url: maybeText }))
      .nullish(),
  })
  .transform((row) =>
    row.ok
      ? { ok: true as const, reopened: row.reopened ?? 0, goesAt: row.goes_at ?? new Date() }
      : {
          ok: false as const,
          why: row.why ?? 'unknown',
          detail: row.detail,
          targets: (row.targets ?? []).map((found) => ({
            platform: found.platform,
            accountId: found.account_id,
            state: found.state,
            url: found.url,
          })),
        },
  );
export const knownPost = z
  .object({ now: instant, working: z.boolean(), job: claimedPost })
  .nullable()
  .transform((row) => (row === null ? null : { now: row.now, working: row.working, post: row.job }));
export const publishNow = z
  .object({ ok: z.boolean(), planned: flag, why: maybeText, detail: maybeText })
  .transform((row) =>
    row.ok
      ? { ok: true as const, planned: row.planned }
      : { ok: false as const, why: row.why ?? 'unknown', detail: row.detail },
  );
export const resolved = z
  .object({
    ok: z.boolean(),
    why: z.enum(['no_target', 'working', 'state', 'taken']).nullish(),
    detail: maybeText,
    status: maybeText,
  })
  .transform((row) =>
    row.ok
      ? { ok: true as const, status: row.status }
      : { ok: false as const, why: row.why ?? ('state' as const), detail: row.detail },
  );
export const users = z.array(
  z.object({ id: z.string(), email: maybeText, timezone: maybeText, accounts: z.number() }),
);

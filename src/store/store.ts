import { createHash, randomUUID } from 'node:crypto';
import { type Claim, SCHEMA_VERSION, type Store, StoreError } from '../core/store.ts';
import * as answers from './answers.ts';
import { createAsk } from './ask.ts';
import { noticesAnswer } from './notice-answer.ts';
import type { Rpc } from './rpc.ts';
import * as secretAnswers from './secret-answers.ts';
import type { Delivery, Spool, SpooledCall } from './spool.ts';
import { statusFacts } from './status-answer.ts';

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

/** Every method is one function of supabase/migrations; see the comments there for what each decides. */
export function createStore(rpc: Rpc, spool?: Spool): Store {
  const ask = createAsk(rpc);
  /** @throws StoreError while the database does not answer: everything stays as it is. */
  async function handOver({ call, p }: SpooledCall, userId: string | null): Promise<Delivery> {
    try {
      const { why } = await ask(call, { p: { ...p, only_user: userId } }, answers.handedOver);
      if (why === 'another user') return 'later';
      return why === null ? 'delivered' : 'refused';
    } catch (error) {
      if (error instanceof StoreError && error.kind === 'fault') return 'refused';
      throw error;
    }
  }
  const version = SCHEMA_VERSION;
  const held = ({ source, id, owner, fence }: Claim) => ({ source, id, owner, fence });

  return {
    planRead: (userId, limit) =>
      ask('publisher_plan_read', { p_version: version, p_user: userId, p_limit: limit }, answers.planRead),
    planWrite: (items) =>
      ask(
        'publisher_plan_write',
        {
          p_version: version,
          p_items: items.map((item) => ({
            source: item.source,
            id: item.id,
            change_ids: item.changeIds,
            schedule_key: item.scheduleKey,
            platform: item.platform,
            due_at: item.dueAt,
            zone: item.zone,
            utc_offset_minutes: item.utcOffsetMinutes,
            problem: item.problem,
            skip_reason: item.skipReason,
          })),
        },
        answers.planWrite,
      ),
    sweep: (limit) => ask('publisher_sweep', { p_version: version, p_limit: limit }, answers.sweep),
    writebacks: (userId, limit) =>
      ask('publisher_writebacks', { p_version: version, p_user: userId, p_limit: limit }, answers.writebacks),
    tokenSample: (userId) =>
      ask('publisher_token_sample', { p_version: version, p_user: userId }, answers.tokens),
    claim: (options) =>
      ask(
        'publisher_claim',
        {
          p: {
            version,
            call: randomUUID(),
            owner: options.identity.owner,
            run_id: options.identity.runId,
            host: options.identity.host,
            pid: options.identity.pid,
            lease_seconds: options.leaseSeconds,
            limit: options.limit,
            per_account: options.perAccount,
            user_id: options.userId,
            only: options.only,
            include_overdue: options.includeOverdue,
            late_after_seconds: options.lateAfterSeconds,
            spacing_seconds: options.spacingSeconds,
            max_ticks_per_host: options.maxTicksPerHost,
            alone_after: options.aloneAfter,
            busy: options.busy,
          },
        },
        answers.claim,
      ),
    renew: async (owner, leaseSeconds, posts) => {
      await rpc('publisher_renew', {
        p: { owner, lease_seconds: leaseSeconds, posts: posts.map(({ source, id }) => ({ source, id })) },
      });
    },
    targets: (claim, wanted, foreignFlagAt) =>
      ask(
        'publisher_targets',
        {
          p: {
            ...held(claim),
            foreign_flag_at: foreignFlagAt,
            targets: wanted.map((target) => ({
              platform: target.platform,
              account_id: target.accountId,
              account_name: target.accountName,
              connection_id: target.connectionId,
              fingerprint: target.fingerprint,
              token_md5: target.tokenMd5,
              origin: target.origin,
            })),
          },
        },
        answers.targets,
      ),
    checkpoint: async (claim, target, checkpoint, prepared, revision) => {
      await rpc('publisher_checkpoint', {
        p: {
          ...held(claim),
          platform: target.platform,
          account_id: target.accountId,
          checkpoint,
          prepared,
          revision,
        },
      });
    },
    arm: (request) =>
      ask(
        'publisher_arm',
        {
          p: {
            ...held(request),
            arm_id: request.armId,
            platform: request.platform,
            account_id: request.accountId,
            connection_id: request.connectionId,
            effect: request.effect,
            revision: request.revision,
            fingerprint: request.fingerprint,
            token_md5: request.tokenMd5,
            sent: request.sent,
            repeat: request.repeat,
            writes_per_hour: request.writesPerHour,
            window_ms: request.windowMs,
            request_timeout_ms: request.requestTimeoutMs,
          },
        },
        answers.arm,
      ),
    outcome: (outcome, identity) => {
      const p = {
        arm_id: outcome.armId,
        outcome: outcome.outcome,
        platform_post_id: outcome.platformPostId,
        id_kind: outcome.idKind,
        url: outcome.url,
        warning: outcome.warning,
        missing: outcome.missing,
        checkpoint: outcome.checkpoint,
        platform_code: outcome.platformCode,
        trace_id: outcome.traceId,
        error: outcome.error,
        state: outcome.state,
        next_look_at: outcome.nextLookAt,
        proof: outcome.proof,
        run_id: identity.runId,
        host: identity.host,
      };
      return ask('publisher_outcome', { p }, answers.outcome, () =>
        spool?.keep({ call: 'publisher_outcome', p }),
      );
    },
    deliver: async (userId) => {
      const told = { delivered: 0, refused: 0 };
      await spool?.deliver(async (kept) => {
        const delivery = await handOver(kept, userId);
        if (delivery !== 'later' && kept.call === 'publisher_outcome') told[delivery] += 1;
        return delivery;
      });
      return told;
    },
    absentSeen: (armId, quarantineSeconds, gapSeconds) =>
      ask(
        'publisher_absent_seen',
        { p: { arm_id: armId, quarantine_seconds: quarantineSeconds, gap_seconds: gapSeconds } },
        answers.absentSeen,
      ),
    settle: (claim, settlement) =>
      ask(
        'publisher_settle',
        {
          p: {
            ...held(claim),
            call: randomUUID(),
            problem: settlement.problem,
            next_attempt_at: settlement.nextAttemptAt,
            targets: settlement.targets.map((target) => ({
              platform: target.platform,
              account_id: target.accountId,
              state: target.state,
              error: target.error,
              next_look_at: target.nextLookAt,
              count_attempt: target.countAttempt,
              missing: target.missing,
            })),
          },
        },
        answers.settled,
      ),
    hold: async (hold) => {
      await rpc('publisher_hold', { p: hold });
    },
    breaker: ({ scope, key, seen, next, reason, hint, evidence }) =>
      ask(
        'publisher_breaker',
        {
          p: {
            call: randomUUID(),
            scope,
            key,
            seen: { failures: seen.failures, window_started_at: seen.windowStartedAt },
            next: {
              failures: next.failures,
              window_started_at: next.windowStartedAt,
              until: next.until,
              by: next.by,
            },
            reason,
            hint,
            evidence,
          },
        },
        answers.breakerChanged,
      ),
    refreshBegin: (key, connectionId, owner, seconds, tokenMd5) =>
      ask(
        'publisher_refresh_begin',
        { p: { key, connection_id: connectionId, owner, seconds, token_md5: tokenMd5 } },
        answers.refreshBegin,
      ),
    refreshEnd: async (key, owner, tokenMd5, goodUntil) => {
      await rpc('publisher_refresh_end', { p: { key, owner, token_md5: tokenMd5, good_until: goodUntil } });
    },
    refreshStore: (token) => {
      const p = {
        key: token.key,
        connection_id: token.connectionId,
        token_md5: token.tokenMd5,
        access_token_encrypted: token.accessToken,
        refresh_token_encrypted: token.refreshToken,
        expires_at: token.expiresAt,
      };
      // A new refresh token makes the old one worthless, so nobody could ask for it again. Every one, not only where the
      // database fails: a tick may die before it has answered.
      if (token.refreshToken !== null) spool?.keep({ call: 'publisher_refresh_store', p });
      return ask('publisher_refresh_store', { p }, answers.stored);
    },
    renewals: () => ask('publisher_renewals', { p_version: version }, answers.renewals),
    disconnect: (connectionId, accountId, tokenMd5, status, reason) =>
      ask(
        'publisher_disconnect',
        { p: { connection_id: connectionId, account_id: accountId, token_md5: tokenMd5, status, reason } },
        answers.disconnected,
      ),
    notices: ({ userId, limit, leaseSeconds, waitingSeconds }) =>
      ask(
        'publisher_notices',
        {
          p: {
            version,
            user_id: userId,
            limit,
            lease_seconds: leaseSeconds,
            waiting_seconds: waitingSeconds,
          },
        },
        noticesAnswer,
      ),
    noticeDone: async (id, told) => {
      await rpc('publisher_notice_done', { p: { id, told } });
    },
    noteExpiring: (accounts) =>
      ask(
        'publisher_note_expiring',
        {
          p: {
            version,
            accounts: accounts.map(({ connectionId, accountId, level, problem }) => ({
              connection_id: connectionId,
              account_id: accountId,
              level,
              error: problem,
            })),
          },
        },
        answers.connectionIds,
      ),
    isKnownId: async (platform, accountId, platformPostId) =>
      (
        await ask(
          'publisher_id_known',
          { p_platform: platform, p_account: accountId, p_id: platformPostId },
          answers.known,
        )
      ).known,
    staleCopies: (seconds) => ask('publisher_stale_copies', { p_seconds: seconds }, answers.names),
    storedObject: (bucket, name) =>
      ask('publisher_stored_object', { p_bucket: bucket, p_name: name }, answers.storedObject),
    report: (userId, ended) => {
      const tick =
        ended === null
          ? null
          : {
              host: ended.identity.host,
              run_id: ended.identity.runId,
              version: ended.identity.version,
              started_at: ended.startedAt,
              clock_skew_ms: Math.round(ended.clockSkewMs),
            };
      return ask('publisher_report', { p_version: version, p_user: userId, p_tick: tick }, answers.report);
    },
    status: (userId, quietSeconds) =>
      ask(
        'publisher_status',
        { p_version: version, p_user: userId, p_quiet_seconds: quietSeconds },
        statusFacts,
      ),
    preview: (userId, source, after, limit) =>
      ask(
        'publisher_preview',
        { p_version: version, p_user: userId, p_source: source, p_after: after, p_limit: limit },
        answers.preview,
      ),
    retry: (source, id, accountId) =>
      ask(
        'publisher_retry',
        { p_version: version, p_source: source, p_id: id, p_account: accountId },
        answers.retry,
      ),
    post: (source, id) =>
      ask('publisher_post', { p_version: version, p_source: source, p_id: id }, answers.knownPost),
    publishNow: ({ source, id }) =>
      ask('publisher_publish_now', { p_version: version, p_source: source, p_id: id }, answers.publishNow),
    resolve: (resolution) => {
      const { source, id, platform, accountId, published, host } = resolution;
      const named =
        published === null ? null : { id: published.id, id_kind: published.idKind, url: published.url };
      return ask(
        'publisher_resolve',
        {
          p: {
            version,
            source,
            id,
            platform,
            account_id: accountId,
            published: named,
            proof: published?.proof ?? 'person',
            host,
          },
        },
        answers.resolved,
      );
    },
    findUser: (query) => ask('publisher_find_user', { p_query: query }, answers.users),
    appSettings: () => ask('publisher_settings', {}, secretAnswers.appSettings),
    sayOnce: async (step, key) =>
      (await ask('publisher_once', { p: { call: randomUUID(), step, key } }, secretAnswers.once)).first,
    putSetting: ({ key, path, was, text }) =>
      ask(
        'publisher_settings_put',
        { p: { key, path, was_md5: was === null ? null : md5(was), text } },
        secretAnswers.put,
      ),
    secrets: (place, userId, after, limit) =>
      ask('publisher_secrets', { p: { version, place, user: userId, after, limit } }, secretAnswers.secrets),
    replaceSecrets: async (place, items) => {
      const sent = items.map(({ where, was, text }) => ({ where, was_md5: md5(was), text }));
      return (await ask('publisher_secrets_replace', { p: { place, items: sent } }, secretAnswers.replaced))
        .results;
    },
  };
}

import pLimit from 'p-limit';
import type { ClaimedPost } from '../core/job.ts';
import { countOutcomes, type PostResult, type ResultOutcome, type TickSummary } from '../core/result.ts';
import { type Report, StoreError } from '../core/store.ts';
import { sweepCopies } from './copies.ts';
import type { PublishDeps, TickDeps } from './deps.ts';
import { ALONE_AFTER } from './judge-post.ts';
import { createKeyedMutex } from './keyed-mutex.ts';
import { createLearned } from './learned.ts';
import { plan } from './plan.ts';
import { publishPost } from './publish-post.ts';
import { createReach } from './reach.ts';
import { renewAccounts } from './renew-accounts.ts';
import { postResult, type TargetResult } from './results.ts';
import { requireFittingKey } from './tokens.ts';

/** A post this late is part of a backlog: one account's backlog goes out spaced. */
const LATE_AFTER_SECONDS = 600;
const PER_ACCOUNT = 2;

export interface TickResult {
  readonly summary: TickSummary;
  /** US dollars that platforms take for what was sent, by the platform as people write it. */
  readonly spent: ReadonlyMap<string, number>;
  readonly report: Report;
}

/** One run: plan, reap and claim, publish, settle, report. */
export async function tick(deps: TickDeps): Promise<TickResult> {
  const { store, limits, options, identity, log } = deps;
  const startedAt = deps.now();
  const startedMs = performance.now();
  const mayStart = () => !deps.signal.aborted && performance.now() - startedMs < limits.startingMs;

  const spooled = await store.deliver(options.userId);
  if (spooled.delivered > 0)
    log.info(`${spooled.delivered} outcomes that this host had kept are stored now.`);
  if (spooled.refused > 0) {
    log.error(
      `${spooled.refused} outcomes that this host had kept belong to nothing in this database; they are set aside.`,
    );
  }
  await plan(deps, mayStart);
  const tokens = await store.tokenSample(options.userId);
  const keyFits = tokens.length > 0 && requireFittingKey(await deps.publishing(), tokens);

  const limit = pLimit(limits.concurrency);
  const oneAtATime = createKeyedMutex();
  const inTurn = createKeyedMutex();
  const learned = createLearned(keyFits);
  const reach = createReach(deps, learned);
  // The last word on a target counts: it may be looked at several times in one tick.
  const results = new Map<string, PostResult>();
  const spent = new Map<string, number>();
  let claimedCount = 0;
  const running = new Map<ClaimedPost, Promise<void>>();
  // A broken database ends the tick after what runs has ended; a broken post ends nothing.
  let broken: unknown;

  const publishDeps = async (): Promise<PublishDeps> => ({
    ...deps,
    ...(await deps.publishing()),
    learned,
    reach,
  });
  const publishOne = async (claimed: ClaimedPost) =>
    publishPost(await publishDeps(), claimed, {
      runTarget: (key, run) => oneAtATime(key, () => limit(run)),
      inTurn,
    });

  const start = (claimed: ClaimedPost) => {
    const work = publishOne(claimed)
      .then(
        (done: readonly TargetResult[]) => {
          for (const result of done) {
            report(deps, result);
            const cost = result.spent;
            if (cost !== null) spent.set(cost.label, (spent.get(cost.label) ?? 0) + cost.usd);
            results.set(keyOf(result), shown(result));
          }
        },
        (error: unknown) => {
          if (error instanceof StoreError && error.kind === 'lost') {
            log.warn('The claim was lost to another tick; nothing more is done about it here.', {
              source: claimed.source,
              id: claimed.id,
            });
            const lost = postResult(claimed, 'skipped', null, 'another tick took it over');
            results.set(keyOf(lost), shown(lost));
            return;
          }
          broken ??= error;
          log.error('A post ended with a fault; its claim ends by itself and it is looked at again.', {
            source: claimed.source,
            id: claimed.id,
            error: error instanceof Error ? (error.stack ?? error.message) : String(error),
          });
        },
      )
      .finally(() => running.delete(claimed));
    running.set(claimed, work);
  };

  const renewal = setInterval(
    () => {
      store.renew(identity.owner, limits.leaseSeconds, [...running.keys()]).catch((error: unknown) => {
        log.warn('The leases could not be renewed.', { error: String(error) });
      });
    },
    (limits.leaseSeconds * 1_000) / 3,
  );
  try {
    while (mayStart() && broken === undefined && !reach.cutOff()) {
      const busy = running.size;
      const free = limits.concurrency * 2 - busy;
      const claim =
        free < limits.concurrency
          ? null
          : await store.claim({
              identity,
              leaseSeconds: limits.leaseSeconds,
              limit: free,
              perAccount: PER_ACCOUNT,
              userId: options.userId,
              includeOverdue: options.includeOverdue,
              only: options.only,
              lateAfterSeconds: LATE_AFTER_SECONDS,
              spacingSeconds: limits.backlogSpacingMs / 1_000,
              maxTicksPerHost: limits.maxTicksPerHost,
              aloneAfter: ALONE_AFTER,
              busy: busy > 0,
            });
      for (const claimed of claim?.posts ?? []) {
        claimedCount += 1;
        start(claimed);
      }
      if (claim?.posts.some(({ attempts }) => attempts >= ALONE_AFTER)) {
        await Promise.all(running.values());
        continue;
      }
      if (claim?.hostBusy === true) {
        log.warn('As many ticks as MAX_TICKS_PER_HOST already work on this host; this one claims nothing.');
        break;
      }
      // What ended while the database was asked may have made way for the next post of its account.
      if (running.size === 0 && busy === 0) break;
      if (running.size > 0 && (claim === null || claim.posts.length === 0))
        await Promise.race(running.values());
    }
  } finally {
    // Also when the database could not be asked for more: what is armed here comes to its end, and its outcome is kept.
    await Promise.all(running.values());
    clearInterval(renewal);
  }
  if (reach.cutOff()) log.warn(`${identity.host} reached no platform; it claims nothing more in this tick.`);
  if (broken instanceof StoreError) throw broken;
  if (broken !== undefined) throw broken;

  if (claimedCount > 0) await sweepCopies(deps);

  const posts = [...results.values()];
  const reported = await store.report(
    options.userId,
    // One post by hand says nothing about whether cron runs.
    options.only === null ? { identity, startedAt, clockSkewMs: deps.skewMs() } : null,
  );
  if (reported.renewalsDue) {
    const connections = await store.renewals();
    if (connections.length > 0) await renewAccounts(await publishDeps(), connections);
  }
  const counts = countOutcomes(posts);
  // Rows that other programs publish are never claimed: only the report knows them.
  const elsewhere = Object.values(reported.skipped).reduce((sum, count) => sum + count, 0);
  return {
    report: reported,
    spent,
    summary: {
      run_id: identity.runId,
      started_at: startedAt.toISOString(),
      duration_ms: Math.round(performance.now() - startedMs),
      due: reported.due + overIn(posts),
      claimed: claimedCount,
      ...counts,
      skipped: counts.skipped + elsewhere,
      posts,
    },
  };
}

const OVER: readonly ResultOutcome[] = ['published', 'failed', 'needs_review'];

/** Posts that came to their end in this tick: those that still wait are in the report. */
function overIn(results: readonly PostResult[]): number {
  const nameOf = ({ source, id }: PostResult) => `${source} ${id}`;
  const waiting = new Set(results.filter(({ outcome }) => !OVER.includes(outcome)).map(nameOf));
  return new Set(results.map(nameOf).filter((name) => !waiting.has(name))).size;
}

const keyOf = (result: PostResult) =>
  [result.source, result.id, result.platform, result.account_id].join(' ');

/** What `run --json` shows of it. */
const shown = ({ news: _news, spent: _spent, ...post }: TargetResult): PostResult => post;

const LEVELS: Readonly<Partial<Record<ResultOutcome, 'error' | 'warn'>>> = {
  failed: 'error',
  needs_review: 'error',
  unknown: 'error',
  held: 'warn',
  retry: 'warn',
};

/** A line in the log for each target, and one for cron's mail where somebody must know, once. */
function report(deps: TickDeps, result: TargetResult): void {
  const post = shown(result);
  const where = `${post.source}:${post.id} ${post.platform ?? ''}`.trimEnd();
  if (post.outcome === 'published') {
    deps.log.info(`published ${where} ${post.url ?? post.platform_post_id ?? ''}`, { post });
    return;
  }
  const reason = post.error === null ? '' : `: ${post.error.message} ${post.error.hint}`;
  const line = `${post.outcome} ${where}${reason}`;
  deps.log[LEVELS[post.outcome] ?? 'info'](line, { post });
  if (result.news) deps.notice(line);
}

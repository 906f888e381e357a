import { afterFailure, type Breaker, CLOSED, type Contact, contactOf, OPENS_AFTER } from '../core/breaker.ts';
import { type Http, HttpFailure } from '../core/http.ts';
import type { StoredBreaker, StoredTarget } from '../core/job.ts';
import type { Logger } from '../core/logger.ts';
import type { Capabilities, PlatformContext } from '../core/platform.ts';
import type { HoldRequest, Store } from '../core/store.ts';
import { createKeyedMutex } from './keyed-mutex.ts';
import type { Learned } from './learned.ts';

/** Connection failures, none of them made up for by any answer, after which this host is taken to be cut off. */
const CUT_OFF_AFTER = 2;
const CHANGE_TRIES = 5;

/** Whom this tick reaches, and the breakers that follow from it. */
export interface Reach {
  /** No platform that was tried in this tick could be connected to. */
  cutOff(): boolean;
  /** @returns the hold that the breakers put up against this target, if any */
  note(target: StoredTarget, platform: Whom, contact: Contact | null): Promise<HoldRequest | null>;
}

type Whom = Pick<Capabilities, 'label' | 'ownServers'>;

/** The same context, and what its last request came to. */
export function listen(context: PlatformContext): {
  readonly context: PlatformContext;
  heard(): Contact | null;
} {
  let heard: Contact | null = null;
  const request: Http['request'] = async (asked) => {
    try {
      const response = await context.http.request(asked);
      heard = contactOf(response);
      return response;
    } catch (error) {
      if (error instanceof HttpFailure) heard = contactOf(error) ?? heard;
      throw error;
    }
  };
  return { context: { ...context, http: { request } }, heard: () => heard };
}

interface ReachDeps {
  readonly store: Pick<Store, 'breaker'>;
  readonly identity: { readonly host: string };
  readonly limits: { readonly breakerPauseMs: number };
  readonly log: Logger;
  notice(line: string): void;
  now(): Date;
  random(): number;
}

/**
 * As long as a host has reached nobody in a tick, what it fails at says as much about the host as about the platform:
 * it counts for this platform as seen from this host only, and other hosts go on. Once it has reached somebody, a
 * failed connection counts for the platform, everywhere.
 */
export function createReach(deps: ReachDeps, learned: Learned): Reach {
  const { host } = deps.identity;
  const oneAtATime = createKeyedMutex();
  const known = new Map<string, StoredBreaker>();
  let reached = false;
  let failedToConnect = 0;

  const rowOf = (target: StoredTarget, scope: StoredBreaker['scope']): StoredBreaker => {
    const { platform, accountId } = target;
    const key = { account: `${platform}:${accountId}`, platform, host: `${platform}@${host}` }[scope];
    const stored = target.breakers.find((breaker) => breaker.scope === scope);
    const current = known.get(`${scope} ${key}`);
    if (current === undefined) return stored ?? { ...CLOSED, scope, key, probe: false };
    return { ...current, probe: stored?.probe ?? false };
  };

  /** Decided here, stored only if nobody else has changed it meanwhile; else decided again from what it is now. */
  async function change(
    row: StoredBreaker,
    label: string,
    decide: (before: StoredBreaker) => Breaker,
  ): Promise<StoredBreaker> {
    let current = row;
    for (let tries = 0; tries < CHANGE_TRIES; tries += 1) {
      const next = decide(current);
      if (next === current) break;
      const { done, now } = await deps.store.breaker({
        scope: row.scope,
        key: row.key,
        seen: current,
        next,
        ...wording(row.scope, label, host),
        evidence: { host },
      });
      current = { ...now, probe: row.probe };
      known.set(`${row.scope} ${row.key}`, current);
      if (done) break;
    }
    return current;
  }

  async function failed(
    target: StoredTarget,
    label: string,
    scope: StoredBreaker['scope'],
    by: string | null,
  ): Promise<HoldRequest | null> {
    const row = rowOf(target, scope);
    const after = await change(row, label, (before) =>
      afterFailure(
        before,
        { probe: before.probe, by },
        deps.limits.breakerPauseMs,
        deps.now(),
        deps.random(),
      ),
    );
    if (after.until === null || after.until <= deps.now()) return null;
    const { reason, hint } = wording(scope, label, host);
    const hold = {
      scope,
      key: row.key,
      until: after.until,
      kind: 'temporary',
      reason,
      hint,
      evidence: { host },
    };
    learned.hold(hold);
    if (row.failures < OPENS_AFTER) {
      deps.log.warn(`${reason} ${hint}`, { scope, key: row.key, failures: after.failures });
      if (scope === 'host') deps.notice(`${reason} ${hint}`);
    }
    return hold;
  }

  async function close(target: StoredTarget, label: string, scope: StoredBreaker['scope']): Promise<void> {
    const row = rowOf(target, scope);
    if (row.failures === 0) return;
    await change(row, label, (before) => (before.failures === 0 ? before : CLOSED));
    learned.release(scope, row.key);
  }

  async function note(
    target: StoredTarget,
    { label, ownServers }: Whom,
    contact: Contact,
  ): Promise<HoldRequest | null> {
    // The server of one account that is down says nothing of the others'.
    if (ownServers && contact !== 'answered') return failed(target, label, 'account', null);
    if (contact === 'unreachable') {
      failedToConnect += 1;
      return failed(target, label, reached ? 'platform' : 'host', null);
    }
    reached = true;
    await close(target, label, 'host');
    if (contact === 'fault') {
      const account = await failed(target, label, 'account', null);
      return (await failed(target, label, 'platform', target.accountId)) ?? account;
    }
    await close(target, label, 'account');
    await close(target, label, 'platform');
    return null;
  }

  return {
    cutOff: () => !reached && failedToConnect >= CUT_OFF_AFTER,
    note: async (target, platform, contact) =>
      contact === null ? null : oneAtATime(target.platform, () => note(target, platform, contact)),
  };
}

function wording(scope: StoredBreaker['scope'], label: string, host: string) {
  const hint =
    'Nothing to do: one post tries again from time to time, and the others follow when it gets through.';
  switch (scope) {
    case 'account':
      return { reason: `${label} answers with faults of its own for this account; its posts wait.`, hint };
    case 'platform':
      return { reason: `${label} cannot be reached or has faults of its own; its posts wait.`, hint };
    case 'host':
      return {
        reason: `${label} cannot be reached from ${host}; its posts wait for another host or until it is reached.`,
        hint: 'If other hosts reach it, check the network of this one (name lookup, firewall, proxy). It tries again by itself.',
      };
  }
}

import type { Hold, StoredConnection, StoredTarget } from '../core/job.ts';
import type { HoldRequest } from '../core/store.ts';

/**
 * What this tick has found out since its posts were claimed. A post that waited for its turn was read before that,
 * and must not ask in vain again.
 */
export interface Learned {
  /** ENCRYPTION_KEY is known to be the one of the stored tokens. */
  readonly keyFits: boolean;
  hold(request: HoldRequest): void;
  /** As publisher_hold_for answers it. */
  holdFor(
    target: Pick<StoredTarget, 'platform' | 'accountId' | 'breakers'>,
    tokenMd5: string,
    now: Date,
  ): Hold | null;
  /** It got through: whoever waits for this need not any more. */
  release(scope: HoldRequest['scope'], key: string): void;
  changed(connection: StoredConnection, change: Partial<StoredConnection>): void;
  /** The connection as this tick has changed it; one that the app has changed meanwhile comes back as it is. */
  connection(connection: StoredConnection): StoredConnection;
}

export function createLearned(keyFits = false): Learned {
  let holds: readonly HoldRequest[] = [];
  const connections = new Map<string, StoredConnection>();
  return {
    keyFits,
    hold: (request) => {
      holds = [...holds, request];
    },
    release(scope, key) {
      holds = holds.filter((hold) => hold.scope !== scope || hold.key !== key || hold.kind !== 'temporary');
    },
    holdFor({ platform, accountId, breakers }, tokenMd5, now) {
      // Read since the breaker's time was over, and let through by it.
      const probing = breakers.some(({ probe }) => probe);
      const [longest] = holds
        .filter(({ scope, key }) =>
          scope === 'account'
            ? key === `${platform}:${accountId}`
            : (scope === 'host' ? key.split('@')[0] : key) === platform,
        )
        .filter(({ kind }) => kind !== 'temporary' || !probing)
        .filter(({ kind, evidence }) => kind !== 'auth' || evidence['token_md5'] === tokenMd5)
        // A target that was read before it opened was let through by nobody, also when its time is over.
        .filter(({ until, kind }) => until > now || kind === 'temporary')
        .sort((one, other) => other.until.getTime() - one.until.getTime());
      return longest ?? null;
    },
    changed(connection, change) {
      connections.set(keyOf(connection), { ...connection, ...change });
    },
    connection(connection) {
      let current = connection;
      for (;;) {
        const next = connections.get(keyOf(current));
        if (next === undefined) return current;
        if (keyOf(next) === keyOf(current)) return next;
        current = next;
      }
    },
  };
}

const keyOf = ({ id, accessToken }: StoredConnection) => `${id} ${accessToken}`;

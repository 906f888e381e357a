import type { Hold, StoredConnection } from '../core/job.ts';
import type { HoldRequest } from '../core/store.ts';

/**
 * What this tick has found out since its posts were claimed. A post that waited for its turn was read before that,
 * and must not ask in vain again.
 */
export interface Learned {
  hold(request: HoldRequest): void;
  /** As publisher_hold_for answers it. */
  holdFor(platform: string, accountId: string, tokenMd5: string, now: Date): Hold | null;
  changed(connection: StoredConnection, change: Partial<StoredConnection>): void;
  /** The connection as this tick has changed it; one that the app has changed meanwhile comes back as it is. */
  connection(connection: StoredConnection): StoredConnection;
}

export function createLearned(): Learned {
  const holds: HoldRequest[] = [];
  const connections = new Map<string, StoredConnection>();
  return {
    hold: (request) => {
      holds.push(request);
    },
    holdFor(platform, accountId, tokenMd5, now) {
      const [longest] = holds
        .filter(({ scope, key }) => key === (scope === 'account' ? `${platform}:${accountId}` : platform))
        .filter(({ kind, evidence }) => kind !== 'auth' || evidence['token_md5'] === tokenMd5)
        .filter(({ until }) => until > now)
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

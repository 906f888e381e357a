import { createHash } from 'node:crypto';
import { fetchMedia } from './fetch-media.ts';
import type { Ledger } from './ledger.ts';
import type { SimAccount, SimWorld } from './simulator.ts';

export interface WorldParts {
  readonly platform: string;
  readonly base: string;
  readonly processingMs: number;
  readonly ledger: Ledger;
  now(): Date;
  nextNumber(): number;
  /** Milliseconds that listings lag behind in the request being handled. */
  lagMs(): number;
  onAccount(account: SimAccount): void;
  onMedia(sha256: string, bytes: Buffer): void;
}

/** What one simulated platform sees of the sandbox. */
export function createWorld(
  parts: WorldParts,
): SimWorld & { addAccounts(accounts: readonly SimAccount[]): void } {
  const accounts = new Map<string, SimAccount>();
  const put = (account: SimAccount): void => {
    accounts.set(account.id, account);
    parts.onAccount(account);
  };
  return {
    base: parts.base,
    processingMs: parts.processingMs,
    now: () => parts.now(),
    nextNumber: () => parts.nextNumber(),
    fetchMedia,
    get accounts() {
      return [...accounts.values()];
    },
    addAccounts: (added) => added.forEach(put),
    replaceAccount: put,
    publish: (post) => parts.ledger.add({ ...post, platform: parts.platform, at: parts.now().toISOString() }),
    visible: (account) => parts.ledger.visible(parts.platform, account, parts.now(), parts.lagMs()),
    sha256(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      parts.onMedia(sha256, bytes);
      return sha256;
    },
  };
}

import type { Logger } from '../core/logger.ts';
import type { Notice } from '../core/notice.ts';
import { type Store, StoreError } from '../core/store.ts';

/** Tells one notice; null when it arrived, else why not. */
export type Teller = (notice: Notice) => Promise<string | null>;

interface TellDeps {
  readonly store: Pick<Store, 'notices' | 'noticeDone'>;
  readonly log: Logger;
}

/** A post that has been held for longer is told of. */
const WAITING_SECONDS = 3_600;
const AT_ONCE = 20;
/** Longer than AT_ONCE tries may take. */
const LEASE_SECONDS = 300;
/** The next tick goes on. */
const TELLING_MS = 15_000;

/**
 * Tells what is to be told, each once. A tick that dies between the telling and the note of it has it told again, under
 * the same id. What fails here fails no tick.
 */
export async function tell({ store, log }: TellDeps, userId: string | null, teller: Teller): Promise<void> {
  const startedMs = performance.now();
  try {
    const notices = await store.notices({
      userId,
      limit: AT_ONCE,
      leaseSeconds: LEASE_SECONDS,
      waitingSeconds: WAITING_SECONDS,
    });
    for (const notice of notices) {
      if (performance.now() - startedMs > TELLING_MS) return;
      const failure = await teller(notice);
      if (failure !== null) log.warn(`A notice did not arrive: ${failure}`, { notice });
      await store.noticeDone(notice.id, failure === null);
      // Whoever does not answer one does not answer the others.
      if (failure !== null) return;
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    log.error('What is to be told could not be read; the next tick tells it.', { error: error.message });
  }
}

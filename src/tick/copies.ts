import type { PublishDeps, TickDeps } from './deps.ts';

/** Platforms fetch a file within the hour in which they are told of it; whatever a tick uploads it names in that tick. */
const STALE_SECONDS = 24 * 3_600;

/** Converted pictures that have served their purpose. One that stays behind costs a few kilobytes and nothing else. */
export async function removeCopies(
  { bucket, log }: Pick<PublishDeps, 'bucket' | 'log'>,
  names: readonly string[],
): Promise<void> {
  if (names.length === 0) return;
  try {
    await bucket.remove(names);
  } catch (error) {
    log.warn('Converted pictures could not be deleted from the bucket.', { names, error: String(error) });
  }
}

/** Those whose post came to its end later than the tick that made them, or whose tick died. */
export async function sweepCopies(deps: TickDeps): Promise<void> {
  try {
    const names = await deps.store.staleCopies(STALE_SECONDS);
    if (names.length > 0) await removeCopies({ ...(await deps.publishing()), log: deps.log }, names);
  } catch (error) {
    deps.log.warn('Old converted pictures could not be looked for.', { error: String(error) });
  }
}

import { inspect } from 'node:util';
import { expect } from 'vitest';
import { PublishError } from '../../src/core/errors.ts';
import { HttpFailure } from '../../src/core/http.ts';
import type { FindBy, Found } from '../../src/core/platform.ts';
import type { Fault } from '../../src/sandbox/platforms/simulator.ts';
import { faultOnArmed } from './platform-faults.ts';
import { expectOnePost, idOf } from './platform-ledger.ts';
import type { OpenedExample } from './platform-media.ts';
import type { Target } from './platform-target.ts';

/** Prepares and sends once, with this happening to the visible request. */
export async function loseAnswer(ours: Target, kind: Fault['kind']): Promise<Target> {
  const { world } = ours;
  await ours.prepare();
  faultOnArmed(world, kind);
  expectNotDefinite(await world.failure(ours.send()));
  world.intercept(null);
  return ours;
}

/** It may be out: the tick will look for it. */
export function expectNotDefinite(error: unknown, what = 'the answer'): void {
  const kind = error instanceof PublishError ? error.kind : 'no PublishError';
  const mayBeOut = error instanceof HttpFailure ? error.sent : kind === 'unknown';
  expect(mayBeOut, `${what}: ${inspect(error)}`).toBe(true);
  if (error instanceof PublishError) expect(error.hint).toMatch(/\w/);
}

/**
 * Ticks bring it to its end: one public post, under the id it has in public. Where only a person can tell, it may also be
 * that nothing arrived.
 */
export async function expectFoundInTheEnd(
  ours: Target,
  opened: OpenedExample,
  findBy: FindBy,
): Promise<void> {
  const ending = await ours.finish();
  if (ending.state === 'published') {
    expect(ending.id).toBe(idOf(ours.world, ending));
    expectOnePost(ours.world, opened);
    return;
  }
  expect(findBy).toBe('person');
  expect((await ours.world.postsInTheEnd()).length).toBeLessThanOrEqual(1);
}

/** What find says once no request of ours can be on its way any more. */
export async function firstWord(ours: Target): Promise<Found> {
  const found = await ours.find();
  if (found.state !== 'unknown' || found.lookAt === null) return found;
  ours.world.passTo(found.lookAt);
  return await ours.find();
}

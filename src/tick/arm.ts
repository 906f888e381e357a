import { randomUUID } from 'node:crypto';
import { type Arm, ArmExpired } from '../core/http.ts';
import type { ArmAnswer, ArmRequest, Store } from '../core/store.ts';

/** After the arm the request must have begun to leave within this time. */
export const ARM_WINDOW_MS = 10_000;

export type Armed = { readonly arm: Arm } | { readonly refused: Extract<ArmAnswer, { ok: false }> };

/**
 * Writes down "about to send" and gives the permission for it. Both clocks run from before the question was asked:
 * the monotonic one stands still while the machine is suspended, the wall clock may be set.
 */
export async function takeArm(
  store: Pick<Store, 'arm'>,
  request: Omit<ArmRequest, 'armId' | 'windowMs'>,
): Promise<Armed> {
  const armId = randomUUID();
  const monotonic = performance.now();
  const wall = Date.now();
  const answer = await store.arm({ ...request, armId, windowMs: ARM_WINDOW_MS });
  if (!answer.ok) return { refused: answer };
  return {
    arm: {
      id: armId,
      check: () => {
        const elapsed = Math.max(performance.now() - monotonic, Date.now() - wall);
        if (elapsed >= answer.msLeft) {
          throw new ArmExpired(`The permission to send ended ${Math.round(elapsed - answer.msLeft)} ms ago.`);
        }
      },
    },
  };
}

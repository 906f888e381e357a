import type { z } from 'zod';
import { StoreError } from '../core/store.ts';
import type { Rpc } from './rpc.ts';

/** Calls a function and parses its answer, once, here. */
export type Ask = <S extends z.ZodType>(
  name: string,
  args: Readonly<Record<string, unknown>>,
  shape: S,
  onFailure?: () => void,
) => Promise<z.output<S>>;

export function createAsk(rpc: Rpc): Ask {
  return async (name, args, shape, onFailure) => {
    const answer = shape.safeParse(await rpc(name, args, onFailure));
    if (answer.success) return answer.data;
    throw new StoreError(
      'config',
      `${name} answered in a shape this program does not know: ${answer.error.issues[0]?.path.join('.')} ${answer.error.issues[0]?.message}`,
      'Run "content-publisher migrate" with this version of the program.',
    );
  };
}

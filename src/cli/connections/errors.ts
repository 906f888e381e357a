import { PublishError } from '../../core/errors.ts';
import { HttpFailure } from '../../core/http.ts';
import { toFailed } from '../../tick/failure.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandError } from '../io.ts';

const EXITS: Readonly<Record<PublishError['kind'], number>> = {
  config: EXIT.config,
  temporary: EXIT.again,
  rate_limited: EXIT.again,
  unknown: EXIT.again,
  auth: EXIT.failed,
  rejected: EXIT.failed,
  unusable: EXIT.failed,
};

/** What a platform said, or that it said nothing, as the reason of a command to stop; anything else as it is. */
export function commandError(error: unknown, label: string, tell: (message: string) => string): unknown {
  if (!(error instanceof PublishError) && !(error instanceof HttpFailure)) return error;
  const { problem } = toFailed(error, label);
  return new CommandError(EXITS[problem.kind], tell(problem.message), problem.hint);
}

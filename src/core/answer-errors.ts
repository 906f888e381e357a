import { PublishError, withKind } from './errors.ts';
import { HttpFailure, type HttpResponse } from './http.ts';
import type { Job } from './platform.ts';

/** Whether the request was the one that makes something visible. */
export type Moment = 'armed' | 'not armed';

/**
 * What a platform's error means around the arm. Not armed, nothing became visible: what we do not know is tried again.
 * Armed, only a known refusal is definite; every other 'temporary', 408 and 5xx are `unknown`.
 *
 * @param definite codes of kind 'temporary' that say in so many words that nothing was published
 */
export function aroundArm(
  error: PublishError,
  { status }: HttpResponse,
  moment: Moment,
  definite: readonly string[] = [],
): PublishError {
  if (moment === 'not armed') return error.kind === 'unknown' ? withKind(error, 'temporary') : error;
  const mayBeOut = error.kind === 'temporary' && !definite.includes(error.code);
  return mayBeOut || status >= 500 || status === 408 ? withKind(error, 'unknown') : error;
}

/** An answer in a shape that the platform does not have. `source`: "X's documentation". */
export function notDescribed(
  { status }: HttpResponse,
  source: string,
  hint: string,
  traceId: string | undefined,
): PublishError {
  return new PublishError({
    kind: 'unknown',
    code: `HTTP_${status}`,
    message: `The answer (HTTP ${status}) is not one that ${source} describes.`,
    hint,
    traceId,
  });
}

/** This send did not happen; an earlier one may have. */
export function notPrepared(
  { sentBefore }: Pick<Job, 'sentBefore'>,
  label: string,
  what = 'post',
): PublishError {
  return new PublishError({
    kind: sentBefore ? 'unknown' : 'temporary',
    code: 'NOT_PREPARED',
    message: `The ${what} was not prepared for ${label}, so nothing was sent.`,
    hint: 'Nothing to do: it is prepared and tried again.',
  });
}

/** For a refresh that got no answer. `whose`: "Google's". */
export function tokenServiceSilent(whose: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof HttpFailure)) throw error;
    throw new PublishError({
      kind: 'temporary',
      code: 'TOKEN_ENDPOINT_UNREACHABLE',
      message: `${whose} token service gave no answer (${error.reason}).`,
      hint: 'Nothing to do: it is tried again; the connection itself is not affected.',
      cause: error,
    });
  };
}

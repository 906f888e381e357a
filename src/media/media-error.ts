import { PublishError } from '../core/errors.ts';

/** A definite fault of the file itself: the post is refused until a person replaces it. */
export function rejected(code: string, message: string, hint: string, cause?: unknown): PublishError {
  return new PublishError({ kind: 'rejected', code, message, hint, cause });
}

/** A fault of the way to the file, which may be gone in a minute. */
export function temporary(code: string, message: string, cause?: unknown): PublishError {
  return new PublishError({
    kind: 'temporary',
    code,
    message,
    hint: 'It is tried again; if it stays, look whether the storage of the app answers.',
    cause,
  });
}

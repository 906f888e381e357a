import type { ErrorRule } from '../../core/errors.ts';

const RECONNECT =
  'Make a new app password on Bluesky (Settings, Privacy and security), and connect the account again in the app.';
const AGAIN = 'Nothing to do: it is tried again.';

/** By the `error` of the answer: packages/pds/src, packages/xrpc-server/src/errors.ts of bluesky-social/atproto. */
export const ERROR_RULES: readonly ErrorRule[] = [
  // 400, not 401.
  ...rules(['ExpiredToken'], 'auth', 'The session of the account has ended.', RECONNECT),
  ...rules(
    ['InvalidToken', 'AuthMissing', 'AuthenticationRequired', 'BadJwt', 'BadJwtSignature', 'BadJwtType'],
    'auth',
    'Bluesky does not accept the app password or the session of the account.',
    RECONNECT,
  ),
  ...rules(
    ['AuthFactorTokenRequired'],
    'auth',
    'The account asks for a code by e-mail, because its main password is stored.',
    RECONNECT,
  ),
  ...rules(
    ['AccountTakedown', 'AccountSuspended', 'RepoTakendown', 'RepoSuspended'],
    'auth',
    'Bluesky has suspended the account.',
    'Sign in on Bluesky, see what it says, and connect the account again in the app.',
  ),
  ...rules(
    ['AccountDeactivated', 'RepoDeactivated'],
    'auth',
    'The account is deactivated.',
    'Sign in on Bluesky, activate it, and connect the account again in the app.',
  ),
  ...rules(
    ['InvalidRequest', 'InvalidRecord'],
    'rejected',
    'Bluesky refuses the post.',
    'Correct it in the post and schedule the post again.',
  ),
  ...rules(
    ['BlobTooLarge', 'PayloadTooLarge'],
    'rejected',
    'Bluesky finds a file too large.',
    'Attach a smaller file and schedule the post again.',
  ),
  ...rules(
    ['InvalidMimeType'],
    'rejected',
    'Bluesky does not take files of this type.',
    'Attach pictures as JPEG, PNG or WebP and videos as MP4, and schedule the post again.',
  ),
  ...rules(
    ['BlobNotFound'],
    'temporary',
    'The server does not find a file that was uploaded.',
    'Nothing to do: it is uploaded and tried again.',
  ),
  ...rules(
    ['RecordNotFound'],
    'rejected',
    'There is no such post on Bluesky.',
    'See whether the post still exists, then schedule the post again.',
  ),
  ...rules(
    ['HandleNotFound'],
    'rejected',
    'Nobody has that name on Bluesky.',
    'Correct the name and schedule the post again.',
  ),
  ...rules(['InvalidSwap'], 'temporary', 'The account was being changed at that moment.', AGAIN),
  ...rules(
    ['RateLimitExceeded'],
    'rate_limited',
    'The account has made too many requests.',
    'Nothing to do: the post goes out after that.',
    // The window of repository writes.
    { waitMs: 60 * 60_000 },
  ),
  ...rules(
    [
      'InternalServerError',
      'UpstreamFailure',
      'UpstreamTimeout',
      'NotEnoughResources',
      'ServiceUnavailable',
      'MethodNotImplemented',
    ],
    'temporary',
    'The server has a fault of its own.',
    AGAIN,
  ),
];

function rules(
  keys: readonly string[],
  kind: ErrorRule['kind'],
  message: string,
  hint: string,
  more: Pick<ErrorRule, 'waitMs'> = {},
): ErrorRule[] {
  return keys.map((key) => ({ key, kind, message, hint, ...more }));
}

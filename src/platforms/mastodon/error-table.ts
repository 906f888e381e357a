import type { ErrorRule } from '../../core/errors.ts';

const RECONNECT = 'Connect the Mastodon account again in the app.';
const AGAIN = 'Nothing to do: it is tried again.';

/**
 * Mastodon has no codes, only a status and a sentence; we ask for English ones. The first that fits names the code.
 * The sentences: config/locales/{en,doorkeeper.en,activerecord.en}.yml and app/controllers/api of mastodon/mastodon.
 */
export const SENTENCES: readonly (readonly [status: number, sentence: RegExp, code: string])[] = [
  [401, /^The access token (is invalid|was revoked|(has )?expired)/, 'TOKEN_INVALID'],
  [401, /^(This method requires an authenticated user|invalid_token)/, 'TOKEN_INVALID'],
  [422, /^This method requires an authenticated user/, 'TOKEN_INVALID'],
  [403, /outside the authorized scopes/, 'SCOPE_MISSING'],
  [403, /^Your login is (currently disabled|missing a confirmed|currently pending)/, 'LOGIN_BARRED'],
  [403, /^This action is not allowed/, 'NOT_ALLOWED'],
  [403, /(account|login) .*(suspended|disabled|frozen)/i, 'LOGIN_BARRED'],
  [404, /^(Record not found|Not Found)/i, 'NOT_FOUND'],
  [422, /not finished processing/, 'MEDIA_NOT_READY'],
  [422, /^Media .*not found or already attached|^Media not found/i, 'MEDIA_LOST'],
  [422, /^Cannot attach/, 'ATTACHMENTS'],
  [422, /^Validation failed: .*(character limit|too long)/i, 'TOO_LONG'],
  [422, /^Validation failed: .*(file|image|video|content type|thumbnail)/i, 'FILE_REFUSED'],
  [422, /^Validation failed/, 'VALIDATION'],
  [400, /^param is missing or the value is empty/, 'REQUEST'],
  [429, /^(Too many requests|Throttled|Rate limit)/i, 'RATE_LIMIT'],
  [413, /./, 'FILE_TOO_LARGE'],
  [500, /^Error processing thumbnail/, 'THUMBNAIL'],
  [503, /^(There was a temporary problem|Remote (data|SSL))/, 'BUSY'],
];

export const ERROR_RULES: readonly ErrorRule[] = [
  rule('TOKEN_INVALID', 'auth', 'The server does not accept the access token.', RECONNECT),
  rule(
    'SCOPE_MISSING',
    'auth',
    'The connection may not do this: a permission is missing.',
    `${RECONNECT} It needs read:accounts, read:statuses, write:statuses and write:media.`,
  ),
  rule(
    'LOGIN_BARRED',
    'auth',
    'The server has disabled the account, or it is not confirmed yet.',
    'Sign in on the server, do what it asks for, and connect the account again in the app.',
  ),
  rule(
    'NOT_ALLOWED',
    'rejected',
    'The server does not allow this.',
    'Sign in on the server and see what it says about the account, then schedule the post again.',
  ),
  rule(
    'NOT_FOUND',
    'rejected',
    'The server does not find what the post refers to.',
    'See whether the post that is answered to still exists, then schedule the post again.',
  ),
  rule('MEDIA_NOT_READY', 'temporary', 'The server still processes a file of the post.', AGAIN),
  rule(
    'MEDIA_LOST',
    'temporary',
    'The server does not find a file that was uploaded.',
    'Nothing to do: it is uploaded and tried again.',
  ),
  rule(
    'ATTACHMENTS',
    'rejected',
    'The server does not take these files together.',
    'Attach up to four pictures, or one video alone, and schedule the post again.',
  ),
  rule(
    'TOO_LONG',
    'rejected',
    'The server finds the text too long.',
    'Shorten the text and schedule the post again.',
  ),
  rule(
    'FILE_REFUSED',
    'rejected',
    'The server refuses a file of the post.',
    'Attach pictures as JPEG, PNG, GIF or WebP and videos as MP4, and schedule the post again.',
  ),
  rule(
    'FILE_TOO_LARGE',
    'rejected',
    'The server finds a file too large.',
    'Attach a smaller file and schedule the post again.',
  ),
  rule(
    'VALIDATION',
    'rejected',
    'The server refuses the post.',
    'Correct it in the post and schedule the post again.',
  ),
  rule(
    'REQUEST',
    'rejected',
    'The server found the request faulty.',
    'Report this with the sentence: the request is made by this program.',
  ),
  {
    ...rule(
      'RATE_LIMIT',
      'rate_limited',
      'The account has asked its server too often.',
      'Nothing to do: the post goes out after that.',
    ),
    // The longer of the documented windows.
    waitMs: 30 * 60_000,
  },
  rule('THUMBNAIL', 'temporary', 'The server could not process a file.', AGAIN),
  rule('BUSY', 'temporary', 'The server has a fault of its own.', AGAIN),
];

function rule(key: string, kind: ErrorRule['kind'], message: string, hint: string): ErrorRule {
  return { key, kind, message, hint };
}

import type { ErrorRule } from '../../core/errors.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const RECONNECT = 'Connect the X account again in the app.';
const AGAIN = 'Nothing to do: it is tried again.';
const CORRECT = 'Correct it in the post and schedule the post again.';
const REPORT = 'Report this with the code: the request is made by this program.';

/**
 * By what errors.ts reads from an answer: a word for what the detail says, the end of the problem's `type`, its `title`,
 * the older numeric code, and for problems without a type of their own ("about:blank") the status.
 * https://docs.x.com/x-api/fundamentals/response-codes-and-errors
 */
export const ERROR_RULES: readonly ErrorRule[] = [
  ...rules(
    ['duplicate', 'code/187'],
    'rejected',
    'The same text is already on the account.',
    'If it should go out again, change the text and schedule the post again.',
  ),
  ...rules(
    ['too-long', 'code/186'],
    'rejected',
    'X finds the text too long for this account.',
    'Shorten the text, or set thread in its publish_options, and schedule the post again.',
  ),
  ...rules(
    ['cashtags'],
    'rejected',
    'X takes at most one cashtag (such as $ABC) in a post.',
    'Remove the others and schedule the post again.',
  ),
  ...rules(
    ['media-lost'],
    'temporary',
    'X does not know a file any more that was uploaded.',
    'Nothing to do: it is uploaded and tried again.',
  ),
  ...rules(
    ['video-too-long'],
    'rejected',
    'X finds the video too long for this account.',
    'Cut the video, or get X Premium for the account, and schedule the post again.',
  ),
  ...rules(
    ['parent-hidden', 'code/385'],
    'temporary',
    'X does not show the post yet, or no longer, that this one answers to.',
    'Nothing to do: it is tried again. If the first part of the thread was deleted, delete the rest of it too.',
  ),
  ...rules(
    ['reply-rule', 'code/433'],
    'rejected',
    'X does not let this account answer to or quote that post: only who is mentioned in it, or wrote it, may.',
    'Post it by itself, without the answer or the quote.',
  ),
  ...rules(
    ['app-only-token'],
    'auth',
    'The stored token is that of an app, and X lets only people post.',
    RECONNECT,
  ),
  ...rules(
    ['about:blank/401', 'code/32', 'code/89'],
    'auth',
    'X no longer accepts the access token.',
    RECONNECT,
  ),
  ...rules(
    ['not-authorized-for-resource', 'not-authorized-for-field', 'field-unauthorized', 'not-permitted'],
    'auth',
    'The connection may not do this on X: a permission is missing.',
    `${RECONNECT} Grant every permission it asks for (tweet.read, tweet.write, users.read, media.write, offline.access).`,
  ),
  ...rules(
    ['user-suspended', 'code/64', 'code/326'],
    'auth',
    'The X account is suspended or locked.',
    'Log in to X and follow what it asks for, then connect the account again in the app.',
  ),
  ...rules(
    ['client-forbidden', 'client-not-enrolled'],
    'config',
    'X does not let our app use this part of its API.',
    'Look at the app of X_CLIENT_ID in the developer console of X: its project, its package and its permissions.',
    { scope: 'app' },
  ),
  ...rules(
    ['CreditsDepleted', 'credits', 'about:blank/402'],
    'config',
    'The prepaid credits of our X app are used up; X takes nothing more until some are bought.',
    'Buy credits in the developer console of X; the posts then go out by themselves.',
    { scope: 'app' },
  ),
  ...rules(
    ['usage-capped'],
    'rate_limited',
    'Our X app has used up what it may do in this period.',
    'Nothing to do: it is tried again every day. Raise the cap in the developer console of X if it happens often.',
    { scope: 'app', waitMs: DAY_MS },
  ),
  ...rules(
    ['limit/app'],
    'rate_limited',
    'Our X app has sent as many posts as X takes from it in 24 hours.',
    'Nothing to do: the post goes out after that.',
    { scope: 'app', waitMs: DAY_MS },
  ),
  ...rules(
    ['code/185'],
    'rate_limited',
    'The X account has sent as many posts as X takes from it in a day.',
    'Nothing to do: the post goes out later.',
    { scope: 'account', waitMs: 60 * MINUTE_MS },
  ),
  ...rules(
    ['rate-limit-exceeded', 'about:blank/429', 'code/88'],
    'rate_limited',
    'X is asked too often for this account.',
    'Nothing to do: the post goes out once X takes requests again.',
    { scope: 'account', waitMs: 15 * MINUTE_MS },
  ),
  ...rules(
    ['invalid-request', 'about:blank/400', 'unsupported-media-type', 'about:blank/415'],
    'rejected',
    'X found the post or the request faulty.',
    `${CORRECT} If nothing is wrong with it, report this with the code.`,
  ),
  ...rules(
    ['about:blank/413'],
    'rejected',
    'X finds a file too large.',
    'Attach a smaller file and schedule the post again.',
  ),
  ...rules(
    ['about:blank/403', 'disallowed-resource'],
    'rejected',
    'X refuses this post.',
    'Look at what X said, change the post and schedule it again.',
  ),
  ...rules(
    ['resource-not-found', 'resource-unavailable', 'about:blank/404', 'field-hydration-failure'],
    'rejected',
    'X does not find something that the request names.',
    REPORT,
  ),
  ...rules(
    [
      'internal-error',
      'about:blank/500',
      'about:blank/502',
      'about:blank/503',
      'about:blank/504',
      'code/130',
      'code/131',
    ],
    'temporary',
    'X has a fault of its own.',
    AGAIN,
  ),
];

/** Of the token endpoint; X calls a refresh token that was used or revoked an invalid request. */
export const TOKEN_RULES: readonly ErrorRule[] = [
  ...rules(
    ['invalid_grant', 'refresh token'],
    'auth',
    'X no longer accepts the refresh token of this account.',
    RECONNECT,
  ),
  ...rules(
    ['invalid_client', 'unauthorized_client', 'client header'],
    'config',
    'X does not accept the client id and secret.',
    'Compare X_CLIENT_ID and X_CLIENT_SECRET with the app in the developer console of X; leave X_CLIENT_SECRET empty for a public client.',
    { scope: 'app' },
  ),
  ...rules(
    ['invalid_request', 'unsupported_grant_type', 'invalid_scope'],
    'config',
    'X found the request for a new token faulty.',
    'Check X_CLIENT_ID and X_CLIENT_SECRET for missing or extra characters.',
    { scope: 'app' },
  ),
  ...rules(['temporarily_unavailable', 'server_error'], 'temporary', 'X has a fault of its own.', AGAIN),
];

function rules(
  keys: readonly string[],
  kind: ErrorRule['kind'],
  message: string,
  hint: string,
  more: Pick<ErrorRule, 'scope' | 'waitMs'> = {},
): ErrorRule[] {
  return keys.map((key) => ({ key, kind, message, hint, ...more }));
}

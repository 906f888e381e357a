import { describe, expect, it } from 'vitest';
import type { ErrorKind, HoldScope } from '../../core/errors.ts';
import type { HttpResponse } from '../../core/http.ts';
import { ERROR_RULES, TOKEN_RULES } from './error-rules.ts';
import { tokenError, xError } from './errors.ts';

const NOW = new Date('2026-11-21T10:00:00Z');
const RESET = NOW.getTime() / 1000 + 420;
const PROBLEMS = 'https://api.x.com/2/problems';

function answer(status: number, json: unknown, headers: Record<string, string> = {}): HttpResponse {
  return { status, headers, text: JSON.stringify(json), json };
}

/** A problem without a type of its own. */
function blank(status: number, title: string, detail = title): HttpResponse {
  return answer(status, { title, detail, type: 'about:blank', status });
}

function typed(status: number, type: string, detail = 'Something.'): HttpResponse {
  return answer(status, { title: 'Title', detail, type: `${PROBLEMS}/${type}`, status });
}

function coded(status: number, code: number, message = 'Something.'): HttpResponse {
  return answer(status, { errors: [{ code, message }] });
}

/** What X answers, the kind before the arm, the kind after it, a word of the hint. */
const TABLE: readonly (readonly [string, HttpResponse, ErrorKind, ErrorKind, RegExp])[] = [
  ['a bad token', blank(401, 'Unauthorized'), 'auth', 'auth', /Connect/],
  ['a bad token by its older code', coded(401, 89), 'auth', 'auth', /Connect/],
  ['no authentication by its older code', coded(401, 32), 'auth', 'auth', /Connect/],
  [
    'an app-only token',
    answer(403, {
      title: 'Unsupported Authentication',
      detail:
        'Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint. Unsupported authentication.',
      type: `${PROBLEMS}/unsupported-authentication`,
      status: 403,
    }),
    'auth',
    'auth',
    /Connect/,
  ],
  ['a missing scope', typed(403, 'not-authorized-for-resource'), 'auth', 'auth', /permission/],
  ['a missing scope of a field', typed(403, 'not-authorized-for-field'), 'auth', 'auth', /permission/],
  [
    'a missing permission',
    blank(403, 'Forbidden', 'You are not permitted to perform this action.'),
    'auth',
    'auth',
    /permission/,
  ],
  ['a suspended user', typed(403, 'user-suspended'), 'auth', 'auth', /Log in/],
  ['a suspended user by its older code', coded(403, 64), 'auth', 'auth', /Log in/],
  ['a locked account', coded(403, 326), 'auth', 'auth', /Log in/],
  ['an app without its package', typed(403, 'client-forbidden'), 'config', 'config', /developer console/],
  [
    'an answer to somebody else’s post',
    typed(
      403,
      'not-authorized-for-resource',
      'You can only reply to or quote posts where you are mentioned or are the author.',
    ),
    'rejected',
    'rejected',
    /by itself/,
  ],
  [
    'an answer to a post that is not there yet',
    blank(403, 'Forbidden', 'You attempted to reply to a Tweet that is deleted or not visible to you.'),
    'temporary',
    'temporary',
    /tried again/,
  ],
  [
    'a duplicate',
    blank(403, 'Forbidden', 'You are not allowed to create a Tweet with duplicate content.'),
    'rejected',
    'rejected',
    /change the text/,
  ],
  [
    'a duplicate by its older code',
    coded(403, 187, 'Status is a duplicate.'),
    'rejected',
    'rejected',
    /change the text/,
  ],
  ['a long text', blank(403, 'Forbidden', 'Your Tweet text is too long.'), 'rejected', 'rejected', /Shorten/],
  ['a long text by its older code', coded(403, 186), 'rejected', 'rejected', /Shorten/],
  [
    'two cashtags',
    typed(400, 'invalid-request', 'A post may have at most one cashtag.'),
    'rejected',
    'rejected',
    /Remove/,
  ],
  [
    'a long video',
    blank(403, 'Forbidden', 'This user is not allowed to post a video longer than 20 minutes'),
    'rejected',
    'rejected',
    /Cut/,
  ],
  [
    'a file that is gone',
    typed(400, 'invalid-request', 'Your media IDs are invalid.'),
    'temporary',
    'temporary',
    /uploaded/,
  ],
  ['another refusal', blank(403, 'Forbidden', 'Something new.'), 'rejected', 'rejected', /what X said/],
  [
    'no credits',
    answer(402, { title: 'CreditsDepleted', detail: 'No credits.', type: `${PROBLEMS}/credits` }),
    'config',
    'config',
    /Buy/,
  ],
  [
    'no credits in words',
    blank(402, 'Payment Required', 'You do not have enough credits'),
    'config',
    'config',
    /Buy/,
  ],
  ['a cap of the month', typed(429, 'usage-capped'), 'rate_limited', 'rate_limited', /every day/],
  ['a cap of the month with 403', typed(403, 'usage-capped'), 'rate_limited', 'rate_limited', /every day/],
  ['too many requests', blank(429, 'Too Many Requests'), 'rate_limited', 'rate_limited', /once X takes/],
  [
    'too many requests by its type',
    typed(429, 'rate-limit-exceeded'),
    'rate_limited',
    'rate_limited',
    /once X takes/,
  ],
  ['too many requests by the older code', coded(429, 88), 'rate_limited', 'rate_limited', /once X takes/],
  [
    'too many requests by the bare code',
    answer(429, { code: 88, message: 'Rate limit exceeded' }),
    'rate_limited',
    'rate_limited',
    /once X takes/,
  ],
  ['too many posts of a day', coded(403, 185), 'rate_limited', 'rate_limited', /later/],
  ['a faulty request', typed(400, 'invalid-request'), 'rejected', 'rejected', /Correct/],
  [
    'a faulty request in a list',
    answer(400, {
      errors: [{ message: 'The `text` is faulty', parameters: { text: [] } }],
      title: 'Invalid Request',
      detail: 'One or more parameters to your request was invalid.',
      type: 'https://api.twitter.com/2/problems/invalid-request',
    }),
    'rejected',
    'rejected',
    /Correct/,
  ],
  [
    'only a list of problems',
    answer(404, {
      errors: [{ title: 'Not Found Error', detail: 'Gone.', type: `${PROBLEMS}/resource-not-found` }],
    }),
    'rejected',
    'rejected',
    /Report/,
  ],
  ['too large a file', blank(413, 'Payload Too Large'), 'rejected', 'rejected', /smaller/],
  ['a fault of X', blank(503, 'Service Unavailable'), 'temporary', 'unknown', /tried again/],
  ['a fault of X by its type', typed(500, 'internal-error'), 'temporary', 'unknown', /tried again/],
  [
    'a fault of X that speaks of duplicates',
    blank(500, 'Internal Error', 'duplicate content'),
    'temporary',
    'unknown',
    /tried again/,
  ],
  ['over capacity', coded(503, 130), 'temporary', 'unknown', /tried again/],
  ['a type that nobody knows', typed(400, 'never-seen'), 'temporary', 'unknown', /report the code/],
  ['a code that nobody knows', coded(403, 9999), 'temporary', 'unknown', /report the code/],
  [
    'a status that the body contradicts',
    answer(403, { title: 'Forbidden', detail: 'No.', type: 'about:blank', status: 500 }),
    'temporary',
    'unknown',
    /report the code/,
  ],
  ['a gateway', answer(403, { message: 'Forbidden' }), 'temporary', 'unknown', /proxy/],
  ['a page', { status: 403, headers: {}, text: '<html>', json: undefined }, 'temporary', 'unknown', /proxy/],
  ['a success without an id', answer(201, {}), 'temporary', 'unknown', /proxy/],
];

describe('an answer of X', () => {
  it.each(TABLE)('that is %s', (_what, response, before, after, hint) => {
    const unarmed = xError(response, NOW, 'not armed');
    const armed = xError(response, NOW, 'armed');
    expect([unarmed.kind, armed.kind]).toEqual([before, after]);
    expect(unarmed.hint).toMatch(hint);
    expect(armed.message).toMatch(/^[A-Z].*\.$/s);
  });

  it('has a case here for every rule', () => {
    const reached = new Set(
      TABLE.map(([, response]) => xError(response, NOW, 'armed').message.split(' The platform said')[0]),
    );
    for (const { message, key } of ERROR_RULES)
      if (!['limit/app'].includes(key)) expect(reached, key).toContain(message);
  });

  it('is quoted, and shown raw when it is not known', () => {
    const error = xError(typed(400, 'never-seen', 'Brand new.'), NOW, 'armed');
    expect(error).toMatchObject({ code: 'never-seen', platformCode: 'never-seen' });
    expect(error.message).toContain('“Brand new.”');
  });
});

describe('the moment until when X wants to be left alone', () => {
  const limit = (name: string, remaining: number, reset: number): Record<string, string> => ({
    [`x-${name}-limit`]: '100',
    [`x-${name}-remaining`]: String(remaining),
    [`x-${name}-reset`]: String(reset),
  });
  const wait = (headers: Record<string, string>): { minutes: number; scope: HoldScope } => {
    const response = { ...blank(429, 'Too Many Requests'), headers };
    const { retryAt, scope } = xError(response, NOW, 'armed');
    return { minutes: ((retryAt?.getTime() ?? 0) - NOW.getTime()) / 60_000, scope };
  };

  it('is that of the limit that is used up', () => {
    const short = limit('rate-limit', 0, RESET);
    const day = limit('app-limit-24hour', 4, RESET + 36_000);
    expect(wait({ ...short, ...day })).toEqual({ minutes: 7, scope: 'account' });
  });

  it('is that of the whole app when its day is used up', () => {
    const short = limit('rate-limit', 3, RESET);
    const day = limit('app-limit-24hour', 0, RESET + 3_600);
    expect(wait({ ...short, ...day })).toEqual({ minutes: 67, scope: 'app' });
  });

  it('is the later one of two that are used up', () => {
    const user = limit('user-limit-24hour', 0, RESET + 600);
    expect(wait({ ...limit('rate-limit', 0, RESET), ...user })).toEqual({ minutes: 17, scope: 'account' });
  });

  it('is a quarter of an hour when X names none', () => {
    expect(wait({})).toEqual({ minutes: 15, scope: 'account' });
    expect(wait({ 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': 'soon' }).minutes).toBe(15);
  });
});

describe('an answer of the token endpoint', () => {
  it.each([
    [400, 'invalid_request', 'Value passed for the token was invalid.', 'auth'],
    [400, 'invalid_grant', '', 'auth'],
    [401, 'unauthorized_client', 'Missing valid authorization header', 'config'],
    [401, 'invalid_client', '', 'config'],
    [400, 'unsupported_grant_type', '', 'config'],
    [400, 'invalid_request', 'Something else.', 'config'],
    [503, 'temporarily_unavailable', '', 'temporary'],
    [400, 'never_seen', '', 'temporary'],
  ] as const)('%i %s (%s) is of the kind %s', (status, error, error_description, kind) => {
    expect(tokenError(answer(status, { error, error_description }), NOW, TOKEN_RULES).kind).toBe(kind);
  });

  it('may be one of the API', () => {
    expect(tokenError(blank(503, 'Service Unavailable'), NOW, TOKEN_RULES).kind).toBe('temporary');
    expect(tokenError(blank(429, 'Too Many Requests'), NOW, TOKEN_RULES).kind).toBe('rate_limited');
  });
});

import { describe, expect, it } from 'vitest';
import { readAnswer } from '../../http/read-answer.ts';
import { ERROR_RULES, SENTENCES } from './error-table.ts';
import { mastodonError } from './errors.ts';

const NOW = new Date('2026-11-21T15:00:00Z');

const answer = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  readAnswer(status, headers, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));

/** What servers say: before the arm, after it, and what to do. */
const CASES = [
  [401, 'The access token is invalid', 'auth', 'auth', 'Connect'],
  [401, 'The access token was revoked', 'auth', 'auth', 'Connect'],
  [401, 'The access token expired', 'auth', 'auth', 'Connect'],
  [401, 'This method requires an authenticated user', 'auth', 'auth', 'Connect'],
  [422, 'This method requires an authenticated user', 'auth', 'auth', 'Connect'],
  [403, 'This action is outside the authorized scopes', 'auth', 'auth', 'write:statuses'],
  [403, 'Your login is currently disabled', 'auth', 'auth', 'Sign in'],
  [403, 'Your login is missing a confirmed e-mail address', 'auth', 'auth', 'Sign in'],
  [403, 'Your login is currently pending approval', 'auth', 'auth', 'Sign in'],
  [403, 'This action is not allowed', 'rejected', 'rejected', 'Sign in'],
  [404, 'Record not found', 'rejected', 'rejected', 'still exists'],
  [422, 'Validation failed: Text character limit of 500 exceeded', 'rejected', 'rejected', 'Shorten'],
  [422, "Validation failed: Text can't be blank", 'rejected', 'rejected', 'Correct'],
  [422, 'Validation failed: File content type is invalid', 'rejected', 'rejected', 'JPEG'],
  [422, 'Validation failed: File file size must be less than 16 MB', 'rejected', 'rejected', 'JPEG'],
  [422, 'Cannot attach more than 4 files', 'rejected', 'rejected', 'four'],
  [422, 'Cannot attach a video to a post that already contains images', 'rejected', 'rejected', 'alone'],
  [
    422,
    'Cannot attach files that have not finished processing. Try again in a moment!',
    'temporary',
    'temporary',
    'again',
  ],
  [422, 'Media 1, 2 not found or already attached to another post', 'temporary', 'temporary', 'uploaded'],
  [400, 'param is missing or the value is empty: status', 'rejected', 'rejected', 'Report'],
  [413, 'Request Entity Too Large', 'rejected', 'rejected', 'smaller'],
  [429, 'Too many requests', 'rate_limited', 'rate_limited', 'Nothing to do'],
  [500, 'Error processing thumbnail for uploaded media', 'temporary', 'unknown', 'again'],
  [
    503,
    'There was a temporary problem serving your request, please try again',
    'temporary',
    'unknown',
    'again',
  ],
  [503, 'Remote data could not be fetched', 'temporary', 'unknown', 'again'],
  [422, 'A sentence of another server', 'temporary', 'unknown', 'account'],
  [418, 'I am a teapot', 'temporary', 'unknown', 'account'],
] as const;

describe('an answer of Mastodon', () => {
  it.each(CASES)('%i “%s” is %s, after the arm %s', (status, error, before, after, hint) => {
    const response = answer(status, { error });
    expect(mastodonError(response, NOW, 'not armed')).toMatchObject({ kind: before });
    const armed = mastodonError(response, NOW, 'armed');
    expect(armed).toMatchObject({ kind: after, message: expect.stringContaining(error) });
    expect(armed.hint).toContain(hint);
  });

  it('has a rule for every sentence, and a sentence for every rule', () => {
    expect([...new Set(SENTENCES.map(([, , code]) => code))].sort()).toEqual(
      ERROR_RULES.map(({ key }) => key).sort(),
    );
    const known = CASES.map(([status, error]) => mastodonError(answer(status, { error }), NOW, 'armed').code);
    for (const { key } of ERROR_RULES) expect(known).toContain(key);
  });

  it.each([
    ['a page', 502, '<html>'],
    ['a page with a code', 403, '<html>Forbidden'],
    ['nothing', 408, ''],
    ['JSON of somebody else', 403, { message: 'Forbidden' }],
    ['a success without an id', 200, {}],
  ])('that is %s is unknown after the arm', (_what, status, body) => {
    expect(mastodonError(answer(status, body), NOW, 'armed').kind).toBe('unknown');
    expect(mastodonError(answer(status, body), NOW, 'not armed').kind).toBe('temporary');
  });

  it('names the end of a limit in ISO 8601', () => {
    const reset = { 'x-ratelimit-reset': '2026-11-21T15:03:20.000000Z' };
    expect(mastodonError(answer(429, { error: 'Too many requests' }, reset), NOW, 'armed').retryAt).toEqual(
      new Date('2026-11-21T15:03:20Z'),
    );
    const past = { 'x-ratelimit-reset': '2026-11-21T14:00:00Z' };
    expect(mastodonError(answer(429, { error: 'Too many requests' }, past), NOW, 'armed').retryAt).toEqual(
      new Date('2026-11-21T15:30:00Z'),
    );
  });
});

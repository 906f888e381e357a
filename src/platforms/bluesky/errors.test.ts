import { describe, expect, it } from 'vitest';
import { readAnswer } from '../../http/read-answer.ts';
import { ERROR_RULES } from './error-table.ts';
import { blueskyError } from './errors.ts';

const NOW = new Date('2026-11-21T15:00:00Z');

const answer = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  readAnswer(status, headers, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));

/** What servers say: before the arm, after it, and what to do. */
const CASES = [
  [400, 'ExpiredToken', 'Token has expired', 'auth', 'auth', 'app password'],
  [400, 'InvalidToken', 'Token could not be verified', 'auth', 'auth', 'app password'],
  [401, 'AuthMissing', 'Authentication Required', 'auth', 'auth', 'app password'],
  [401, 'AuthenticationRequired', 'Invalid identifier or password', 'auth', 'auth', 'app password'],
  [401, 'BadJwt', '', 'auth', 'auth', 'app password'],
  [401, 'BadJwtSignature', '', 'auth', 'auth', 'app password'],
  [401, 'BadJwtType', '', 'auth', 'auth', 'app password'],
  [401, 'AuthFactorTokenRequired', 'A sign in code has been sent', 'auth', 'auth', 'app password'],
  [401, 'AccountTakedown', 'Account has been taken down', 'auth', 'auth', 'Sign in'],
  [400, 'AccountSuspended', '', 'auth', 'auth', 'Sign in'],
  [400, 'RepoTakendown', '', 'auth', 'auth', 'Sign in'],
  [400, 'RepoSuspended', '', 'auth', 'auth', 'Sign in'],
  [401, 'AccountDeactivated', 'Account is deactivated', 'auth', 'auth', 'activate'],
  [400, 'RepoDeactivated', '', 'auth', 'auth', 'activate'],
  [400, 'InvalidRequest', 'Invalid app.bsky.feed.post record: too long', 'rejected', 'rejected', 'Correct'],
  [400, 'InvalidRecord', '', 'rejected', 'rejected', 'Correct'],
  [400, 'BlobTooLarge', 'This file is too large.', 'rejected', 'rejected', 'smaller'],
  [413, 'PayloadTooLarge', 'request entity too large', 'rejected', 'rejected', 'smaller'],
  [400, 'InvalidMimeType', 'Wrong type of file.', 'rejected', 'rejected', 'JPEG'],
  [400, 'InvalidRequest', 'Could not find blob: bafkrei', 'temporary', 'temporary', 'uploaded'],
  [400, 'RecordNotFound', 'Could not locate record', 'rejected', 'rejected', 'still exists'],
  [400, 'HandleNotFound', 'Unable to resolve handle', 'rejected', 'rejected', 'Correct'],
  [400, 'InvalidSwap', 'Commit was at bafy', 'temporary', 'unknown', 'again'],
  [429, 'RateLimitExceeded', 'Rate Limit Exceeded', 'rate_limited', 'rate_limited', 'Nothing to do'],
  // Also what createRecord says of a key that is taken.
  [500, 'InternalServerError', 'Internal Server Error', 'temporary', 'unknown', 'again'],
  [502, 'UpstreamFailure', 'Upstream service unreachable', 'temporary', 'unknown', 'again'],
  [504, 'UpstreamTimeout', '', 'temporary', 'unknown', 'again'],
  [503, 'NotEnoughResources', '', 'temporary', 'unknown', 'again'],
  [503, 'ServiceUnavailable', '', 'temporary', 'unknown', 'again'],
  [501, 'MethodNotImplemented', '', 'temporary', 'unknown', 'again'],
  [400, 'SomethingNew', 'Never seen', 'temporary', 'unknown', 'account'],
] as const;

describe('an answer of Bluesky', () => {
  it.each(CASES)('%i %s “%s” is %s, after the arm %s', (status, error, message, before, after, hint) => {
    const response = answer(status, { error, message });
    expect(blueskyError(response, NOW, 'not armed').kind).toBe(before);
    const armed = blueskyError(response, NOW, 'armed');
    expect(armed.kind).toBe(after);
    expect(armed.message).toContain(message);
    expect(armed.hint).toContain(hint);
  });

  it('has an example for every rule', () => {
    const known = CASES.map(
      ([status, error, message]) => blueskyError(answer(status, { error, message }), NOW, 'armed').code,
    );
    for (const { key } of ERROR_RULES) expect(known).toContain(key);
  });

  it.each([
    ['a page', 502, '<html>'],
    ['a page with a code', 403, '<html>Forbidden'],
    ['nothing', 408, ''],
    ['JSON of somebody else', 403, { message: 'Forbidden' }],
    ['a success without an id', 200, {}],
  ])('that is %s is unknown after the arm', (_what, status, body) => {
    expect(blueskyError(answer(status, body), NOW, 'armed').kind).toBe('unknown');
    expect(blueskyError(answer(status, body), NOW, 'not armed').kind).toBe('temporary');
  });

  it.each([
    [{ 'retry-after': '120', 'ratelimit-reset': '1' }, 120],
    [{ 'ratelimit-reset': String(NOW.getTime() / 1000 + 200) }, 200],
    [{ 'ratelimit-reset': '1' }, 3_600],
    [{}, 3_600],
  ])('names the end of a limit: %j', (headers, seconds) => {
    const body = { error: 'RateLimitExceeded', message: '' };
    expect(blueskyError(answer(429, body, headers), NOW, 'armed').retryAt).toEqual(
      new Date(NOW.getTime() + seconds * 1_000),
    );
  });
});

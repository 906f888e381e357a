import { describe, expect, it } from 'vitest';
import type { ErrorKind } from '../../core/errors.ts';
import type { HttpResponse } from '../../core/http.ts';
import { ERROR_RULES, TOKEN_RULES } from './error-rules.ts';
import { youtubeError } from './errors.ts';
import { nextPacificMidnight } from './pacific.ts';

const NOW = new Date('2026-11-21T15:00:00Z');

function response(status: number, body: unknown, headers: Record<string, string> = {}): HttpResponse {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, headers, text, json: typeof body === 'string' ? undefined : body };
}

function google(code: number, reason: string, status?: string): unknown {
  const message = `About ${reason}`;
  return {
    error: {
      code,
      message,
      errors: [{ domain: 'youtube.video', reason, message }],
      ...(status && { status }),
    },
  };
}

// kind: before the arm / after it.
const TABLE: readonly (readonly [number, string, ErrorKind, ErrorKind, string])[] = [
  [401, 'authError', 'auth', 'auth', 'Connect'],
  [401, 'authorizationRequired', 'auth', 'auth', 'Connect'],
  [401, 'youtubeSignupRequired', 'auth', 'auth', 'Create a channel'],
  [403, 'insufficientPermissions', 'auth', 'auth', 'grant every permission'],
  [403, 'forbidden', 'auth', 'auth', 'grant every permission'],
  [403, 'channelClosed', 'auth', 'auth', 'YouTube Studio'],
  [403, 'channelSuspended', 'auth', 'auth', 'YouTube Studio'],
  [403, 'accountClosed', 'auth', 'auth', 'YouTube Studio'],
  [403, 'accessNotConfigured', 'config', 'config', 'Enable'],
  [403, 'quotaExceeded', 'rate_limited', 'rate_limited', 'higher quota'],
  [403, 'dailyLimitExceeded', 'rate_limited', 'rate_limited', 'higher quota'],
  [403, 'rateLimitExceeded', 'rate_limited', 'rate_limited', 'few minutes'],
  [403, 'userRateLimitExceeded', 'rate_limited', 'rate_limited', 'few minutes'],
  [429, 'uploadRateLimitExceeded', 'rate_limited', 'rate_limited', 'later'],
  [400, 'uploadLimitExceeded', 'rate_limited', 'rate_limited', '24 hours'],
  [400, 'invalidTitle', 'rejected', 'rejected', 'Correct'],
  [400, 'invalidDescription', 'rejected', 'rejected', 'Correct'],
  [400, 'invalidTags', 'rejected', 'rejected', 'Correct'],
  [400, 'invalidCategoryId', 'rejected', 'rejected', 'category_id'],
  [400, 'invalidPublishAt', 'rejected', 'rejected', 'Correct'],
  [400, 'invalidVideoMetadata', 'rejected', 'rejected', 'Correct'],
  [400, 'mediaBodyRequired', 'rejected', 'rejected', 'MP4'],
  [400, 'invalidFilename', 'rejected', 'rejected', 'MP4'],
  [400, 'invalidRecordingDetails', 'rejected', 'rejected', 'Correct'],
  [400, 'defaultLanguageNotSet', 'rejected', 'rejected', 'Correct'],
  [403, 'forbiddenPrivacySetting', 'rejected', 'rejected', 'privacy'],
  [403, 'forbiddenLicenseSetting', 'rejected', 'rejected', 'Correct'],
  [400, 'badRequest', 'rejected', 'rejected', 'Report'],
  [503, 'backendError', 'temporary', 'unknown', 'tried again'],
  [500, 'internalError', 'temporary', 'unknown', 'tried again'],
  [400, 'neverHeardOf', 'temporary', 'unknown', 'error table'],
];

describe('an answer in YouTube’s error shape', () => {
  it.each(TABLE)('%d %s is %s before the arm and %s after it', (status, reason, before, after, hint) => {
    const answer = response(status, google(status, reason));
    const early = youtubeError(answer, NOW, 'not armed');
    expect(early).toMatchObject({ kind: before, code: reason, platformCode: reason });
    expect(early.hint).toContain(hint);
    expect(early.message).toContain(`About ${reason}`);
    expect(youtubeError(answer, NOW, 'armed').kind).toBe(after);
  });

  it.each([
    [401, 'UNAUTHENTICATED', 'auth'],
    [403, 'PERMISSION_DENIED', 'auth'],
    [400, 'INVALID_ARGUMENT', 'rejected'],
    [429, 'RESOURCE_EXHAUSTED', 'rate_limited'],
  ])('%d with an unknown reason goes by its status %s', (code, status, kind) => {
    expect(youtubeError(response(code, google(code, 'somethingNew', status)), NOW, 'armed')).toMatchObject({
      kind,
      code: 'somethingNew',
    });
  });

  it('keeps the trace id and drops links from the message', () => {
    const body = {
      error: {
        code: 403,
        message: 'exceeded your <a href="/x">quota</a>.',
        errors: [{ reason: 'quotaExceeded' }],
      },
    };
    const error = youtubeError(response(403, body, { 'x-guploader-uploadid': 'AB-trace' }), NOW, 'armed');
    expect(error.traceId).toBe('AB-trace');
    expect(error.message).toContain('“exceeded your quota.”');
  });

  it.each([
    [200, {}],
    [201, { kind: 'youtube#video' }],
    [200, '<html>'],
    [308, ''],
    [400, 'Failed to parse Content-Range header.'],
    [403, '<html>Forbidden by proxy</html>'],
    [407, { error: 'proxy' }],
    [408, google(408, 'authError')],
    [502, google(502, 'invalidTitle')],
    [404, 'Not Found'],
  ])('is unknown after the arm when it is none: %d %j', (status, body) => {
    expect(youtubeError(response(status, body), NOW, 'armed').kind).toBe('unknown');
  });
});

describe('when to try again', () => {
  const retryAt = (reason: string, headers: Record<string, string> = {}): Date | undefined =>
    youtubeError(response(403, google(403, reason), headers), NOW, 'armed').retryAt;

  it('is midnight Pacific for the daily quota', () => {
    expect(retryAt('quotaExceeded')).toEqual(new Date('2026-11-22T08:00:00Z'));
  });

  it('is 24 hours for the channel’s uploads', () => {
    expect(retryAt('uploadLimitExceeded')).toEqual(new Date('2026-11-22T15:00:00Z'));
  });

  it('is what Retry-After says, in seconds or as a date', () => {
    expect(retryAt('userRateLimitExceeded', { 'retry-after': '30' })).toEqual(
      new Date('2026-11-21T15:00:30Z'),
    );
    const date = 'Sat, 21 Nov 2026 15:01:00 GMT';
    expect(retryAt('userRateLimitExceeded', { 'retry-after': date })).toEqual(
      new Date('2026-11-21T15:01:00Z'),
    );
    expect(retryAt('userRateLimitExceeded', { 'retry-after': 'soon' })).toEqual(
      new Date('2026-11-21T15:02:00Z'),
    );
  });

  it.each([
    ['the day before summer time begins', '2026-03-07T20:00:00Z', '2026-03-08T08:00:00Z'],
    ['the 23 hours of its first day', '2026-03-08T08:00:00Z', '2026-03-09T07:00:00Z'],
    ['the 25 hours of its last day', '2026-11-01T07:00:00Z', '2026-11-02T08:00:00Z'],
    ['the last second of a day', '2026-07-01T06:59:59Z', '2026-07-01T07:00:00Z'],
    ['midnight itself', '2026-07-01T07:00:00Z', '2026-07-02T07:00:00Z'],
  ])('knows %s', (_what, now, midnight) => {
    expect(nextPacificMidnight(new Date(now))).toEqual(new Date(midnight));
  });
});

describe('the token service', () => {
  it.each([
    [400, 'invalid_grant', 'auth', '7 days'],
    [401, 'invalid_client', 'config', 'YOUTUBE_CLIENT_SECRET'],
    [401, 'unauthorized_client', 'config', 'YOUTUBE_CLIENT_SECRET'],
    [400, 'invalid_request', 'config', 'YOUTUBE_CLIENT_ID'],
    [500, 'internal_failure', 'temporary', 'tried again'],
    [400, 'never_heard_of', 'temporary', 'error table'],
  ])('%d %s is %s', (status, error, kind, hint) => {
    const answer = response(status, { error, error_description: 'Said so.' });
    const found = youtubeError(answer, NOW, 'not armed', TOKEN_RULES);
    expect(found).toMatchObject({ kind, code: error, hint: expect.stringContaining(hint) });
  });
});

describe('the error tables', () => {
  it('what is wrong with the Google project, or used up of it, concerns every channel', () => {
    const scopeOf = (reason: string, table = ERROR_RULES) => table.find(({ key }) => key === reason)?.scope;
    for (const reason of ['accessNotConfigured', 'SERVICE_DISABLED', 'quotaExceeded', 'rateLimitExceeded'])
      expect(scopeOf(reason)).toBe('app');
    for (const error of ['invalid_client', 'unauthorized_client', 'invalid_request'])
      expect(scopeOf(error, TOKEN_RULES)).toBe('app');
    for (const reason of ['uploadLimitExceeded', 'uploadRateLimitExceeded', 'userRateLimitExceeded'])
      expect(scopeOf(reason)).toBe('account');
  });

  it.each([
    ['of the API', ERROR_RULES],
    ['of the token service', TOKEN_RULES],
  ])('%s name every key once and wait for every limit', (_which, rules) => {
    expect(new Set(rules.map(({ key }) => key)).size).toBe(rules.length);
    for (const rule of rules) {
      if (rule.kind === 'rate_limited')
        expect(rule).toMatchObject({ waitMs: expect.any(Number), scope: expect.any(String) });
    }
  });
});

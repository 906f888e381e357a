import { describe, expect, it } from 'vitest';
import type { ErrorKind, HoldScope, PublishError } from '../../core/errors.ts';
import type { HttpResponse } from '../../core/http.ts';
import { ERROR_RULES } from './error-rules.ts';
import { facebookError, isDuplicate } from './errors.ts';

const NOW = new Date('2026-11-21T10:00:00Z');
const HOUR_MS = 3_600_000;

function answer(code: number, subcode?: number, headers: Record<string, string> = {}): HttpResponse {
  const error = {
    message: 'What Meta says',
    type: 'OAuthException',
    code,
    error_subcode: subcode,
    fbtrace_id: 'AbC',
  };
  const text = JSON.stringify({ error });
  return { status: 400, headers, text, json: JSON.parse(text) as unknown };
}

function classified(response: HttpResponse, moment: 'armed' | 'not armed' = 'not armed'): PublishError {
  return facebookError(response, NOW, moment);
}

/** Code, subcode, kind before the arm, kind after it, a word of the hint. */
const TABLE: readonly (readonly [number, number | undefined, ErrorKind, ErrorKind, RegExp])[] = [
  [1, undefined, 'temporary', 'unknown', /tried again/],
  [2, undefined, 'temporary', 'unknown', /tried again/],
  [3, undefined, 'auth', 'auth', /grant every permission/],
  [4, undefined, 'rate_limited', 'rate_limited', /goes out when/],
  [10, undefined, 'auth', 'auth', /grant every permission/],
  [12, undefined, 'config', 'config', /FACEBOOK_API_VERSION/],
  [17, undefined, 'rate_limited', 'rate_limited', /goes out when/],
  [32, undefined, 'rate_limited', 'rate_limited', /goes out when/],
  [100, undefined, 'rejected', 'rejected', /Correct the post/],
  [100, 33, 'rejected', 'rejected', /Page exists/],
  [100, 1363040, 'rejected', 'rejected', /new file/],
  [100, 1363127, 'rejected', 'rejected', /new file/],
  [100, 1363128, 'rejected', 'rejected', /Shorten/],
  [100, 1363129, 'rejected', 'rejected', /new file/],
  [100, 1366046, 'rejected', 'rejected', /JPEG/],
  [100, 1366051, 'rejected', 'rejected', /other photos/],
  [102, undefined, 'auth', 'auth', /Connect/],
  [102, 463, 'auth', 'auth', /Connect/],
  [190, undefined, 'auth', 'auth', /Connect/],
  [190, 458, 'auth', 'auth', /Connect/],
  [190, 459, 'auth', 'auth', /Log in/],
  [190, 460, 'auth', 'auth', /Connect/],
  [190, 463, 'auth', 'auth', /Connect/],
  [190, 464, 'auth', 'auth', /confirm/],
  [190, 467, 'auth', 'auth', /Connect/],
  [190, 492, 'auth', 'auth', /may create content/],
  [200, undefined, 'auth', 'auth', /grant every permission/],
  [200, 1609008, 'rejected', 'rejected', /Remove the link/],
  [299, undefined, 'auth', 'auth', /grant every permission/],
  [324, undefined, 'rejected', 'rejected', /JPEG/],
  [341, undefined, 'rate_limited', 'rate_limited', /goes out when/],
  [352, undefined, 'rejected', 'rejected', /MP4/],
  [368, undefined, 'rate_limited', 'rate_limited', /Page quality/],
  [382, undefined, 'rejected', 'rejected', /MP4/],
  [389, undefined, 'rejected', 'rejected', /Attach/],
  [506, undefined, 'rejected', 'rejected', /Change the text/],
  [506, 1455006, 'rejected', 'rejected', /Change the text/],
  [613, undefined, 'rate_limited', 'rate_limited', /goes out when/],
  [1500, undefined, 'rejected', 'rejected', /Correct the link/],
  [2500, undefined, 'config', 'config', /FACEBOOK_API_VERSION/],
  [6000, undefined, 'temporary', 'unknown', /tried again/],
  [6000, 1363024, 'rejected', 'rejected', /MP4/],
  [6001, undefined, 'temporary', 'unknown', /tried again/],
  [6001, 1363037, 'temporary', 'unknown', /tried again/],
  [80_001, undefined, 'rate_limited', 'rate_limited', /goes out when/],
  [80_014, undefined, 'rate_limited', 'rate_limited', /goes out when/],
  [200, 1404078, 'auth', 'auth', /authorization/],
  [100, 1346003, 'rejected', 'rejected', /Change the text/],
  [100, 1390008, 'rate_limited', 'rate_limited', /goes out when/],
  [100, 1609010, 'temporary', 'unknown', /tried again/],
  [1363031, undefined, 'rejected', 'rejected', /MP4/],
  [1363023, undefined, 'rejected', 'rejected', /Shorten/],
  [1363042, undefined, 'auth', 'auth', /grant every permission/],
  [1609005, undefined, 'rejected', 'rejected', /Sharing Debugger/],
  [777_777, undefined, 'temporary', 'unknown', /error table/],
];

describe('the error table', () => {
  it.each(TABLE)('%i/%s is %s before the arm and %s after it', (code, subcode, before, armed, hint) => {
    const error = classified(answer(code, subcode));
    expect(error.kind).toBe(before);
    expect(error.hint).toMatch(hint);
    expect(error.platformCode).toBe(subcode === undefined ? `${code}` : `${code}/${subcode}`);
    expect(error.traceId).toBe('AbC');
    expect(error.message).toContain('What Meta says');
    expect(classified(answer(code, subcode), 'armed').kind).toBe(armed);
  });

  it.each([
    ['OffsetInvalidError', 'temporary'],
    ['PartialRequestError', 'temporary'],
    ['ProcessingFailedError', 'rejected'],
    ['SomethingNew', 'temporary'],
  ])('reads %s of the upload host as %s', (type, kind) => {
    const json = { debug_info: { retriable: false, type, message: 'x' } };
    expect(classified({ status: 400, headers: {}, text: '', json }).kind).toBe(kind);
  });

  it.each<[number, HoldScope, number]>([
    [4, 'app', HOUR_MS],
    [341, 'app', HOUR_MS],
    [32, 'account', HOUR_MS],
    [80_001, 'account', HOUR_MS],
    [368, 'account', 24 * HOUR_MS],
  ])('holds after %i the %s for its time', (code, scope, waitMs) => {
    const error = classified(answer(code));
    expect(error.scope).toBe(scope);
    expect(error.retryAt).toEqual(new Date(NOW.getTime() + waitMs));
  });

  it('prefers the time that Facebook names', () => {
    const usage = JSON.stringify({
      '1': [{ type: 'pages', call_count: 100, estimated_time_to_regain_access: 7 }],
    });
    const error = classified(answer(80_001, undefined, { 'x-business-use-case-usage': usage }));
    expect(error.retryAt).toEqual(new Date(NOW.getTime() + 7 * 60_000));
  });

  it('has each key once, and whole sentences', () => {
    const keys = ERROR_RULES.map(({ key }) => key);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
    for (const { message, hint } of ERROR_RULES) {
      expect(message).toMatch(/^[A-Z].*\.$/s);
      expect(hint).toMatch(/^[A-Z].*\.$/s);
    }
  });

  it.each([
    ['506', true],
    ['506/1455006', true],
    ['100/1366051', true],
    ['100', false],
    ['5060', false],
  ])('calls %s a duplicate: %s', (code, expected) => {
    expect(isDuplicate(code)).toBe(expected);
  });
});

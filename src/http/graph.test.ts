import { describe, expect, it } from 'vitest';
import type { ErrorRule } from '../core/errors.ts';
import type { HttpResponse } from '../core/http.ts';
import { graphAnswer, graphError, retryAtFromUsage } from './graph.ts';

const NOW = new Date('2026-11-21T10:00:00Z');
const RULES: readonly ErrorRule[] = [
  { key: '190/463', kind: 'auth', message: 'The token has expired.', hint: 'Connect again.' },
  { key: '190', kind: 'auth', message: 'The token is not valid.', hint: 'Connect again.' },
  { key: '2', kind: 'temporary', message: 'The service is busy.', hint: 'Nothing.' },
  { key: '100', kind: 'rejected', message: 'A parameter is wrong.', hint: 'Change the post.' },
  { key: 'transient', kind: 'temporary', message: 'It will pass.', hint: 'Nothing.' },
];

function answer(status: number, json: unknown, headers: Record<string, string> = {}): HttpResponse {
  return { status, headers, json, text: json === undefined ? '<html>' : JSON.stringify(json) };
}

describe('graphAnswer', () => {
  it('puts the pair of code and subcode before the subcode and the code alone and keeps the trace id', () => {
    const found = graphAnswer(
      answer(400, { error: { message: 'Expired', code: 190, error_subcode: 463, fbtrace_id: 'A1' } }),
      NOW,
    );
    expect(found?.keys).toEqual(['190/463', '*/463', '190']);
    expect(found?.platformCode).toBe('190/463');
    expect(found?.traceId).toBe('A1');
  });

  it('reads the error body of rupload', () => {
    const body = { debug_info: { retriable: true, type: 'PartialRequestError', message: 'Partial request' } };
    expect(graphAnswer(answer(400, body), NOW)?.keys).toEqual(['PartialRequestError', 'transient']);
  });

  it.each([undefined, null, [], {}, { error: 'x' }, { error: { code: '190' } }, { id: '1' }])(
    'does not take %j for an error of Meta',
    (json) => {
      expect(graphAnswer(answer(400, json), NOW)).toBeNull();
    },
  );

  it('never repeats a token that Meta quotes in its message', () => {
    const body = { error: { message: 'Malformed access token EAABsbCS1iHgBAKZC0abcdef', code: 190 } };
    expect(graphAnswer(answer(400, body), NOW)?.platformMessage).toBe('Malformed access token [secret]');
  });

  it('keeps ordinary words of a message', () => {
    const body = {
      error: { message: 'Error validating access token: Session has expired on Monday.', code: 190 },
    };
    expect(graphAnswer(answer(400, body), NOW)?.platformMessage).toContain('Session has expired on Monday.');
  });
});

describe('graphError', () => {
  const refusal = { error: { message: 'Invalid parameter', code: 100 } };
  it.each([
    ['a known refusal', answer(400, refusal), 'rejected', 'rejected'],
    ['a refusal with 5xx', answer(500, refusal), 'unknown', 'rejected'],
    ['code 2', answer(400, { error: { message: 'Busy', code: 2 } }), 'unknown', 'temporary'],
    ['an unknown code', answer(400, { error: { message: '?', code: 777 } }), 'unknown', 'temporary'],
    [
      'an unknown code that is transient',
      answer(400, { error: { code: 777, is_transient: true } }),
      'unknown',
      'temporary',
    ],
    ['HTML', answer(403, undefined), 'unknown', 'temporary'],
    ['a success without id', answer(200, {}), 'unknown', 'temporary'],
    ['an expired token', answer(400, { error: { code: 190, error_subcode: 463 } }), 'auth', 'auth'],
  ])('takes %s after the arm as %s → %s', (_name, response, armed, notArmed) => {
    expect(graphError(RULES, response, NOW, 'armed').kind).toBe(armed);
    expect(graphError(RULES, response, NOW, 'not armed').kind).toBe(notArmed);
  });
});

describe('usage headers', () => {
  const business = JSON.stringify({
    '123': [
      {
        type: 'pages',
        call_count: 100,
        total_cputime: 25,
        total_time: 30,
        estimated_time_to_regain_access: 15,
      },
      {
        type: 'instagram',
        call_count: 2,
        total_cputime: 1,
        total_time: 1,
        estimated_time_to_regain_access: 0,
      },
    ],
  });

  it('waits the longest time that Meta names, in minutes', () => {
    expect(retryAtFromUsage({ 'x-business-use-case-usage': business }, NOW)).toEqual(
      new Date('2026-11-21T10:15:00Z'),
    );
  });

  it.each(['', '{', '[]', '{"1":[{"estimated_time_to_regain_access":0}]}'])(
    'names no time for %j',
    (header) => {
      expect(retryAtFromUsage({ 'x-business-use-case-usage': header }, NOW)).toBeUndefined();
    },
  );

  it('waits out the rolling hour when the budget of the app is used up', () => {
    const header = '{"call_count":100,"total_time":25,"total_cputime":96}';
    expect(retryAtFromUsage({ 'x-app-usage': header }, NOW)).toEqual(new Date('2026-11-21T11:00:00Z'));
    expect(retryAtFromUsage({ 'x-app-usage': '{"call_count":99}' }, NOW)).toBeUndefined();
  });
});

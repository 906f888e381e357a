import { describe, expect, it } from 'vitest';
import type { ErrorKind } from '../../core/errors.ts';
import type { HttpResponse } from '../../core/http.ts';
import { CONTAINER_RULES, ERROR_RULES } from './error-rules.ts';
import { containerError, publishError, requestError } from './errors.ts';

const NOW = new Date('2026-11-21T10:00:00Z');
const inMinutes = (minutes: number): Date => new Date(NOW.getTime() + minutes * 60_000);

interface More {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly transient?: boolean;
  readonly message?: string;
}

function answer(
  code: number,
  subcode?: number,
  { status = 400, headers = {}, transient = false, message = 'Something' }: More = {},
): HttpResponse {
  const json = {
    error: {
      message,
      type: 'THApiException',
      code,
      ...(subcode === undefined ? {} : { error_subcode: subcode }),
      is_transient: transient,
      error_user_title: 'Title',
      error_user_msg: 'What a person reads',
      fbtrace_id: 'AtraceId',
    },
  };
  return { status, headers, json, text: JSON.stringify(json) };
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

describe('the error table', () => {
  // Code, subcode → kind and a word of the hint while preparing → kind after the arm.
  const table: readonly (readonly [number, number | undefined, ErrorKind, RegExp, ErrorKind])[] = [
    [1, 2207052, 'temporary', /facebookexternalhit/, 'unknown'],
    [24, 4279009, 'temporary', /tried again/, 'unknown'],
    [24, 2207006, 'temporary', /tried again/, 'unknown'],
    [24, 2207008, 'temporary', /tried again/, 'unknown'],
    [24, undefined, 'temporary', /tried again/, 'unknown'],
    [9007, 2207027, 'temporary', /tried again/, 'unknown'],
    [9007, undefined, 'temporary', /tried again/, 'unknown'],
    [100, 33, 'temporary', /still exists/, 'unknown'],
    [100, undefined, 'rejected', /Read what Threads said/, 'rejected'],
    [4, 2207051, 'rate_limited', /varied/, 'unknown'],
    [9, 2207042, 'rate_limited', /a day old/, 'rate_limited'],
    [368, undefined, 'rate_limited', /Open Threads/, 'rate_limited'],
    ...[17, 32, 613, ...range(80_000, 80_014)].map(
      (code) => [code, undefined, 'rate_limited', /tried again/, 'rate_limited'] as const,
    ),
    [4, undefined, 'rate_limited', /tried again/, 'rate_limited'],
    [341, undefined, 'rate_limited', /tried again/, 'rate_limited'],
    [190, 458, 'auth', /Connect/, 'auth'],
    [190, 459, 'auth', /Open Threads/, 'auth'],
    [190, 460, 'auth', /Connect/, 'auth'],
    [190, 463, 'auth', /Connect/, 'auth'],
    [190, 464, 'auth', /Open Threads/, 'auth'],
    [190, 467, 'auth', /Connect/, 'auth'],
    ...[190, 102, 104].map((code) => [code, undefined, 'auth', /Connect/, 'auth'] as const),
    ...[3, 10, ...range(200, 299)].map(
      (code) => [code, undefined, 'auth', /allow everything/, 'auth'] as const,
    ),
    [2500, undefined, 'config', /THREADS_API_VERSION/, 'config'],
    [1, undefined, 'temporary', /tried again/, 'unknown'],
    [2, undefined, 'temporary', /tried again/, 'unknown'],
  ];

  it.each(table)('reads %j/%j as %s (hint %j), after the arm as %s', (code, subcode, kind, hint, armed) => {
    const error = requestError(answer(code, subcode), NOW);
    expect(error.kind).toBe(kind);
    expect(error.hint).toMatch(hint);
    expect(error.message).toContain('“What a person reads”');
    expect(error.traceId).toBe('AtraceId');
    expect(error.platformCode).toBe(subcode === undefined ? `${code}` : `${code}/${subcode}`);
    expect(publishError(answer(code, subcode), NOW, false).kind).toBe(armed);
  });

  it('has an example above for every rule', () => {
    const tested = table.flatMap(([code, subcode]) => [`${code}`, `${code}/${subcode}`, `*/${subcode}`]);
    const others = ['transient', 'THREADS_API__LINK_LIMIT_EXCEEDED'];
    expect(ERROR_RULES.map(({ key }) => key).filter((key) => ![...tested, ...others].includes(key))).toEqual(
      [],
    );
  });

  it('knows too many links by the name that stands in the words', () => {
    const error = requestError(
      answer(100, undefined, { message: 'Invalid: THREADS_API__LINK_LIMIT_EXCEEDED.' }),
      NOW,
    );
    expect(error).toMatchObject({ kind: 'rejected', message: expect.stringContaining('more than 5 links') });
  });

  it('shows a code raw that it does not know, and tries again', () => {
    const error = requestError(answer(24_000, 4279013), NOW);
    expect(error).toMatchObject({ kind: 'temporary', code: '24000/4279013' });
    expect(error.message).toContain('24000/4279013');
  });
});

describe('threads_publish', () => {
  const html = { status: 502, headers: {}, json: undefined, text: '<html>Bad gateway</html>' };
  it.each([
    ['an answer that is not Meta’s', html],
    ['a success without an id', { status: 200, headers: {}, json: {}, text: '{}' }],
    ['an unknown code', answer(777)],
    ['a known refusal with HTTP 500', answer(100, undefined, { status: 500 })],
    ['a transient unknown code', answer(778, undefined, { transient: true })],
    ['a container that is not found, though it was FINISHED', answer(24, 4279009)],
  ])('leaves the outcome unknown after %s', (_name, response) => {
    expect(publishError(response, NOW, false).kind).toBe('unknown');
    expect(requestError(response, NOW).kind).not.toBe('unknown');
  });

  it.each([
    ['an invalid parameter', 100, undefined],
    ['a missing container', 24, 4279009],
  ])('takes "%s" for no proof when an earlier send had no answer', (_name, code, subcode) => {
    expect(publishError(answer(code, subcode), NOW, true).kind).toBe('unknown');
  });
});

describe('waiting', () => {
  it('waits as long as the platform’s headers say, else an hour', () => {
    const business = JSON.stringify({ '25': [{ estimated_time_to_regain_access: 7 }] });
    const headers = { 'x-business-use-case-usage': business };
    expect(requestError(answer(613, undefined, { headers }), NOW).retryAt).toEqual(inMinutes(7));
    expect(requestError(answer(613), NOW).retryAt).toEqual(inMinutes(60));
    const usage = { 'x-app-usage': JSON.stringify({ call_count: 100, total_time: 3, total_cputime: 1 }) };
    expect(requestError(answer(4, undefined, { headers: usage }), NOW).retryAt).toEqual(inMinutes(60));
  });

  it('holds the whole app for the app’s limit and the account for its own', () => {
    for (const code of [4, 341]) expect(requestError(answer(code), NOW).scope).toBe('app');
    for (const code of [17, 32, 613, 80_002]) expect(requestError(answer(code), NOW).scope).toBe('account');
    expect(requestError(answer(4, 2207051), NOW).scope).toBe('account');
  });
});

describe('a container that failed', () => {
  it.each([
    ['FAILED_DOWNLOADING_VIDEO', 'temporary', /facebookexternalhit/],
    ['FAILED_PROCESSING_AUDIO', 'temporary', /export it anew/],
    ['FAILED_PROCESSING_VIDEO', 'temporary', /export it anew/],
    ['INVALID_ASPEC_RATIO', 'rejected', /Crop/],
    ['INVALID_BIT_RATE', 'rejected', /Export it anew/],
    ['INVALID_DURATION', 'rejected', /Cut it/],
    ['INVALID_FRAME_RATE', 'rejected', /Export it anew/],
    ['INVALID_AUDIO_CHANNELS', 'rejected', /Export it anew/],
    ['INVALID_AUDIO_CHANNEL_LAYOUT', 'rejected', /Export it anew/],
    ['UNKNOWN', 'temporary', /another file/],
  ])('is judged by its error_message: %s', (name, kind, hint) => {
    const error = containerError(name, NOW);
    expect(error).toMatchObject({ kind, code: name });
    expect(error.hint).toMatch(hint);
    expect(CONTAINER_RULES.map(({ key }) => key)).toContain(name);
  });

  it.each([
    ['SOMETHING_NEW', 'SOMETHING_NEW'],
    ['a whole sentence', 'CONTAINER_ERROR'],
    ['', 'CONTAINER_ERROR'],
  ])('is tried again when that is not known: %j', (name, code) => {
    expect(containerError(name, NOW)).toMatchObject({ kind: 'temporary', code });
  });
});

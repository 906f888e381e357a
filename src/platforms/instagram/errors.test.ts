import { describe, expect, it } from 'vitest';
import type { ErrorKind } from '../../core/errors.ts';
import type { HttpResponse } from '../../core/http.ts';
import { ERROR_RULES } from './error-rules.ts';
import { containerError, publishError, requestError } from './errors.ts';

const NOW = new Date('2026-11-21T10:00:00Z');
const inMinutes = (minutes: number): Date => new Date(NOW.getTime() + minutes * 60_000);

function answer(
  code: number,
  subcode?: number,
  {
    status = 400,
    headers = {},
    transient = false,
  }: { status?: number; headers?: Record<string, string>; transient?: boolean } = {},
): HttpResponse {
  const json = {
    error: {
      message: 'Something',
      type: 'OAuthException',
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

describe('the error table', () => {
  // Code, subcode → kind and a word of the hint while preparing → kind after the arm.
  const table: readonly (readonly [number, number | undefined, ErrorKind, RegExp, ErrorKind])[] = [
    [-2, 2207003, 'temporary', /tried again/, 'unknown'],
    [-2, 2207020, 'temporary', /tried again/, 'unknown'],
    [-1, 2207001, 'temporary', /tried again/, 'unknown'],
    [-1, 2207032, 'temporary', /tried again/, 'unknown'],
    [-1, 2207053, 'temporary', /tried again/, 'unknown'],
    [1, 2207057, 'rejected', /thumb_offset/, 'rejected'],
    [4, 2207051, 'rate_limited', /varied/, 'unknown'],
    [9, 2207042, 'rate_limited', /a day old/, 'rate_limited'],
    [24, 2207006, 'temporary', /permissions/, 'unknown'],
    [24, 2207008, 'temporary', /tried again/, 'unknown'],
    [25, 2207050, 'auth', /Open Instagram/, 'auth'],
    [100, 2207023, 'rejected', /change the post/, 'rejected'],
    [100, 2207028, 'rejected', /number of files/, 'rejected'],
    [100, 2207035, 'rejected', /change the post/, 'rejected'],
    [100, 2207036, 'rejected', /change the post/, 'rejected'],
    [100, 2207037, 'rejected', /change the post/, 'rejected'],
    [100, 2207040, 'rejected', /mentions/, 'rejected'],
    [100, 33, 'temporary', /professional account/, 'unknown'],
    [100, undefined, 'rejected', /Read what Instagram said/, 'rejected'],
    [352, 2207026, 'rejected', /MP4/, 'rejected'],
    [352, 2207077, 'temporary', /public/, 'unknown'],
    [352, 2207082, 'temporary', /tried again/, 'unknown'],
    [9004, 2207052, 'temporary', /facebookexternalhit/, 'unknown'],
    [9007, 2207027, 'temporary', /tried again/, 'temporary'],
    [36000, 2207004, 'rejected', /smaller image/, 'rejected'],
    [36001, 2207005, 'rejected', /JPEG/, 'rejected'],
    [36003, 2207009, 'rejected', /Crop/, 'rejected'],
    [36004, 2207010, 'rejected', /Shorten/, 'rejected'],
    [10, undefined, 'auth', /allow everything/, 'auth'],
    [3, undefined, 'auth', /allow everything/, 'auth'],
    [200, undefined, 'auth', /allow everything/, 'auth'],
    [190, undefined, 'auth', /Connect/, 'auth'],
    [190, 458, 'auth', /Connect/, 'auth'],
    [190, 459, 'auth', /Open Instagram/, 'auth'],
    [190, 460, 'auth', /Connect/, 'auth'],
    [190, 463, 'auth', /Connect/, 'auth'],
    [190, 464, 'auth', /Open Instagram/, 'auth'],
    [190, 467, 'auth', /Connect/, 'auth'],
    [102, undefined, 'auth', /Connect/, 'auth'],
    [104, undefined, 'auth', /Connect/, 'auth'],
    ...Array.from(
      { length: 15 },
      (_, use) => [80_000 + use, undefined, 'rate_limited', /tried again/, 'rate_limited'] as const,
    ),
    [341, undefined, 'rate_limited', /tried again/, 'rate_limited'],
    [4, undefined, 'rate_limited', /tried again/, 'rate_limited'],
    [17, undefined, 'rate_limited', /tried again/, 'rate_limited'],
    [32, undefined, 'rate_limited', /tried again/, 'rate_limited'],
    [613, undefined, 'rate_limited', /tried again/, 'rate_limited'],
    [368, undefined, 'rate_limited', /Open Instagram/, 'rate_limited'],
    [2500, undefined, 'config', /API version/, 'config'],
    [1, undefined, 'temporary', /tried again/, 'unknown'],
    [2, undefined, 'temporary', /tried again/, 'unknown'],
    [-1, undefined, 'temporary', /tried again/, 'unknown'],
    [-2, undefined, 'temporary', /tried again/, 'unknown'],
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
    expect(
      ERROR_RULES.map(({ key }) => key).filter((key) => key !== 'transient' && !tested.includes(key)),
    ).toEqual([]);
  });

  it('has no rule twice', () => {
    const keys = ERROR_RULES.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('media_publish', () => {
  const html = { status: 502, headers: {}, json: undefined, text: '<html>Bad gateway</html>' };
  it.each([
    ['an answer that is not Meta’s', html],
    ['a success without an id', { status: 200, headers: {}, json: {}, text: '{}' }],
    ['an unknown code', answer(777)],
    ['a known refusal with HTTP 500', answer(36003, 2207009, { status: 500 })],
    ['"not ready" with HTTP 500', answer(9007, 2207027, { status: 500 })],
    ['a transient unknown code', answer(778, undefined, { transient: true })],
  ])('leaves the outcome unknown after %s', (_name, response) => {
    expect(publishError(response, NOW, false).kind).toBe('unknown');
    expect(requestError(response, NOW).kind).not.toBe('unknown');
  });

  it('is definitely not out when the container is not ready, and soon tried again', () => {
    const error = publishError(answer(9007, 2207027), NOW, false);
    expect(error.kind).toBe('temporary');
    expect(error.retryAt).toEqual(new Date(NOW.getTime() + 10_000));
  });

  it.each([
    ['not ready', 9007, 2207027],
    ['an invalid parameter', 100, undefined],
    ['a missing container', 24, 2207008],
  ])('takes "%s" for no proof when an earlier send had no answer', (_name, code, subcode) => {
    expect(publishError(answer(code, subcode), NOW, true).kind).toBe('unknown');
  });
});

describe('waiting', () => {
  const usage = (minutes: number): Record<string, string> => ({
    'x-business-use-case-usage': JSON.stringify({
      '17841400000000001': [
        {
          type: 'instagram',
          call_count: 100,
          total_cputime: 1,
          total_time: 1,
          estimated_time_to_regain_access: minutes,
        },
      ],
    }),
  });

  it('waits as long as the platform’s header says', () => {
    expect(requestError(answer(80002, undefined, { headers: usage(7) }), NOW).retryAt).toEqual(inMinutes(7));
  });

  it('waits an hour when a limit names no time', () => {
    expect(requestError(answer(80002), NOW).retryAt).toEqual(inMinutes(60));
  });

  it('holds the whole app for the app’s limit and the account for its own', () => {
    expect(requestError(answer(4), NOW).scope).toBe('app');
    expect(requestError(answer(341), NOW).scope).toBe('app');
    for (const code of [80000, 80002, 80014]) {
      expect(requestError(answer(code), NOW)).toMatchObject({ kind: 'rate_limited', scope: 'account' });
    }
    expect(requestError(answer(4, 2207051), NOW).scope).toBe('account');
  });
});

describe('a container that failed', () => {
  it('is judged by the subcode in its status', () => {
    const error = containerError('Error: Media upload has failed with error code 2207026', NOW);
    expect(error).toMatchObject({ kind: 'rejected', code: '2207026' });
    expect(error.hint).toContain('MP4');
  });

  it('is tried again when the subcode is not known, with the platform’s sentence', () => {
    const error = containerError('Error: Media upload has failed with error code 2207999', NOW);
    expect(error).toMatchObject({ kind: 'temporary', code: '2207999' });
    expect(error.message).toContain('error code 2207999');
  });

  it('is tried again when there is no subcode at all', () => {
    expect(containerError('', NOW)).toMatchObject({ kind: 'temporary', code: 'CONTAINER_ERROR' });
  });
});

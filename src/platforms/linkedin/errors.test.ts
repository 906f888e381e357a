import { describe, expect, it } from 'vitest';
import type { HttpResponse } from '../../core/http.ts';
import { ERROR_RULES, TOKEN_RULES } from './error-table.ts';
import { linkedinAnswer, linkedinError } from './errors.ts';

const NOW = new Date('2026-11-21T15:00:00Z');
const MIDNIGHT = new Date('2026-11-22T00:00:00Z');

function response(status: number, json: unknown, headers: Record<string, string> = {}): HttpResponse {
  return { status, json, headers, text: json === undefined ? '<html>' : JSON.stringify(json) };
}

const DUPLICATE = {
  errorDetailType: 'com.linkedin.common.error.BadRequest',
  message:
    'com.linkedin.content.common.exception.BadRequestResponseException: Content is a duplicate of urn:li:share:7141138937766391808',
  errorDetails: {
    inputErrors: [{ description: 'Duplicate post is detected', input: {}, code: 'DUPLICATE_POST' }],
  },
  status: 422,
};

/** Answers as LinkedIn gives them: what they mean before the arm, after it, and what to do. */
const CASES = [
  [
    401,
    { status: 401, serviceErrorCode: 65602, code: 'EXPIRED_ACCESS_TOKEN', message: 'expired' },
    'auth',
    'auth',
    'Connect',
  ],
  [
    401,
    { status: 401, serviceErrorCode: 65601, code: 'REVOKED_ACCESS_TOKEN', message: 'revoked' },
    'auth',
    'auth',
    'Connect',
  ],
  [401, { status: 401, serviceErrorCode: 65600, message: 'Invalid access token' }, 'auth', 'auth', 'Connect'],
  [401, { status: 401, message: 'Unauthorized' }, 'auth', 'auth', 'Connect'],
  [
    403,
    { status: 403, serviceErrorCode: 100, code: 'ACCESS_DENIED', message: 'Not enough permissions' },
    'auth',
    'auth',
    'administrator',
  ],
  [
    403,
    { status: 403, message: 'Accessing this video resource is forbidden.' },
    'auth',
    'auth',
    'permission',
  ],
  [
    426,
    { status: 426, code: 'NONEXISTENT_VERSION', message: 'Requested version 20251101 is not active' },
    'config',
    'config',
    'LINKEDIN_API_VERSION',
  ],
  [
    400,
    { status: 400, code: 'VERSION_MISSING', message: 'A version must be present.' },
    'config',
    'config',
    'LINKEDIN_API_VERSION',
  ],
  [
    429,
    { status: 429, message: 'Resource level throttle limit for calls to this resource is reached.' },
    'rate_limited',
    'rate_limited',
    'Nothing to do',
  ],
  [
    429,
    {
      status: 429,
      serviceErrorCode: 101,
      message: 'Resource level throttle APPLICATION DAY limit for calls to this resource is reached.',
    },
    'rate_limited',
    'rate_limited',
    'Nothing to do',
  ],
  [422, DUPLICATE, 'rejected', 'rejected', 'change the text'],
  [
    422,
    { status: 422, message: 'Content is a duplicate of urn:li:share:1' },
    'rejected',
    'rejected',
    'change the text',
  ],
  [400, { status: 400, code: 'FIELD_LENGTH_TOO_LONG', message: '' }, 'rejected', 'rejected', 'Shorten'],
  [400, { status: 400, code: 'MISSING_FIELD', message: '' }, 'rejected', 'rejected', 'Correct'],
  [400, { status: 400, code: 'INVALID_VALUE_FOR_FIELD', message: '' }, 'rejected', 'rejected', 'Correct'],
  [400, { status: 400, code: 'INVALID_URN_TYPE', message: '' }, 'rejected', 'rejected', 'Correct'],
  [400, { status: 400, code: 'INVALID_URN_ID', message: '' }, 'rejected', 'rejected', 'Correct'],
  [400, { status: 400, code: 'INVALID_IMAGE_ID', message: '' }, 'temporary', 'temporary', 'uploaded'],
  [
    400,
    { status: 400, code: 'MEDIA_ASSET_WAITING_UPLOAD', message: '' },
    'temporary',
    'temporary',
    'tried again',
  ],
  [
    400,
    { status: 400, code: 'MEDIA_ASSET_PROCESSING_FAILED', message: '' },
    'temporary',
    'temporary',
    'export the file',
  ],
  [400, { status: 400, code: 'EXPIRED_UPLOAD_URL', message: '' }, 'temporary', 'temporary', 'uploaded'],
  [413, { status: 413, message: 'too large' }, 'rejected', 'rejected', 'smaller'],
  [415, { status: 415, message: 'unsupported' }, 'rejected', 'rejected', 'JPEG'],
  [
    422,
    { status: 422, message: 'ERROR :: /foo :: unrecognized field found but not allowed\n' },
    'rejected',
    'rejected',
    'Report',
  ],
  [409, { status: 409, code: 'CONFLICT', message: '' }, 'temporary', 'unknown', 'tried again'],
  [500, { status: 500, code: 'INTERNAL_SERVER_ERROR', message: '' }, 'temporary', 'unknown', 'tried again'],
  [503, { status: 503, message: '' }, 'temporary', 'unknown', 'tried again'],
  [504, { status: 504, message: 'Gateway Timeout' }, 'temporary', 'unknown', 'tried again'],
  // What looks like a refusal and may be none.
  [400, { status: 400, code: 'SOMETHING_NEW', message: '' }, 'temporary', 'unknown', 'report the code'],
  [422, { status: 422, message: 'Something is wrong' }, 'temporary', 'unknown', 'report the code'],
  [403, undefined, 'temporary', 'unknown', 'proxy'],
  [500, undefined, 'temporary', 'unknown', 'proxy'],
  [400, { error: { message: 'of another API' } }, 'temporary', 'unknown', 'proxy'],
  [400, { status: 401, code: 'EXPIRED_ACCESS_TOKEN' }, 'temporary', 'unknown', 'proxy'],
] as const;

describe('LinkedIn’s answers', () => {
  it.each(CASES)('%i %j', (status, body, before, after, hint) => {
    const answer = response(status, body, { 'x-li-uuid': 'AAYtrace' });
    expect(linkedinError(answer, NOW, 'not armed')).toMatchObject({ kind: before, traceId: 'AAYtrace' });
    expect(linkedinError(answer, NOW, 'armed')).toMatchObject({ kind: after });
    expect(linkedinError(answer, NOW, 'armed').hint).toContain(hint);
  });

  it('with a 5xx are never definite after the arm, whatever their code', () => {
    const answer = response(500, { status: 500, code: 'MISSING_FIELD', message: '' });
    expect(linkedinError(answer, NOW, 'armed').kind).toBe('unknown');
  });

  it('about files are definite as 400 only', () => {
    const answer = response(503, { status: 503, code: 'MEDIA_ASSET_WAITING_UPLOAD', message: '' });
    expect(linkedinError(answer, NOW, 'armed').kind).toBe('unknown');
  });

  it.each([
    ['MEMBER', 'account'],
    ['APPLICATION', 'app'],
  ])('name the scope of a throttle (%s) and end at midnight UTC', (who, scope) => {
    const message = `Resource level throttle ${who} DAY limit for calls to this resource is reached.`;
    const error = linkedinError(response(429, { status: 429, message }), NOW, 'armed');
    expect(error).toMatchObject({ scope, retryAt: MIDNIGHT });
  });

  it('may name their own time', () => {
    const answer = response(429, { status: 429, message: '' }, { 'retry-after': '120' });
    expect(linkedinAnswer(answer, NOW)?.retryAt).toEqual(new Date(NOW.getTime() + 120_000));
  });

  it('keep what LinkedIn’s support asks for, and no secret', () => {
    const message = 'The token AQXsecretsecretsecretsecretsecretsecret is bad';
    const error = linkedinError(
      response(401, { status: 401, message }, { 'x-li-request-id': 'r1' }),
      NOW,
      'armed',
    );
    expect(error.traceId).toBe('r1');
    expect(error.message).not.toContain('AQXsecret');
  });

  it.each([
    [{ error: 'invalid_grant', error_description: 'expired' }, 'auth'],
    [
      {
        error: 'invalid_request',
        error_description:
          'The provided authorization grant or refresh token is invalid, expired or revoked.',
      },
      'auth',
    ],
    [
      { error: 'invalid_request', error_description: 'A required parameter "client_id" is missing' },
      'config',
    ],
    [{ error: 'invalid_client', error_description: 'Client authentication failed' }, 'config'],
    [{ error: 'server_error', error_description: '' }, 'temporary'],
    [{ error: 'something_new', error_description: '' }, 'temporary'],
  ])('of the token endpoint: %j', (body, kind) => {
    expect(linkedinError(response(400, body), NOW, 'not armed', TOKEN_RULES).kind).toBe(kind);
  });

  it('have one rule each', () => {
    for (const table of [ERROR_RULES, TOKEN_RULES]) {
      const keys = table.map(({ key }) => key);
      expect(new Set(keys).size).toBe(keys.length);
    }
  });
});

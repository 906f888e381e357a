import { describe, expect, it } from 'vitest';
import type { ErrorKind } from '../../core/errors.ts';
import type { HttpResponse } from '../../core/http.ts';
import { ERROR_RULES, FAIL_RULES, TOKEN_RULES } from './error-rules.ts';
import { failure, tiktokError, tokenError } from './errors.ts';

const NOW = new Date('2026-11-21T15:00:00Z');
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

function response(status: number, body: unknown, headers: Record<string, string> = {}): HttpResponse {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, headers, text, json: typeof body === 'string' ? undefined : body };
}

function envelope(code: string): unknown {
  return { data: {}, error: { code, message: `About ${code}`, log_id: '202611211500001' } };
}

// kind: before the arm / after it.
const TABLE: readonly (readonly [number, string, ErrorKind, ErrorKind, string])[] = [
  [401, 'access_token_invalid', 'auth', 'auth', 'Connect'],
  [401, 'scope_not_authorized', 'auth', 'auth', 'video.publish'],
  [401, 'scope_permission_missed', 'auth', 'auth', 'video.publish'],
  [429, 'rate_limit_exceeded', 'rate_limited', 'rate_limited', 'a minute'],
  [403, 'spam_risk_too_many_posts', 'rate_limited', 'rate_limited', 'each hour'],
  [200, 'spam_risk_too_many_posts', 'rate_limited', 'rate_limited', 'each hour'],
  [403, 'spam_risk_too_many_pending_share', 'rate_limited', 'rate_limited', 'Finish or discard'],
  [403, 'spam_risk_user_banned_from_posting', 'rejected', 'rejected', 'Sign in'],
  [403, 'spam_risk_text', 'rejected', 'rejected', 'Change the text'],
  [403, 'spam_risk', 'rejected', 'rejected', 'change the post'],
  [403, 'reached_active_user_cap', 'rate_limited', 'rate_limited', 'audit'],
  [
    403,
    'unaudited_client_can_only_post_to_private_accounts',
    'config',
    'config',
    'Set the account to private',
  ],
  [403, 'url_ownership_unverified', 'config', 'config', 'Verify the address'],
  [403, 'privacy_level_option_mismatch', 'rejected', 'rejected', 'privacy'],
  [400, 'invalid_param', 'rejected', 'rejected', 'Report'],
  [400, 'invalid_params', 'rejected', 'rejected', 'Report'],
  [400, 'invalid_file_upload', 'rejected', 'rejected', 'Export'],
  [400, 'invalid_publish_id', 'rejected', 'rejected', 'Look at'],
  [400, 'token_not_authorized_for_specified_publish_id', 'rejected', 'rejected', 'Look at'],
  [400, 'app_version_check_failed', 'rejected', 'rejected', 'Update'],
  [500, 'internal_error', 'temporary', 'unknown', 'tried again'],
  [400, 'internal_error', 'temporary', 'unknown', 'tried again'],
  [400, 'never_heard_of', 'temporary', 'unknown', 'error table'],
];

describe('an answer in TikTok’s error shape', () => {
  it.each(TABLE)('%d %s is %s before the arm and %s after it', (status, code, before, after, hint) => {
    const answer = response(status, envelope(code));
    const early = tiktokError(answer, NOW, 'not armed');
    expect(early).toMatchObject({ kind: before, code, platformCode: code, traceId: '202611211500001' });
    expect(early.hint).toContain(hint);
    expect(early.message).toContain(`About ${code}`);
    expect(tiktokError(answer, NOW, 'armed').kind).toBe(after);
  });

  it('covers every rule', () => {
    const tried = new Set(TABLE.map(([, code]) => code));
    expect(ERROR_RULES.map(({ key }) => key).filter((key) => !tried.has(key))).toEqual([]);
  });

  it.each([
    [200, {}],
    [200, { data: {}, error: { code: 'ok', message: '', log_id: 'x' } }],
    [200, '<html>'],
    [201, ''],
    [206, ''],
    [400, ''],
    [403, '<html>Forbidden by proxy</html>'],
    [403, { error: 'forbidden' }],
    [404, ''],
    [408, envelope('access_token_invalid')],
    [416, ''],
    [502, envelope('invalid_params')],
  ])('is unknown after the arm when it is none: %d %j', (status, body) => {
    expect(tiktokError(response(status, body), NOW, 'armed').kind).toBe('unknown');
  });
});

describe('when to try again', () => {
  const retryAt = (code: string, headers: Record<string, string> = {}): number =>
    (tiktokError(response(429, envelope(code), headers), NOW, 'armed').retryAt?.getTime() ?? 0) -
    NOW.getTime();

  it.each([
    ['rate_limit_exceeded', MINUTE_MS],
    ['spam_risk_too_many_posts', HOUR_MS],
    ['spam_risk_too_many_pending_share', HOUR_MS],
    ['reached_active_user_cap', 3 * HOUR_MS],
  ])('%s: after %d ms', (code, wait) => {
    expect(retryAt(code)).toBe(wait);
  });

  it('is what Retry-After says, where something sends it', () => {
    expect(retryAt('rate_limit_exceeded', { 'retry-after': '420' })).toBe(420_000);
    expect(retryAt('rate_limit_exceeded', { 'retry-after': 'soon' })).toBe(MINUTE_MS);
  });

  it('concerns every account only where it is our app’s', () => {
    const scopeOf = (code: string) => tiktokError(response(403, envelope(code)), NOW, 'armed').scope;
    expect(scopeOf('reached_active_user_cap')).toBe('app');
    // A video of another account goes out all the same.
    for (const code of [
      'rate_limit_exceeded',
      'spam_risk_too_many_posts',
      'url_ownership_unverified',
      'unaudited_client_can_only_post_to_private_accounts',
    ])
      expect(scopeOf(code)).toBe('account');
  });
});

describe('why TikTok gave a post up', () => {
  it.each([
    ['file_format_check_failed', 'rejected', 'H.264'],
    ['duration_check_failed', 'rejected', 'Cut'],
    ['frame_rate_check_failed', 'rejected', '30 frames'],
    ['picture_size_check_failed', 'rejected', 'Scale'],
    ['video_pull_failed', 'rejected', 'address'],
    ['photo_pull_failed', 'rejected', 'address'],
    ['publish_cancelled', 'rejected', 'schedule it again'],
    ['auth_removed', 'auth', 'Connect'],
    ['spam_risk_too_many_posts', 'rejected', 'another day'],
    ['spam_risk_too_many_pending_share', 'rejected', 'another day'],
    ['spam_risk_user_banned_from_posting', 'rejected', 'Sign in'],
    ['spam_risk_text', 'rejected', 'Change the text'],
    ['spam_risk', 'rejected', 'change the post'],
    ['internal', 'rejected', 'Schedule the post again'],
    ['a_new_reason', 'rejected', 'error table'],
  ])('%s is %s', (reason, kind, hint) => {
    expect(failure(reason, NOW)).toMatchObject({ kind, code: reason, hint: expect.stringContaining(hint) });
  });

  it('may be missing', () => {
    expect(failure('', NOW)).toMatchObject({ kind: 'rejected', code: 'FAILED' });
  });

  it('has a rule for each that is documented', () => {
    expect(FAIL_RULES).toHaveLength(14);
  });
});

describe('the token service', () => {
  it.each([
    [400, 'invalid_grant', 'Said so.', 'auth', 'Connect'],
    [400, 'access_denied', 'Said so.', 'auth', 'Connect'],
    [400, 'invalid_request', 'Refresh token is invalid or expired.', 'auth', 'Connect'],
    [401, 'invalid_client', 'Said so.', 'config', 'TIKTOK_CLIENT_SECRET'],
    [401, 'unauthorized_client', 'Said so.', 'config', 'TIKTOK_CLIENT_SECRET'],
    [400, 'invalid_request', 'client_key is missing.', 'config', 'TIKTOK_CLIENT_KEY'],
    [400, 'unsupported_grant_type', 'Said so.', 'config', 'TIKTOK_CLIENT_KEY'],
    [500, 'server_error', 'Said so.', 'temporary', 'tried again'],
    [503, 'temporarily_unavailable', 'Said so.', 'temporary', 'tried again'],
    [400, 'never_heard_of', 'Said so.', 'temporary', 'error table'],
  ])('%d %s (%s) is %s', (status, error, error_description, kind, hint) => {
    const answer = response(status, { error, error_description, log_id: '2026' });
    expect(tokenError(answer, NOW)).toMatchObject({
      kind,
      code: error,
      traceId: '2026',
      hint: expect.stringContaining(hint),
    });
  });

  it('is behind the same limits as the rest, and a page proves nothing', () => {
    expect(tokenError(response(429, envelope('rate_limit_exceeded')), NOW).kind).toBe('rate_limited');
    expect(tokenError(response(403, '<html>'), NOW).kind).toBe('temporary');
  });

  it('what is wrong with the app concerns every account', () => {
    for (const rule of TOKEN_RULES) if (rule.kind === 'config') expect(rule.scope).toBe('app');
  });
});

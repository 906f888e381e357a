import { describe, expect, it } from 'vitest';
import { classify, type ErrorRule, type PlatformAnswer, PublishError } from './errors.ts';

const NOW = new Date('2026-11-21T12:00:00Z');
const RULES: readonly ErrorRule[] = [
  { key: '190/463', kind: 'auth', message: 'The token has expired.', hint: 'Reconnect.' },
  { key: '190', kind: 'auth', message: 'The token is not accepted.', hint: 'Reconnect.' },
  {
    key: '4',
    kind: 'rate_limited',
    message: 'Too many calls.',
    hint: 'Wait.',
    scope: 'app',
    waitMs: 3_600_000,
  },
  { key: '*/99', kind: 'rejected', message: 'No.', hint: 'Change it.' },
];
const answer = (part: Partial<PlatformAnswer>): PlatformAnswer => ({
  keys: ['190'],
  platformCode: '190',
  platformMessage: '',
  ...part,
});

describe('an answer in a platform’s error table', () => {
  it('the most specific key wins, wherever its rule stands', () => {
    const rules = [...RULES].reverse();
    expect(classify(rules, answer({ keys: ['190/463', '190'] }), NOW).message).toBe('The token has expired.');
    expect(classify(rules, answer({ keys: ['190/1', '190'] }), NOW).message).toBe(
      'The token is not accepted.',
    );
    expect(classify(rules, answer({ keys: ['7/99', '*/99', '7'] }), NOW).kind).toBe('rejected');
  });

  it('the rule gives kind, sentence and hint; the platform gives code, words and trace id', () => {
    const error = classify(
      RULES,
      answer({ platformCode: '190/460', platformMessage: 'Session has expired', traceId: 'Abc' }),
      NOW,
    );
    expect(error).toBeInstanceOf(PublishError);
    expect(error).toMatchObject({
      kind: 'auth',
      code: '190/460',
      platformCode: '190/460',
      traceId: 'Abc',
      hint: 'Reconnect.',
      message: 'The token is not accepted. The platform said: “Session has expired”.',
      scope: 'account',
    });
  });

  it('without words of the platform the sentence stands alone', () => {
    expect(classify(RULES, answer({}), NOW).message).toBe('The token is not accepted.');
  });

  it('the platform’s own time comes before the rule’s, and the rule’s scope holds', () => {
    const limited = answer({ keys: ['4'], platformCode: '4' });
    const said = new Date('2026-11-21T12:05:00Z');
    expect(classify(RULES, limited, NOW)).toMatchObject({
      scope: 'app',
      retryAt: new Date('2026-11-21T13:00:00Z'),
    });
    expect(classify(RULES, { ...limited, retryAt: said }, NOW)).toMatchObject({
      scope: 'app',
      retryAt: said,
    });
    expect(classify(RULES, answer({}), NOW).retryAt).toBeUndefined();
  });

  it('what no rule knows is unknown, never a refusal', () => {
    const error = classify(
      RULES,
      answer({ keys: ['77'], platformCode: '77', platformMessage: 'Hm', traceId: 't' }),
      NOW,
    );
    expect(error).toMatchObject({
      kind: 'unknown',
      code: '77',
      platformCode: '77',
      traceId: 't',
      scope: 'account',
    });
    expect(error.message).toContain('“Hm”');
    expect(classify([], answer({ keys: [] }), NOW).kind).toBe('unknown');
  });
});

describe('the error of platform modules', () => {
  it('belongs to the account unless it says otherwise, and keeps its cause', () => {
    const cause = new Error('the reason');
    const error = new PublishError({
      kind: 'temporary',
      code: 'X',
      message: 'A sentence.',
      hint: 'None.',
      cause,
    });
    expect(error).toMatchObject({ name: 'PublishError', scope: 'account', cause, retryAt: undefined });
    expect('cause' in new PublishError({ kind: 'temporary', code: 'X', message: 'A.', hint: 'N.' })).toBe(
      false,
    );
  });
});

import { describe, expect, it } from 'vitest';
import type { StoredConnection } from '../core/job.ts';
import type { HoldRequest } from '../core/store.ts';
import { createLearned } from './learned.ts';

const NOW = new Date('2026-11-21T12:00:00Z');
const inMinutes = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);
const hold = (part: Partial<HoldRequest>): HoldRequest => ({
  scope: 'account',
  key: 'facebook:1',
  until: inMinutes(10),
  kind: 'rate_limited',
  reason: 'Too many calls.',
  hint: 'Wait.',
  evidence: {},
  ...part,
});
const CONNECTION: StoredConnection = {
  id: 'd1',
  platform: 'youtube',
  pageId: null,
  pageName: null,
  instagramId: null,
  linkedinId: null,
  organizationId: null,
  accessToken: 'old',
  refreshToken: 'refresh',
  active: true,
  status: 'active',
  metadata: {},
  tokenGoodUntil: null,
};

describe('holds of this tick', () => {
  const stands = (...holds: HoldRequest[]) => {
    const learned = createLearned();
    for (const one of holds) learned.hold(one);
    return (platform: string, account: string, md5 = 'm') =>
      learned.holdFor({ platform, accountId: account, breakers: [] }, md5, NOW)?.until ?? null;
  };

  it('one of an account stands against that account', () => {
    const until = stands(hold({}));
    expect(until('facebook', '1')).toEqual(inMinutes(10));
    expect(until('facebook', '2')).toBeNull();
    expect(until('instagram', '1')).toBeNull();
  });

  it.each(['app', 'platform'] as const)('one of the %s stands against all of its accounts', (scope) => {
    const until = stands(hold({ scope, key: 'youtube' }));
    expect(until('youtube', '1')).toEqual(inMinutes(10));
    expect(until('youtube', '2')).toEqual(inMinutes(10));
    expect(until('facebook', 'youtube')).toBeNull();
  });

  it('the longest counts, and none that is over', () => {
    expect(
      stands(hold({}), hold({ until: inMinutes(30) }), hold({ until: inMinutes(20) }))('facebook', '1'),
    ).toEqual(inMinutes(30));
    expect(stands(hold({ until: NOW }))('facebook', '1')).toBeNull();
  });

  it('one for a refused token ends with the token', () => {
    const until = stands(hold({ kind: 'auth', evidence: { token_md5: 'm' } }));
    expect(until('facebook', '1', 'm')).toEqual(inMinutes(10));
    expect(until('facebook', '1', 'another')).toBeNull();
  });
});

describe('connections that this tick has changed', () => {
  it('one that was not changed comes back as it is', () => {
    expect(createLearned().connection(CONNECTION)).toBe(CONNECTION);
  });

  it('whoever read the old row gets the new one, and so does who read the new one', () => {
    const learned = createLearned();
    learned.changed(CONNECTION, { accessToken: 'new', tokenGoodUntil: inMinutes(60) });
    const fresh = learned.connection(CONNECTION);
    expect(fresh).toMatchObject({ accessToken: 'new', tokenGoodUntil: inMinutes(60) });
    learned.changed(fresh, { active: false });
    expect(learned.connection(CONNECTION)).toMatchObject({ accessToken: 'new', active: false });
    expect(learned.connection({ ...CONNECTION, accessToken: 'new' })).toMatchObject({ active: false });
  });

  it('what the app has changed meanwhile stays as the app has it', () => {
    const learned = createLearned();
    learned.changed(CONNECTION, { active: false });
    const reconnected = { ...CONNECTION, accessToken: 'of the app' };
    expect(learned.connection(reconnected)).toBe(reconnected);
    expect(learned.connection({ ...CONNECTION, id: 'd2' })).toMatchObject({ active: true });
  });
});

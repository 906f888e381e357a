import { describe, expect, it } from 'vitest';
import {
  NO_END,
  REFRESH_TOKEN_ENDS,
  type StoredAccess,
  untilAccessEnds,
  untilRefreshEnds,
  untilRenewalFails,
} from './access.ts';
import { Secret } from './secret.ts';
import { tokenWarning } from './token-warning.ts';

const NOW = new Date('2026-11-21T12:00:00Z');
const HOUR_MS = 3_600_000;
const inHours = (hours: number) => new Date(NOW.getTime() + hours * HOUR_MS);

const stored = (change: Partial<StoredAccess> = {}): StoredAccess => ({
  token: new Secret('a'),
  refreshToken: new Secret('r'),
  expiresAt: inHours(2),
  connectedAt: inHours(-10 * 24),
  renewedAt: null,
  metadata: {},
  ...change,
});

function warn(endsAt: Date | null, postsAfter = 0, exact = true) {
  const lifetime = { endsAt, what: 'access token', exact } as const;
  return tokenWarning({ platform: 'acme', label: 'Acme', name: 'Rao Bakes', lifetime, postsAfter }, NOW);
}

describe('a warning before an access ends', () => {
  it.each([
    [14 * 24 + 1, undefined],
    [14 * 24, 14],
    [7 * 24 + 1, 14],
    [7 * 24, 7],
    [3 * 24 + 1, 7],
    [3 * 24, 3],
    [24 + 1, 3],
    [24, 1],
    [1, 1],
    [0, 0],
    [-50, 0],
  ])('with %i hours left the mark that was passed last is %s', (hours, level) => {
    expect(warn(inHours(hours))?.level).toBe(level);
  });

  it('counts the days that are left and the posts that come too late', () => {
    expect(warn(inHours(3 * 24), 4)).toMatchObject({
      days: 3,
      sentence:
        'The access token of the Acme account Rao Bakes ends in 3 days (2026-11-24); 4 posts are scheduled after that.',
      hint: expect.stringContaining('content-publisher connections connect acme'),
    });
    expect(warn(inHours(30), 1)?.sentence).toContain('ends in 1 day (2026-11-22); 1 post is scheduled');
    expect(warn(inHours(2))?.sentence).toContain('ends in less than a day');
    expect(warn(inHours(-49), 2)?.sentence).toContain('should have ended on 2026-11-19; 2 posts are');
    expect(warn(inHours(3 * 24), 0, false)?.sentence).toContain('ends in about 3 days');
  });

  it('a token that a tick renews in its last week is warned of when that has failed for a day', () => {
    const left = (hours: number) =>
      tokenWarning(
        {
          platform: 'acme',
          label: 'Acme',
          name: 'Rao Bakes',
          lifetime: untilRenewalFails(stored({ expiresAt: inHours(hours) }), 7 * 24 * HOUR_MS),
          postsAfter: 0,
        },
        NOW,
      );
    expect(left(10 * 24)).toBeNull();
    expect(left(6 * 24 + 1)).toBeNull();
    expect(left(6 * 24)).toMatchObject({ level: 7, days: 6 });
  });

  it('nothing is said of what has no end, or none that is known', () => {
    expect(warn(null, 9)).toBeNull();
  });
});

describe('how long an access lasts', () => {
  const DAY_MS = 24 * HOUR_MS;
  const daysLeft = ({ endsAt }: { readonly endsAt: Date | null }) =>
    endsAt === null ? null : (endsAt.getTime() - NOW.getTime()) / DAY_MS;

  it('without a refresh token it ends with the access token', () => {
    expect(untilAccessEnds(stored()).endsAt).toEqual(inHours(2));
    expect(untilAccessEnds(stored({ expiresAt: null })).endsAt).toBeNull();
    expect(NO_END.endsAt).toBeNull();
  });

  it('hours-long access tokens are not counted where there is a refresh token', () => {
    expect(daysLeft(untilRefreshEnds(stored(), 180, 'last use'))).toBe(170);
    expect(daysLeft(untilRefreshEnds(stored({ renewedAt: inHours(-24) }), 180, 'last use'))).toBe(179);
    expect(daysLeft(untilRefreshEnds(stored({ renewedAt: inHours(-24) }), 365, 'connection'))).toBe(355);
  });

  it('what the platform said of the refresh token counts, until a renewal has brought another one', () => {
    const metadata = { [REFRESH_TOKEN_ENDS]: inHours(48).toISOString() };
    expect(untilRefreshEnds(stored({ metadata }), 180, 'rotation')).toMatchObject({
      endsAt: inHours(48),
      exact: true,
    });
    const renewedAt = inHours(-1);
    expect(untilRefreshEnds(stored({ metadata, renewedAt }), 180, 'rotation').exact).toBe(false);
    expect(untilRefreshEnds(stored({ metadata, renewedAt }), 180, 'last use').endsAt).toEqual(inHours(48));
    expect(untilRefreshEnds(stored({ metadata, renewedAt }), 365, 'connection').endsAt).toEqual(inHours(48));
  });

  it.each([['garbage'], [17], [null], ['']])('a stored end of %j is no end', (told) => {
    const metadata = { [REFRESH_TOKEN_ENDS]: told };
    expect(daysLeft(untilRefreshEnds(stored({ metadata }), 180, 'last use'))).toBe(170);
  });

  it('where nobody knows when it was connected, nobody knows when it ends', () => {
    expect(untilRefreshEnds(stored({ connectedAt: null }), 180, 'last use').endsAt).toBeNull();
  });
});

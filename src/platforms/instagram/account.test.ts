import { afterEach, describe, expect, it } from 'vitest';
import {
  FACEBOOK_LOGIN,
  IG_ID,
  INSTAGRAM_LOGIN,
  type InstagramWorld,
  instagramWorld,
  jobOf,
  jpeg,
  START,
} from '../../../test/support/instagram.ts';
import { mp4 } from '../../../test/support/mp4.ts';
import { Secret } from '../../core/secret.ts';
import type { SimAccount } from '../../sandbox/platforms/simulator.ts';
import { instagram } from './index.ts';

let world: InstagramWorld;
afterEach(() => world.stop());

async function start(account?: SimAccount): Promise<void> {
  world = await instagramWorld(account);
}

const PICTURE = await jpeg();
const HOUR_MS = 3_600_000;

describe('accounts', () => {
  const row = {
    id: 'd0000000-0000-4000-8000-000000000002',
    pageId: null,
    pageName: null,
    instagramId: null,
    linkedinId: null,
    organizationId: null,
    metadata: {},
  };

  it.each([
    ['instagram_id', { instagramId: '17841400000000002', pageId: '998877665544332' }, '17841400000000002'],
    ['an Instagram id in page_id', { pageId: IG_ID }, IG_ID],
    ['a Page’s id', { pageId: '998877665544332' }, null],
    ['a Page’s id that begins alike', { pageId: '178414000000000' }, null],
    ['nothing', {}, null],
    ['empty columns', { instagramId: '', pageId: ' ' }, null],
  ])('names the account from %s', async (_name, columns, expected) => {
    await start();
    expect(instagram.accountId({ ...row, ...columns })).toBe(expected);
  });

  it('asks the Page for its Instagram account', async () => {
    await start();
    const token = new Secret(FACEBOOK_LOGIN.token);
    const lookUp = (pageId: string | null) =>
      instagram.lookUpAccountId?.(world.context, { ...row, pageId }, token);
    expect(await lookUp('998877665544332')).toBe(IG_ID);
    expect(await lookUp(null)).toBeNull();
    expect(await lookUp('')).toBeNull();
  });

  it('asks an Instagram Login token whose it is', async () => {
    await start(INSTAGRAM_LOGIN);
    expect(await instagram.lookUpAccountId?.(world.context, row, world.account.token)).toBe(IG_ID);
  });

  it.each([FACEBOOK_LOGIN, INSTAGRAM_LOGIN])('verifies the account of token $token', async (account) => {
    await start(account);
    expect(await instagram.verify(world.context, world.account)).toEqual({ id: IG_ID, name: 'raobakes' });
    const dead = { ...world.account, token: new Secret(`${account.token}x`) };
    await expect(instagram.verify(world.context, dead)).rejects.toMatchObject({ kind: 'auth' });
  });

  it('does not verify the token of another account', async () => {
    await start(INSTAGRAM_LOGIN);
    const other = { ...world.account, id: '17841400000000009' };
    await expect(instagram.verify(world.context, other)).rejects.toMatchObject({
      kind: 'auth',
      code: 'OTHER_ACCOUNT',
    });
  });

  it('renews Instagram Login tokens for 60 days and leaves Facebook Login tokens to people', async () => {
    await start(INSTAGRAM_LOGIN);
    const fresh = await instagram.refresh(world.context, world.account);
    expect(fresh).toMatchObject({ refreshToken: null, expiresAt: new Date(START + 60 * 24 * HOUR_MS) });
    const renewed = { ...world.account, token: fresh?.token ?? new Secret('') };
    expect(await instagram.verify(world.context, renewed)).toMatchObject({ id: IG_ID });
    expect(
      await instagram.refresh(world.context, { ...world.account, token: new Secret('EAAB1') }),
    ).toBeNull();
  });

  it('cannot renew a token that has ended', async () => {
    await start({ ...INSTAGRAM_LOGIN, tokenExpiresAt: START });
    await expect(instagram.refresh(world.context, world.account)).rejects.toMatchObject({ kind: 'auth' });
  });
});

describe('metrics', () => {
  it.each(['image', 'reel', 'story'] as const)('reads those of a published %s', async (kind) => {
    await start();
    const file = kind === 'reel' ? world.file(await mp4(), 'video') : world.file(PICTURE);
    const job = jobOf(kind, [file]);
    const { id } = await world.send(job, await world.prepared(job));
    expect(await instagram.metrics(world.context, world.account, id)).toEqual({
      likes: 0,
      comments: 0,
      reach: 1,
      shares: 2,
      views: 3,
    });
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  clip,
  type FacebookWorld,
  facebookWorld,
  jobOf,
  PAGE,
  refusal,
} from '../../../test/support/facebook.ts';
import { Secret } from '../../core/secret.ts';
import { facebook } from './index.ts';

let world: FacebookWorld;
beforeEach(async () => {
  world = await facebookWorld();
});
afterEach(() => world.stop());

describe('account', () => {
  it('verifies with the name of the Page', async () => {
    expect(await facebook.verify(world.context, world.account)).toEqual({ id: PAGE.id, name: PAGE.name });
  });

  it('refuses a token of somebody else', async () => {
    const account = { ...world.account, id: '1', name: 'Other' };
    expect(await refusal(facebook.verify(world.context, account))).toMatchObject({
      kind: 'auth',
      code: 'TOKEN_OF_ANOTHER',
    });
  });

  it('says that a token is not accepted', async () => {
    const account = { ...world.account, token: new Secret('EAABsomethingelse') };
    expect(await refusal(facebook.verify(world.context, account))).toMatchObject({
      kind: 'auth',
      code: '190',
    });
  });

  it('without the credentials of our app it renews nothing', async () => {
    expect(await facebook.refresh(world.context, world.account)).toBeNull();
  });

  it('takes the Page id from the connection', () => {
    const row = {
      id: '1',
      pageName: null,
      instagramId: null,
      linkedinId: null,
      organizationId: null,
      metadata: {},
    };
    expect(facebook.accountId({ ...row, pageId: ' 102030405060708 ' })).toBe(PAGE.id);
    expect(facebook.accountId({ ...row, pageId: null })).toBeNull();
    expect(facebook.accountId({ ...row, pageId: '' })).toBeNull();
  });

  it('counts likes, comments, shares, views and reach', async () => {
    const published = await world.send(jobOf('text'));
    const id = published.state === 'published' ? published.id : '';
    const counts = { likes: 0, comments: 0, shares: 0, views: 0, reach: 0 };
    expect(await facebook.metrics(world.context, world.account, id)).toEqual(counts);
    world.faults({ match: '/insights$', kind: 'refuse' });
    const { views: _views, reach: _reach, ...withoutInsights } = counts;
    expect(await facebook.metrics(world.context, world.account, id)).toEqual(withoutInsights);
  });

  it('puts no secret into any address', async () => {
    await world.send(jobOf('story', [clip()]));
    expect(world.asked.filter(({ line }) => line.includes(PAGE.token))).toEqual([]);
  });
});

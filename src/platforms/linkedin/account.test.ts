import { afterEach, describe, expect, it } from 'vitest';
import {
  jobOf,
  type LinkedinWorld,
  linkedinWorld,
  MEMBER,
  ORGANIZATION,
} from '../../../test/support/linkedin.ts';
import { registeredApp } from '../../../test/support/registered-app.ts';
import type { ConnectionRow } from '../../core/platform.ts';
import { Secret } from '../../core/secret.ts';
import { linkedin } from './index.ts';

function row(over: Partial<ConnectionRow>): ConnectionRow {
  return {
    id: 'd0000000-0000-4000-8000-000000000003',
    pageId: null,
    pageName: null,
    instagramId: null,
    linkedinId: null,
    organizationId: null,
    metadata: {},
    ...over,
  };
}

let world: LinkedinWorld;
let running: LinkedinWorld | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

async function start(...options: Parameters<typeof linkedinWorld>): Promise<void> {
  world = await linkedinWorld(...options);
  running = world;
}

describe('the author', () => {
  it.each([
    [
      'the organization when there is one',
      { organizationId: '79', linkedinId: 'aB', pageId: 'x' },
      'urn:li:organization:79',
    ],
    ['else the member', { linkedinId: 'aB', pageId: 'x' }, 'urn:li:person:aB'],
    ['else what stands in page_id', { linkedinId: ' ', pageId: 'x' }, 'urn:li:person:x'],
    ['a URN as it stands', { organizationId: 'urn:li:organization:79' }, 'urn:li:organization:79'],
    ['nobody', { organizationId: '', linkedinId: '' }, null],
  ])('is %s', (_what, over, id) => {
    expect(linkedin.accountId(row(over))).toBe(id);
  });
});

describe('verify', () => {
  it('names the member that the token belongs to, without a version', async () => {
    await start(MEMBER);
    expect(await linkedin.verify(world.context, world.account)).toEqual({ id: MEMBER.id, name: 'Asha Rao' });
    expect(world.asked).toMatchObject([{ line: 'GET /v2/userinfo', headers: ['authorization'] }]);
  });

  it('confirms the role on an organization’s page', async () => {
    await start(ORGANIZATION);
    expect(await linkedin.verify(world.context, world.account)).toEqual({
      id: ORGANIZATION.id,
      name: 'Rao Bakes',
    });
  });

  it('refuses a member who may only look at the page', async () => {
    await start({ ...ORGANIZATION, extra: { role: 'ANALYST' } });
    await expect(linkedin.verify(world.context, world.account)).rejects.toMatchObject({
      kind: 'auth',
      code: 'ORGANIZATION_ROLE_MISSING',
    });
  });

  it('says that a permission is missing', async () => {
    await start({ ...MEMBER, scopes: ['w_member_social'] });
    await expect(linkedin.verify(world.context, world.account)).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
    });
  });
});

describe('refresh', () => {
  const PARTNER = { ...MEMBER, refreshToken: 'AQW-refresh' };

  it('exchanges the refresh token and keeps it', async () => {
    await start(PARTNER);
    const refreshed = await linkedin.refresh(world.context, world.account);
    expect(refreshed?.refreshToken).toBeNull();
    expect(refreshed?.expiresAt).toEqual(new Date(world.now().getTime() + 60 * 86_400_000));
    const token = refreshed?.token ?? new Secret('');
    const account = { ...world.account, token };
    expect(await linkedin.verify(world.context, account)).toMatchObject({ id: MEMBER.id });
    await expect(linkedin.verify(world.context, world.account)).rejects.toMatchObject({ kind: 'auth' });
  });

  it('asks nobody without a refresh token', async () => {
    await start(MEMBER);
    expect(await linkedin.refresh(world.context, world.account)).toBeNull();
    const empty = { ...world.account, refreshToken: new Secret('') };
    expect(await linkedin.refresh(world.context, empty)).toBeNull();
    expect(world.asked).toEqual([]);
  });

  it('asks nobody without client id and secret', async () => {
    await start(PARTNER, { app: registeredApp() });
    expect(await linkedin.refresh(world.context, world.account)).toBeNull();
    expect(world.asked).toEqual([]);
  });

  it('says that a person has to connect again when the refresh token is refused', async () => {
    await start(PARTNER);
    const account = { ...world.account, refreshToken: new Secret('AQW-revoked') };
    await expect(linkedin.refresh(world.context, account)).rejects.toMatchObject({ kind: 'auth' });
  });
});

describe('metrics', () => {
  it.each([
    ['an organization', ORGANIZATION],
    ['a member', { ...MEMBER, scopes: [...MEMBER.scopes, 'r_member_postAnalytics'] }],
  ])('are those of the post of %s', async (_who, account) => {
    await start(account);
    const { id } = await world.send({}, await world.prepared());
    const counts = { likes: 0, comments: 0, shares: 0, views: 0, reach: 0 };
    expect(await linkedin.metrics(world.context, world.account, id)).toEqual(counts);
  });

  it('need a permission', async () => {
    await start(MEMBER);
    const { id } = await world.send({}, await world.prepared());
    await expect(linkedin.metrics(world.context, world.account, id)).rejects.toMatchObject({ kind: 'auth' });
  });

  it('cannot be asked for by something that is no post', async () => {
    await start(MEMBER);
    await expect(linkedin.metrics(world.context, world.account, '12')).rejects.toMatchObject({
      code: 'ID_UNUSABLE',
    });
  });
});

describe('an organization’s post', () => {
  it('cannot be made with a token of which the scope is missing', async () => {
    await start({ ...ORGANIZATION, scopes: ['r_organization_social'] });
    const checkpoint = await world.prepared(jobOf('text', []));
    await expect(world.send({}, checkpoint)).rejects.toMatchObject({ kind: 'auth', code: 'ACCESS_DENIED' });
  });
});

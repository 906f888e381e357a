import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { StoredProblem } from '../../../src/core/job.ts';
import { md5 } from './work.ts';
import { inMinutes, problem, useWorld } from './world.ts';

const world = useWorld();

async function connected(token = 'cipher') {
  const { addUser, addAccount } = world();
  const user = await addUser();
  return { user, account: await addAccount(user, { platform: 'youtube', accountId: 'UC1', token }) };
}

const KEY = 'youtube:UC1';
const refreshed = (connectionId: string, over: Record<string, unknown> = {}) => ({
  key: KEY,
  connectionId,
  tokenMd5: md5('cipher'),
  accessToken: 'fresh',
  refreshToken: null,
  expiresAt: new Date('2026-11-21T11:00:00.123Z'),
  ...over,
});

describe('refreshing a token', () => {
  it('is done by one at a time; the others learn how long to wait, or that it is done', async () => {
    const { store } = world();
    const { account } = await connected();
    const [mine, other] = [randomUUID(), randomUUID()];
    const begin = (owner: string) => store.refreshBegin(KEY, account.connectionId, owner, 60, md5('cipher'));
    expect(await begin(mine)).toMatchObject({ go: true });
    expect(await begin(mine)).toMatchObject({ go: true });
    const waits = await begin(other);
    expect(waits).toMatchObject({ go: false, changed: false });
    expect(waits.waitMs).toBeGreaterThan(55_000);
    expect(await store.refreshStore(refreshed(account.connectionId))).toEqual({ stored: true });
    expect(await begin(other)).toMatchObject({ go: false, changed: true });
  });

  it('lets exactly one of many begin that come at the same moment', async () => {
    const { store } = world();
    const { account } = await connected();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        store.refreshBegin(KEY, account.connectionId, randomUUID(), 60, md5('cipher')),
      ),
    );
    expect(answers.filter(({ go }) => go)).toHaveLength(1);
  });

  it('goes to the next one when the first died', async () => {
    const { store, sql } = world();
    const { account } = await connected();
    await store.refreshBegin(KEY, account.connectionId, randomUUID(), 60, md5('cipher'));
    await sql`update public.publish_holds set refresh_until = clock_timestamp() - interval '1 second'`;
    expect(
      await store.refreshBegin(KEY, account.connectionId, randomUUID(), 60, md5('cipher')),
    ).toMatchObject({ go: true });
  });

  it('stores the pair with the moment until which it is good, which the claim then tells', async () => {
    const { store, sql, addPost, plan, take } = world();
    const { user, account } = await connected();
    await sql`update public.platform_connections set refresh_token_encrypted = 'long lived'`;
    await store.refreshBegin(KEY, account.connectionId, randomUUID(), 60, md5('cipher'));
    await store.refreshStore(refreshed(account.connectionId));
    const [row] = await sql`select access_token_encrypted as access, refresh_token_encrypted as refresh,
      token_expires_at::text as expires, last_token_refresh is not null as stamped from public.platform_connections`;
    expect(row).toEqual({
      access: 'fresh',
      refresh: 'long lived',
      expires: '2026-11-21 11:00:00.123',
      stamped: true,
    });
    const post = await addPost(user, { platform: 'youtube' });
    await plan();
    const { claimed } = await take(post);
    expect(claimed.connections).toMatchObject([
      { accessToken: 'fresh', tokenGoodUntil: new Date('2026-11-21T11:00:00.123Z') },
    ]);
  });

  it('replaces the refresh token only when there is a new one', async () => {
    const { store, sql } = world();
    const { account } = await connected();
    await store.refreshStore(refreshed(account.connectionId, { refreshToken: 'rotated' }));
    const [row] = await sql`select refresh_token_encrypted as refresh from public.platform_connections`;
    expect(row).toEqual({ refresh: 'rotated' });
  });

  it('says stored when only the answer was lost', async () => {
    const { forgetful } = world();
    const { account } = await connected();
    expect(await forgetful.refreshStore(refreshed(account.connectionId))).toEqual({ stored: true });
  });

  it('never overwrites a pair that the app stored meanwhile, nor claims to know how long that is good', async () => {
    const { store, sql, addPost, plan, take } = world();
    const { user, account } = await connected();
    await sql`update public.platform_connections set access_token_encrypted = 'from the app'`;
    expect(await store.refreshStore(refreshed(account.connectionId))).toEqual({ stored: false });
    const [row] = await sql`select access_token_encrypted as access from public.platform_connections`;
    expect(row).toEqual({ access: 'from the app' });
    const post = await addPost(user);
    await plan();
    expect((await take(post)).claimed.connections).toMatchObject([{ tokenGoodUntil: null }]);
  });

  it('forgets what it knew when the app stores another token', async () => {
    const { store, sql, addPost, plan, take } = world();
    const { user, account } = await connected();
    await store.refreshStore(refreshed(account.connectionId));
    await sql`update public.platform_connections set access_token_encrypted = 'from the app'`;
    const post = await addPost(user);
    await plan();
    expect((await take(post)).claimed.connections).toMatchObject([{ tokenGoodUntil: null }]);
  });

  it('that is known under the connection’s name and under the account’s makes no second connection', async () => {
    const { store, sql, addPost, plan, take } = world();
    const { user, account } = await connected();
    for (const [key, hours] of [
      [KEY, 1],
      [`youtube:${account.connectionId}`, 2],
    ] as const) {
      await sql`insert into public.publish_holds (scope, key, token_md5, token_good_until)
        values ('account', ${key}, ${md5('cipher')}, now() + make_interval(hours => ${hours}))`;
    }
    const post = await addPost(user);
    await plan();
    expect((await take(post)).claimed.connections).toHaveLength(1);
    await sql`update public.platform_connections set token_expires_at = now() + interval '3 days'`;
    await sql`update public.publish_install set renewals_at = null`;
    expect(await store.renewals()).toHaveLength(1);
  });

  it('gives its turn back when it brought nothing', async () => {
    const { store } = world();
    const { account } = await connected();
    const [mine, other] = [randomUUID(), randomUUID()];
    await store.refreshBegin(KEY, account.connectionId, mine, 60, md5('cipher'));
    await store.refreshEnd(KEY, other, md5('cipher'), null);
    expect(await store.refreshBegin(KEY, account.connectionId, other, 60, md5('cipher'))).toMatchObject({
      go: false,
    });
    await store.refreshEnd(KEY, mine, md5('cipher'), null);
    expect(await store.refreshBegin(KEY, account.connectionId, other, 60, md5('cipher'))).toMatchObject({
      go: true,
    });
  });

  it('of a connection that is gone stores nothing', async () => {
    const { store } = world();
    expect(await store.refreshStore(refreshed(randomUUID()))).toEqual({ stored: false });
    expect(await store.refreshBegin(KEY, randomUUID(), randomUUID(), 60, md5('cipher'))).toMatchObject({
      go: false,
      changed: true,
    });
  });
});

describe('disconnect', () => {
  it('makes the account inactive with its reason, once', async () => {
    const { forgetful, sql } = world();
    const { account } = await connected();
    const reason = problem({ kind: 'auth', code: '190' });
    const disconnect = (why: StoredProblem) =>
      forgetful.disconnect(account.connectionId, account.accountId, md5('cipher'), 'revoked', why);
    expect(await disconnect(reason)).toEqual({ disconnected: true });
    const later = { ...reason, at: '2026-11-21T10:00:01.000Z' };
    expect(await disconnect(later)).toEqual({ disconnected: false });
    const [row] =
      await sql`select is_active, connection_status, metadata, disconnected_at is not null as stamped
      from public.platform_connections`;
    expect(row).toEqual({
      is_active: false,
      connection_status: 'revoked',
      metadata: { publish_error: reason },
      stamped: true,
    });
  });

  it('leaves an account alone that was reconnected meanwhile', async () => {
    const { store, sql } = world();
    const { account } = await connected();
    await sql`update public.platform_connections set access_token_encrypted = 'reconnected'`;
    expect(
      await store.disconnect(account.connectionId, account.accountId, md5('cipher'), 'expired', problem()),
    ).toEqual({
      disconnected: false,
    });
    const [row] = await sql`select is_active from public.platform_connections`;
    expect(row).toEqual({ is_active: true });
  });

  it('merges into metadata, whatever this installation has there', async () => {
    const { store, sql } = world();
    for (const [type, before, after] of [
      ['jsonb', '{"a": 1}', { a: 1, publish_error: problem() }],
      ['jsonb', null, { publish_error: problem() }],
      ['jsonb', '[1]', [1]],
      ['json', '{"a": 1}', { a: 1, publish_error: problem() }],
    ] as const) {
      const { account } = await connected();
      await sql.unsafe(`alter table public.platform_connections alter column metadata drop default,
        alter column metadata type ${type} using metadata::text::${type}`);
      await sql`update public.platform_connections set metadata = ${before}::text::json where id = ${account.connectionId}`;
      expect(
        await store.disconnect(account.connectionId, account.accountId, md5('cipher'), 'error', problem()),
      ).toEqual({
        disconnected: true,
      });
      const [row] =
        await sql`select metadata from public.platform_connections where id = ${account.connectionId}`;
      expect(row).toEqual({ metadata: after });
    }
    await sql`alter table public.platform_connections alter column metadata type jsonb`;
  });
});

describe('hold', () => {
  const rate = (minutes: number, reason = 'Slow down.') => ({
    scope: 'account' as const,
    key: 'facebook:102030405060708',
    until: inMinutes(minutes),
    kind: 'rate_limited',
    reason,
    hint: 'Wait.',
    evidence: {},
  });

  async function seen(token = 'cipher') {
    const { addUser, addAccount, addPost, plan, take, sql } = world();
    await sql`truncate public.publish_queue, public.publish_targets, public.publish_changes`;
    await sql`delete from public.created_content`;
    const user = await addUser();
    const account = await addAccount(user, { token });
    const post = await addPost(user);
    await plan();
    const [target] = await (await take(post)).register([{ ...account, tokenMd5: md5(token) }]);
    return target?.hold ?? null;
  }

  it('is told with every target that it stands against', async () => {
    const { store } = world();
    expect(await seen()).toBeNull();
    const hold = rate(10);
    await store.hold(hold);
    expect(await seen()).toEqual({
      scope: 'account',
      until: hold.until,
      kind: 'rate_limited',
      code: 'HELD',
      reason: 'Slow down.',
      hint: 'Wait.',
    });
  });

  it('ends by itself', async () => {
    const { store, sql } = world();
    await store.hold(rate(10));
    await sql`update public.publish_holds set until = clock_timestamp() - interval '1 millisecond'`;
    expect(await seen()).toBeNull();
  });

  it('is not shortened by a shorter one of the same kind', async () => {
    const { store } = world();
    const long = rate(60);
    await store.hold(long);
    await store.hold(rate(1));
    expect((await seen())?.until).toEqual(long.until);
  });

  it('against app or platform stands against every account of it, the longest counts', async () => {
    const { store } = world();
    await store.hold({ ...rate(5), scope: 'app', key: 'facebook', reason: 'The app.' });
    expect(await seen()).toMatchObject({ scope: 'app' });
    await store.hold({ ...rate(50), scope: 'platform', key: 'facebook', reason: 'The platform.' });
    expect(await seen()).toMatchObject({ scope: 'platform', reason: 'The platform.' });
    await store.hold({ ...rate(500), scope: 'platform', key: 'linkedin' });
    expect(await seen()).toMatchObject({ reason: 'The platform.' });
  });

  it('because of a refused token ends with that token', async () => {
    const { store } = world();
    const hold = {
      ...rate(1_440, 'The token was revoked.'),
      kind: 'auth',
      evidence: { token_md5: md5('cipher') },
    };
    await store.hold(hold);
    expect(await seen('cipher')).toMatchObject({ kind: 'auth', until: hold.until });
    expect(await seen('reconnected')).toBeNull();
  });

  it('of another kind takes the place of the old one with its own end', async () => {
    const { store } = world();
    await store.hold({ ...rate(1_440), kind: 'auth', evidence: { token_md5: md5('old') } });
    const limited = rate(5);
    await store.hold(limited);
    // Otherwise a reconnected account would stay held for as long as the revoked token was.
    expect(await seen('new')).toMatchObject({ kind: 'rate_limited', until: limited.until });
  });

  it('does not disturb what is known about the token', async () => {
    const { store, sql } = world();
    const { account } = await connected();
    await store.refreshBegin(KEY, account.connectionId, randomUUID(), 60, md5('cipher'));
    await store.refreshStore(refreshed(account.connectionId));
    await store.hold({ ...rate(5), key: KEY });
    const [row] = await sql`select token_md5, until is not null as held from public.publish_holds`;
    expect(row).toEqual({ token_md5: md5('fresh'), held: true });
  });
});

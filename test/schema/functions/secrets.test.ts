import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { VERSIONS } from '../schema.ts';
import { useWorld } from './world.ts';

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

describe.each(VERSIONS)('secrets on PostgreSQL %s', (version) => {
  const world = useWorld({ version });

  it('come in pages of at most so many, each once, and never those of another user', async () => {
    const { store, sql, addUser, addAccount } = world();
    const [asha, ben] = [await addUser(), await addUser()];
    const ids: string[] = [];
    for (const [index, user] of [asha, asha, ben, asha].entries())
      ids.push((await addAccount(user, { accountId: String(index) })).connectionId);
    await sql`update public.platform_connections set access_token_encrypted = 'a-' || id, refresh_token_encrypted = 'r-' || id`;
    await sql`update public.platform_connections set refresh_token_encrypted = repeat('x', 100001) where id = ${ids[0] ?? ''}`;

    const seen: (string | null)[] = [];
    let after: string | null = null;
    for (;;) {
      const page = await store.secrets('accounts', asha, after, 2);
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map(({ text }) => text));
      after = page.items.at(-1)?.order ?? null;
      if (!page.more) break;
    }
    const own = ids.filter((_id, index) => index !== 2);
    const expected = own.flatMap((id) => [`a-${id}`, id === ids[0] ? null : `r-${id}`]);
    expect([...seen].sort()).toEqual([...expected].sort());
    expect((await store.secrets('accounts', null, null, 100)).items).toHaveLength(8);
    expect((await store.secrets('settings', asha, null, 100)).items).toEqual([]);
  });

  it('are replaced one by one where they still are what was read, also when the answer is lost', async () => {
    const { forgetful, sql, addUser, addAccount } = world();
    const user = await addUser();
    const [one, two] = [await addAccount(user), await addAccount(user, { accountId: '2' })];
    const item = (id: string, was: string, text: string) => ({
      where: { id, field: 'access_token_encrypted' },
      was,
      text,
    });
    await sql`update public.platform_connections set access_token_encrypted = 'old'`;
    const results = await forgetful.replaceSecrets('accounts', [
      item(one.connectionId, 'old', 'new'),
      item(two.connectionId, 'older', 'newer'),
    ]);
    expect(results).toEqual(['done', 'changed']);
    const rows =
      await sql`select access_token_encrypted as token from public.platform_connections order by id = ${two.connectionId}`;
    expect(rows.map(({ token }) => String(token))).toEqual(['new', 'old']);
  });

  it('that were renewed for ciphertext which was encrypted anew meanwhile find their row; for the app’s own they do not', async () => {
    const { store, sql, addUser, addAccount } = world();
    const account = await addAccount(await addUser());
    const key = `facebook:${account.accountId}`;
    const renewed = (tokenMd5: string, accessToken: string) =>
      store.refreshStore({
        key,
        connectionId: account.connectionId,
        tokenMd5,
        accessToken,
        refreshToken: null,
        expiresAt: null,
      });
    await sql`update public.platform_connections set access_token_encrypted = 'old'`;
    const where = { id: account.connectionId, field: 'access_token_encrypted' };
    await store.replaceSecrets('accounts', [{ where, was: 'old', text: 'old, encrypted anew' }]);
    expect(await renewed(md5('old'), 'fresh')).toMatchObject({ stored: true });
    await sql`update public.platform_connections set access_token_encrypted = 'of the app'`;
    expect(await renewed(md5('old'), 'stale')).toMatchObject({ stored: false });
    const [row] = await sql`select access_token_encrypted as token from public.platform_connections`;
    expect(row?.['token']).toBe('of the app');
  });

  it('of the settings go into the field that is named, if it is what was read', async () => {
    const { forgetful, sql } = world();
    await sql`alter table public.platform_settings rename to settings_of_connections`;
    try {
      const put = (path: string[], was: string | null, text: string) =>
        forgetful.putSetting({ key: 'x_credentials', path, was, text });
      expect(await put(['id'], null, '1')).toMatchObject({ done: false, why: 'no_place' });
      await sql`create table public.platform_settings (id bigint generated always as identity, key text unique, value jsonb)`;
      expect(await put(['id'], null, '1')).toEqual({ done: true });
      expect(await put(['secret'], null, 's')).toEqual({ done: true });
      expect(await put(['secret'], 'other', 't')).toMatchObject({ done: false, why: 'changed' });
      const [row] = await sql`select value from public.platform_settings`;
      expect(row?.['value']).toEqual({ id: '1', secret: 's' });
      await sql`update public.platform_settings set value = '[1]'`;
      expect(await put(['id'], null, '1')).toMatchObject({ done: false, why: 'refused' });
      await sql`update public.platform_settings set value = '"a text"'`;
      expect(await put(['id'], null, '1')).toMatchObject({ done: false, why: 'refused' });
      await sql`drop table public.platform_settings`;
      await sql`create table public.platform_settings (id int not null, key text, value jsonb)`;
      expect(await put(['id'], null, '1')).toMatchObject({ done: false, why: 'refused' });
    } finally {
      await sql`drop table if exists public.platform_settings`;
      await sql`alter table public.settings_of_connections rename to platform_settings`;
    }
  });

  it('are spoken of once, whoever asks, and also when the answer is lost', async () => {
    const { store, forgetful } = world();
    expect(await forgetful.sayOnce('token_in_clear', 'a')).toBe(true);
    expect(await store.sayOnce('token_in_clear', 'a')).toBe(false);
    const both = await Promise.all([
      store.sayOnce('token_in_clear', 'b'),
      store.sayOnce('token_in_clear', 'b'),
    ]);
    expect(both.sort()).toEqual([false, true]);
  });
});

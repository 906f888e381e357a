import { beforeAll, describe, expect, it } from 'vitest';
import { connectFromSettings } from '../../src/cli/connect-from-settings.ts';
import { installedLongAgo, publicPosts } from '../support/app-rows.ts';
import { type CommandOutput, runCommand } from '../support/command.ts';
import { addPerson, type Person, schedule } from '../support/people.ts';
import { withPlatformSettings } from '../support/platform-settings.ts';
import { encrypt, FULL_SCOPES, usePublisher } from '../support/publisher.ts';

const publisher = usePublisher();
beforeAll(() => installedLongAgo(publisher()));

const page = {
  id: '555000111222',
  name: 'Whole Shop',
  token: 'EAAB-whole-shop',
  scopes: FULL_SCOPES.facebook,
};

const connectFrom = (
  person: Person,
  row: unknown,
  env: Readonly<Record<string, string>> = {},
): Promise<CommandOutput> =>
  withPlatformSettings(publisher(), 'jsonb', row === undefined ? {} : { facebook_credentials: row }, () =>
    runCommand(
      publisher(),
      (io) =>
        connectFromSettings({ ...io, asks: { line: async () => null } }, 'facebook', {
          user: person.id,
          token: false,
          all: false,
        }),
      env,
    ),
  );

const rowsOf = (person: Person) =>
  publisher().supabase.sql`select platform, page_id, access_token_encrypted as token, is_active
    from public.platform_connections where user_id = ${person.id}`;

describe('connections connect --from-settings', () => {
  it.each([
    ['in clear', page.token],
    ['encrypted', encrypt(page.token)],
  ])('makes an account of the Page of the installation, whose token stands there %s', async (_how, token) => {
    publisher().platforms.addAccounts('facebook', [page]);
    const person = await addPerson(publisher());
    const said = await connectFrom(person, { page_id: page.id, page_access_token: token });
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out).not.toContain(page.token);
    const [row, ...more] = await rowsOf(person);
    expect(more).toEqual([]);
    expect(row).toMatchObject({ platform: 'facebook', page_id: page.id, is_active: true });
    expect(row?.['token']).toMatch(/^gAAAAA/);
    await schedule(publisher(), person);
    const before = publicPosts(publisher(), page.id).length;
    expect((await publisher().run({ userId: person.id })).summary.published).toBe(1);
    expect(publicPosts(publisher(), page.id)).toHaveLength(before + 1);
  });

  it.each([
    ['no such key', undefined, /There is no page_id under facebook_credentials/],
    ['no page', { app_id: '1' }, /There is no page_id/],
    ['no token', { page_id: page.id }, /There is no page_access_token/],
    [
      'a token that cannot be read',
      { page_id: page.id, page_access_token: 'gAAAAAdamaged' },
      /cannot be read/,
    ],
  ])('says what mends it where there is %s', async (_what, row, message) => {
    const person = await addPerson(publisher());
    const said = await connectFrom(person, row);
    expect(said).toMatchObject({ code: 78, err: expect.stringMatching(message) });
    expect(said.err).toContain('content-publisher credentials set facebook --page');
    expect(await rowsOf(person)).toHaveLength(0);
  });

  it('connects nothing when the token is that of another Page', async () => {
    publisher().platforms.addAccounts('facebook', [page]);
    const person = await addPerson(publisher());
    const said = await connectFrom(person, { page_id: '99', page_access_token: page.token });
    expect(said.code).toBe(1);
    expect(said.err).toContain(page.id);
    expect(said.err).not.toContain(page.token);
    expect(await rowsOf(person)).toHaveLength(0);
  });

  it('is not made by TEST_USER_ID for somebody else', async () => {
    const [mine, other] = [await addPerson(publisher()), await addPerson(publisher())];
    const row = { page_id: page.id, page_access_token: page.token };
    const said = await connectFrom(other, row, { TEST_USER_ID: mine.id });
    expect(said).toMatchObject({ code: 64, err: expect.stringContaining('TEST_USER_ID') });
    expect(await rowsOf(other)).toHaveLength(0);
  });
});

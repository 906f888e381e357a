import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rotateKeys } from '../../src/cli/keys-rotate.ts';
import { EncryptionKey } from '../../src/core/encryption.ts';
import { createKeyring } from '../../src/security/keyring.ts';
import { insertRows, installedLongAgo, newId } from '../support/app-rows.ts';
import { type CommandOutput, runCommand } from '../support/command.ts';
import { testServers } from '../support/http-servers.ts';
import { addPerson, connect, type Person, schedule } from '../support/people.ts';
import { withPlatformSettings } from '../support/platform-settings.ts';
import { encrypt, usePublisher } from '../support/publisher.ts';
import { runProcess } from '../support/run-process.ts';

const BIN = fileURLToPath(new URL('../../bin/content-publisher', import.meta.url));
const NEW_KEY = 'YW5vdGhlciB0ZXN0IGtleSBvZiAzMiBieXRlcyBsZW4=';
const THIRD_KEY = Buffer.alloc(32, 3).toString('base64');

const publisher = usePublisher();
const servers = testServers();
afterEach(() => servers.close());
beforeAll(() => installedLongAgo(publisher()));
beforeEach(async () => {
  await publisher().supabase
    .sql`truncate public.platform_connections, public.publish_holds, public.publish_targets cascade`;
});

const keyring = (key: string) => {
  const parsed = EncryptionKey.parse(key);
  if (parsed === null) throw new Error('the test key is no key');
  return createKeyring(parsed, []);
};
const OLD_KEY = () => publisher().env['ENCRYPTION_KEY'] ?? '';
/** The key was replaced: the one that everything is stored under is the previous one. */
const replaced = () => ({ ENCRYPTION_KEY: NEW_KEY, ENCRYPTION_KEY_PREVIOUS: OLD_KEY() });

const rotate = (
  options: { readonly dryRun?: boolean; readonly encryptPlaintext?: boolean } = {},
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<CommandOutput> =>
  runCommand(publisher(), (io) => rotateKeys(io, { dryRun: false, encryptPlaintext: false, ...options }), {
    ...replaced(),
    ...env,
  });

async function account(
  person: Person,
  access: string | null,
  refresh: string | null = null,
): Promise<string> {
  const id = newId();
  await insertRows(publisher().supabase, 'public.platform_connections', [
    {
      id,
      user_id: person.id,
      platform: 'facebook',
      page_id: id,
      page_name: `Page ${id.slice(0, 4)}`,
      access_token_encrypted: access,
      refresh_token_encrypted: refresh,
    },
  ]);
  return id;
}

async function stored(id: string): Promise<readonly (string | null)[]> {
  const [row] = await publisher().supabase
    .sql`select access_token_encrypted as a, refresh_token_encrypted as r from public.platform_connections where id = ${id}`;
  return [row?.['a'] ?? null, row?.['r'] ?? null];
}
const readBy = async (id: string, key = NEW_KEY) =>
  (await stored(id)).map((text) => (text === null ? null : keyring(key).decrypt(text)));

const allRows = async () =>
  JSON.stringify(await publisher().supabase.sql`select * from public.platform_connections order by id`);

describe('keys rotate', () => {
  it('encrypts every token with the current key, and nothing else of the row changes', async () => {
    const person = await addPerson(publisher());
    const one = await account(person, encrypt('EAAB-one'), encrypt(''));
    const two = await account(person, ` ${encrypt('AQX-two')}\n`, null);
    const before = JSON.parse(await allRows());
    const said = await rotate();
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out).toContain(
      'Tokens of accounts: 0 under the current key, 3 under previous key 1; 3 encrypted anew.',
    );
    expect(await readBy(one)).toEqual(['EAAB-one', '']);
    expect(await readBy(two)).toEqual(['AQX-two', null]);
    const strip = (rows: Record<string, unknown>[]) =>
      rows.map(({ access_token_encrypted: _a, refresh_token_encrypted: _r, ...rest }) => rest);
    expect(strip(JSON.parse(await allRows()))).toEqual(strip(before));

    const again = await rotate();
    expect(again.out).toContain('3 under the current key; 0 encrypted anew.');
    expect(again.out).toContain('ENCRYPTION_KEY_PREVIOUS may be removed');
    expect(said.out + again.out).not.toMatch(/EAAB|AQX|gAAAA/);
  });

  it('with --dry-run says how many are under which key, and changes nothing', async () => {
    const person = await addPerson(publisher());
    await account(person, encrypt('EAAB-one'));
    await account(person, keyring(NEW_KEY).encrypt('EAAB-two'));
    await account(person, keyring(THIRD_KEY).encrypt('EAAB-three'), 'EAAB-clear');
    const before = await allRows();
    const said = await rotate({ dryRun: true }, { ENCRYPTION_KEY_PREVIOUS: `${OLD_KEY()},${THIRD_KEY}` });
    expect(said.code).toBe(0);
    expect(said.out).toContain(
      'Tokens of accounts: 1 under the current key, 1 under previous key 1, 1 under previous key 2, 1 in clear; nothing was changed.',
    );
    expect(said.out).toContain('Keep ENCRYPTION_KEY_PREVIOUS, and run "content-publisher keys rotate"');
    expect(await allRows()).toBe(before);
  });

  it('encrypts tokens that stand in clear only when it is told to', async () => {
    const person = await addPerson(publisher());
    const id = await account(person, 'EAABplain', 'AQAplain');
    const said = await rotate();
    expect(said.out).toContain(
      '2 tokens stand in clear: "content-publisher keys rotate --encrypt-plaintext"',
    );
    expect(await stored(id)).toEqual(['EAABplain', 'AQAplain']);
    expect((await rotate({ encryptPlaintext: true })).out).toContain('2 in clear; 2 encrypted anew');
    expect(await readBy(id)).toEqual(['EAABplain', 'AQAplain']);
  });

  it.each([
    ['nothing', '', true],
    ['blanks', ' \n', true],
    ['bytes as Python writes them', `b'${'gAAAAAB'.padEnd(100, 'x')}'`, false],
    ['bytes as PostgreSQL writes them', '\\x674141414141', false],
    ['JSON', '{"token": "EAAB"}', false],
    ['a megabyte', 'x'.repeat(1_000_000), false],
    ['a megabyte of ciphertext', `gAAAAA${'A'.repeat(1_000_000)}`, false],
    ['an unknown word', 'hunter2', false],
    ['a token with a blank inside', 'EAAB one', false],
    ['text beyond ASCII', 'EAAB\u{1F511}é\u202e', false],
  ])('leaves a column that holds %s as it is, and names it', async (_what, text, silent) => {
    const person = await addPerson(publisher());
    const id = await account(person, text, encrypt('refresh'));
    const said = await rotate({ encryptPlaintext: true });
    expect((await stored(id))[0]).toBe(text);
    expect((await readBy(id))[1]).toBe('refresh');
    expect(said.code).toBe(silent ? 0 : 1);
    if (silent) return;
    expect(said.out).toContain(`cannot be read: facebook Page ${id.slice(0, 4)} access token`);
    expect(said.out).toContain('reconnect the account in the app');
    expect(said.out).not.toContain('hunter2');
  });

  it('with a key that fits nothing changes nothing', async () => {
    const person = await addPerson(publisher());
    await account(person, encrypt('EAAB-one'));
    const before = await allRows();
    const said = await rotate({}, { ENCRYPTION_KEY_PREVIOUS: THIRD_KEY });
    expect(said).toMatchObject({ code: 1 });
    expect(said.out).toContain('1 that cannot be read');
    expect(await allRows()).toBe(before);
  });

  it.each([
    ['of 31 bytes', { ENCRYPTION_KEY: Buffer.alloc(31, 1).toString('base64') }],
    ['of 33 bytes', { ENCRYPTION_KEY: Buffer.alloc(33, 1).toString('base64') }],
    ['that is missing', { ENCRYPTION_KEY: '' }],
    ['before it, in the second place', { ENCRYPTION_KEY_PREVIOUS: `${THIRD_KEY},abc` }],
  ])('stops at a key %s, before anything is read', async (_which, env) => {
    const said = await rotate({}, env);
    expect(said.code).toBe(78);
    expect(said.err).toMatch(/ENCRYPTION_KEY/);
    expect(said.out).toBe('');
  });

  it('with TEST_USER_ID touches the rows of that user only', async () => {
    const [mine, other] = [await addPerson(publisher()), await addPerson(publisher())];
    const [own, foreign] = [
      await account(mine, encrypt('EAAB-own')),
      await account(other, encrypt('EAAB-foreign')),
    ];
    const settings = { youtube_credentials: { client_secret: encrypt('secret') } };
    await withPlatformSettings(publisher(), 'jsonb', settings, async () => {
      const said = await rotate({}, { TEST_USER_ID: mine.id });
      expect(said.out).toContain('1 under previous key 1; 1 encrypted anew');
      expect(said.out).toContain('Keep ENCRYPTION_KEY_PREVIOUS: other users were not looked at');
      const [row] = await publisher().supabase.sql`select value from public.platform_settings`;
      expect(row?.['value']).toEqual(settings.youtube_credentials);
    });
    expect((await readBy(own))[0]).toBe('EAAB-own');
    expect((await readBy(foreign, OLD_KEY()))[0]).toBe('EAAB-foreign');
  });

  it.each(['jsonb', 'json', 'text'] as const)(
    'encrypts what the settings of the app (%s) hold at any depth',
    async (type) => {
      const rows = {
        facebook_credentials: {
          app_id: 7,
          app_secret: encrypt('app-secret'),
          pages: [{ token: encrypt('page') }, 'x'],
        },
        ai_model_config: { model: 'large', keys: { main: encrypt('key') } },
        whole: encrypt('{"a":1}'),
        odd: null,
        list: ['gAAAAAdamaged'],
      };
      await withPlatformSettings(publisher(), type, rows, async () => {
        const said = await rotate();
        expect(said.out).toContain(
          'Settings of the app: 0 under the current key, 4 under previous key 1, 1 that cannot be read; 4 encrypted anew.',
        );
        expect(said.out).toContain('cannot be read: list.0');
        const found = await publisher().supabase
          .sql`select key, value from public.platform_settings order by id`;
        const parsed = (value: unknown) =>
          type === 'text' && typeof value === 'string' && /^[[{]/.test(value) ? JSON.parse(value) : value;
        const value = Object.fromEntries(found.map((row) => [row['key'], parsed(row['value'])]));
        const read = (text: string) => keyring(NEW_KEY).decrypt(text);
        expect(value).toMatchObject({
          facebook_credentials: { app_id: 7, pages: [{}, 'x'] },
          ai_model_config: { model: 'large' },
          odd: null,
          list: ['gAAAAAdamaged'],
        });
        expect(read(value['facebook_credentials'].app_secret)).toBe('app-secret');
        expect(read(value['facebook_credentials'].pages[0].token)).toBe('page');
        expect(read(value['ai_model_config'].keys.main)).toBe('key');
        expect(read(value['whole'])).toBe('{"a":1}');
      });
    },
  );

  it('encrypts the uploads that are under way', async () => {
    const { sql } = publisher().supabase;
    const person = await addPerson(publisher());
    await connect(publisher(), person, 'facebook');
    const { id } = await schedule(publisher(), person);
    await publisher().run({ userId: person.id });
    await sql`update public.publish_targets set checkpoint = ${encrypt('{"step":1}')} where post_id = ${id}`;
    expect((await rotate()).out).toContain(
      'Uploads under way: 0 under the current key, 1 under previous key 1; 1 encrypted anew.',
    );
    const [row] = await sql`select checkpoint from public.publish_targets where post_id = ${id}`;
    expect(keyring(NEW_KEY).decrypt(String(row?.['checkpoint']))).toBe('{"step":1}');
  });
});

describe('keys rotate, beside others', () => {
  /** The database as the command sees it: `before` and `after` are called around each replacement; true: it is dropped. */
  async function door(
    before: (n: number) => Promise<unknown>,
    after: (n: number) => Promise<unknown> = async () => {},
  ) {
    let replacements = 0;
    return servers.http(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(Buffer.from(chunk));
      const counts = request.url?.includes('publisher_secrets_replace') === true;
      if (counts) {
        replacements += 1;
        if ((await before(replacements)) === true) {
          response.destroy();
          return;
        }
      }
      const { host: _host, 'content-length': _length, connection: _connection, ...headers } = request.headers;
      const answer = await fetch(`${publisher().supabase.url}${request.url}`, {
        method: request.method ?? 'POST',
        headers: headers as Record<string, string>,
        body: Buffer.concat(chunks),
      });
      const body = await answer.text();
      if (counts) await after(replacements);
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(body);
    });
  }

  it.each([
    ['before the second page is written', true],
    ['after it was written, without its answer', false],
  ])('goes on where a kill ended it: %s', async (_when, before) => {
    const person = await addPerson(publisher());
    const ids = await Promise.all(
      Array.from({ length: 130 }, (_none, n) =>
        account(person, encrypt(`EAAB-${n}`), encrypt(`refresh-${n}`)),
      ),
    );
    let child: ChildProcess | undefined;
    const kill = async (n: number): Promise<boolean> => {
      if (n !== 2 || child === undefined) return false;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      return true;
    };
    const url = before ? await door(kill) : await door(async () => {}, kill);
    const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, ...publisher().env, ...replaced() };
    const start = (address: string, started?: (process: ChildProcess) => void) =>
      runProcess(BIN, ['--env-file', '/nowhere/.env', 'keys', 'rotate'], {
        cwd: '/',
        env: { ...env, SUPABASE_URL: address },
        ...(started === undefined ? {} : { started }),
      });
    const killed = await start(url, (process) => {
      child = process;
    });
    expect(killed.code).toBeNull();
    const state = await Promise.all(ids.map((id) => readBy(id)));
    expect(state.flat().filter((text) => text !== null)).toHaveLength(before ? 100 : 200);

    const ended = await start(publisher().supabase.url);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain(before ? '160 encrypted anew' : '60 encrypted anew');
    expect(await Promise.all(ids.map((id) => readBy(id)))).toEqual(
      ids.map((_id, n) => [`EAAB-${n}`, `refresh-${n}`]),
    );
  });

  it('never overwrites a token that the app has stored meanwhile', async () => {
    const person = await addPerson(publisher());
    const [one, two] = [
      await account(person, encrypt('EAAB-one')),
      await account(person, encrypt('EAAB-two')),
    ];
    const fresh = encrypt('EAAB-fresh');
    const url = await door(async () => {
      await publisher().supabase
        .sql`update public.platform_connections set access_token_encrypted = ${fresh} where id = ${one}`;
    });
    const said = await rotate({}, { SUPABASE_URL: url });
    expect(said.code).toBe(75);
    expect(said.out).toContain('1 changed meanwhile by somebody else and left');
    expect((await stored(one))[0]).toBe(fresh);
    expect((await readBy(two))[0]).toBe('EAAB-two');
    expect((await rotate()).code).toBe(0);
    expect((await readBy(one))[0]).toBe('EAAB-fresh');
  });

  it('repeats harmlessly when an answer was lost', async () => {
    const person = await addPerson(publisher());
    const id = await account(person, encrypt('EAAB-one'));
    let lost = 0;
    const url = await servers.http(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(Buffer.from(chunk));
      const { host: _host, 'content-length': _length, connection: _connection, ...headers } = request.headers;
      const answer = await fetch(`${publisher().supabase.url}${request.url}`, {
        method: 'POST',
        headers: headers as Record<string, string>,
        body: Buffer.concat(chunks),
      });
      const body = await answer.text();
      if (request.url?.includes('publisher_secrets_replace') === true && lost === 0) {
        lost += 1;
        response.destroy();
      } else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(body);
    });
    const said = await rotate({}, { SUPABASE_URL: url });
    expect(said).toMatchObject({ code: 0 });
    expect(said.out).toContain('1 encrypted anew');
    expect(lost).toBe(1);
    expect((await readBy(id))[0]).toBe('EAAB-one');
  });

  it('loses no pair of tokens that a tick is getting from the platform at this moment', async () => {
    const { platforms, run, supabase } = publisher();
    const person = await addPerson(publisher());
    const x = await connect(publisher(), person, 'x');
    await schedule(publisher(), person, { platform: 'x' });
    // X's refresh tokens serve once: were the new one lost, the account would be dead.
    platforms.setFaults([{ platform: 'x', match: '/oauth2/token', kind: 'slow', ms: 2_000, times: 1 }]);
    const ticking = run({ userId: person.id });
    const leased = async () =>
      (await supabase.sql`select 1 from public.publish_holds where refresh_until > now()`).length > 0;
    while (!(await leased())) await new Promise((done) => setTimeout(done, 20));
    const said = await rotate();
    expect(said.out).toContain('2 encrypted anew');
    expect((await ticking).summary.published).toBe(1);
    platforms.setFaults([]);
    await rotate();
    const [access, refresh] = await readBy(x.connectionId);
    expect(access).toMatch(/^x-access-/);
    expect(refresh).toMatch(/^x-refresh-\d+$/);
  });

  it('keeps what is known of a token: it is not refreshed because of it', async () => {
    const { run, wire } = publisher();
    const person = await addPerson(publisher());
    await connect(publisher(), person, 'x');
    await schedule(publisher(), person, { platform: 'x' });
    await run({ userId: person.id });
    expect((await rotate()).code).toBe(0);
    const asked = () => wire().filter(({ path }) => path.includes('/oauth2/token')).length;
    const before = asked();
    await schedule(publisher(), person, { platform: 'x' });
    expect((await run({ userId: person.id, env: replaced() })).summary.published).toBe(1);
    expect(asked()).toBe(before);
  });
});

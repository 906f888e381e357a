import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { StoreError } from '../../src/core/store.ts';
import { SPOOL_FILE } from '../../src/store/spool.ts';
import { installedLongAgo, letTimePass, publicPosts, readRow } from '../support/app-rows.ts';
import { testServers } from '../support/http-servers.ts';
import { addPerson, connect, schedule } from '../support/people.ts';
import { usePublisher } from '../support/publisher.ts';

const publisher = usePublisher();
const servers = testServers();
afterEach(() => servers.close());
beforeAll(() => installedLongAgo(publisher()));

/** The database goes away at its first `lost` call, and comes back when `back` is called. */
let down = false;
let lost = '';
let base = '';
beforeEach(async () => {
  down = false;
  lost = '/rpc/publisher_outcome';
  const { supabase } = publisher();
  base = await servers.http(async (request, response) => {
    if (request.url?.endsWith(lost) === true) down = true;
    if (down) {
      response.destroy();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const { host: _host, 'content-length': _length, ...headers } = request.headers;
    const answer = await fetch(`${supabase.url}${request.url}`, {
      method: request.method ?? 'GET',
      headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
      ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
    });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
});
function back(): void {
  lost = 'nothing';
  down = false;
}
const viaProxy = () => ({ SUPABASE_URL: base });
const spool = () => join(publisher().env['LOG_DIR'] ?? '', SPOOL_FILE);

describe('a database that goes away after the platform has answered', () => {
  it('loses nothing: the outcome is kept on this host and stored by its next tick, which asks the platform nothing', async () => {
    const { run, supabase, wire } = publisher();
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'facebook');
    const post = await schedule(publisher(), person, {});
    await expect(run({ userId: person.id, env: viaProxy() })).rejects.toThrow(StoreError);
    expect(publicPosts(publisher(), account.id)).toHaveLength(1);
    expect(existsSync(spool())).toBe(true);

    back();
    const asked = wire().length;
    // Before its lease is over: an outcome is taken from anybody at any time.
    const { log } = await run({ userId: person.id, env: viaProxy() });
    expect(log.map(({ message }) => message)).toContain('1 outcomes that this host had kept are stored now.');
    // The row follows when the lease of the tick that lost its database is over.
    await letTimePass(publisher(), 100);
    await run({ userId: person.id, env: viaProxy() });
    expect(wire()).toHaveLength(asked);
    const row = await readRow(supabase, post.table, post.id);
    expect(row).toMatchObject({
      status: 'published',
      channel_post_id: publicPosts(publisher(), account.id)[0]?.id,
    });
    expect(
      readdirSync(publisher().env['LOG_DIR'] ?? '').filter((name) => name.startsWith(SPOOL_FILE)),
    ).toEqual([]);
  });

  it('is survived without the spool too: another host reads the account back and sends nothing', async () => {
    const { run } = publisher();
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'facebook');
    await schedule(publisher(), person, {});
    await expect(run({ userId: person.id, env: viaProxy() })).rejects.toThrow(StoreError);
    back();
    const elsewhere = { ...viaProxy(), LOG_DIR: join(publisher().env['LOG_DIR'] ?? '', 'other-host') };
    await letTimePass(publisher(), 100);
    const { summary } = await run({ userId: person.id, env: elsewhere });
    expect(summary.published).toBe(1);
    // The first host comes back with its old news.
    await run({ userId: person.id, env: viaProxy() });
    expect(publicPosts(publisher(), account.id)).toHaveLength(1);
    const [target] = await publisher().supabase
      .sql`select t.state, t.warning from public.publish_targets t join public.publish_queue q using (source, post_id)
        where q.user_id = ${person.id}`;
    expect(target).toEqual({ state: 'published', warning: null });
  });

  it('keeps outcomes of other users while TEST_USER_ID limits the tick', async () => {
    const { run } = publisher();
    const person = await addPerson(publisher());
    await connect(publisher(), person, 'facebook');
    await schedule(publisher(), person, {});
    await expect(run({ userId: person.id, env: viaProxy() })).rejects.toThrow(StoreError);
    back();
    const other = await addPerson(publisher());
    await run({ userId: other.id, env: viaProxy() });
    expect(existsSync(spool())).toBe(true);
    await run({ userId: person.id, env: viaProxy() });
    expect(existsSync(spool())).toBe(false);
  });
});

describe('a database that goes away after the platform has given out the next refresh token', () => {
  it('does not cost the account: the token is kept on this host, and stored before anything is asked with it', async () => {
    const { run, wire, supabase } = publisher();
    lost = '/rpc/publisher_refresh_store';
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'x');
    await schedule(publisher(), person, { platform: 'twitter' });
    await expect(run({ userId: person.id, env: viaProxy() })).rejects.toThrow(StoreError);
    expect(readFileSync(spool(), 'utf8')).not.toContain('x-refresh');

    back();
    await letTimePass(publisher(), 100);
    const { summary } = await run({ userId: person.id, env: viaProxy() });
    expect(summary).toMatchObject({ published: 1 });
    expect(publicPosts(publisher(), account.id)).toHaveLength(1);
    const renewed = wire().filter(({ path, platform }) => platform === 'x' && path === '/2/oauth2/token');
    expect(renewed.map(({ status }) => status)).toEqual([200]);
    const [row] =
      await supabase.sql`select is_active from public.platform_connections where id = ${account.connectionId}`;
    expect(row).toEqual({ is_active: true });
  });

  it('told a second time, long after the app has stored another one, changes nothing', async () => {
    const { run, supabase } = publisher();
    lost = '/rpc/publisher_refresh_store';
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'x');
    await schedule(publisher(), person, { platform: 'twitter' });
    await expect(run({ userId: person.id, env: viaProxy() })).rejects.toThrow(StoreError);
    back();
    await supabase.sql`update public.platform_connections set access_token_encrypted = 'of the app'
      where id = ${account.connectionId}`;
    const other = await addPerson(publisher());
    await run({ userId: other.id, env: viaProxy() });
    expect(existsSync(spool())).toBe(true);
    await run({ userId: person.id, env: viaProxy() });
    expect(existsSync(spool())).toBe(false);
    const [row] = await supabase.sql`select access_token_encrypted as token
      from public.platform_connections where id = ${account.connectionId}`;
    expect(row).toEqual({ token: 'of the app' });
  });
});

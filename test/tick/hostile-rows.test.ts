import { beforeAll, describe, expect, it } from 'vitest';
import { installedLongAgo, publicPosts, publishErrorOf, readRow } from '../support/app-rows.ts';
import { testServers } from '../support/http-servers.ts';
import { addPerson, connect, schedule } from '../support/people.ts';
import { usePublisher } from '../support/publisher.ts';

const publisher = usePublisher();
const servers = testServers();
beforeAll(() => installedLongAgo(publisher()));

describe('a post with a file on', () => {
  it.each([
    ['this machine', 'http://127.0.0.1:1/a.jpg', 'MEDIA_HOST_PRIVATE'],
    ['this machine, with a dot at its end', 'http://127.0.0.1.:1/a.jpg', 'MEDIA_HOST_PRIVATE'],
    ['this machine, in octal', 'http://0177.0.0.1/a.jpg', 'MEDIA_HOST_PRIVATE'],
    ['this machine, as one number', 'http://2130706433/a.jpg', 'MEDIA_HOST_PRIVATE'],
    ['this machine, as IPv6', 'http://[::1]/a.jpg', 'MEDIA_HOST_PRIVATE'],
    ['this machine, mapped into IPv6', 'http://[::ffff:127.0.0.1]/a.jpg', 'MEDIA_HOST_PRIVATE'],
    ['this machine, through NAT64', 'http://[64:ff9b::7f00:1]/a.jpg', 'MEDIA_HOST_PRIVATE'],
    ['the operator’s network', 'https://192.168.1.10/a.jpg', 'MEDIA_HOST_PRIVATE'],
    ['the operator’s network, through 6to4', 'https://[2002:c0a8:10a::]/a.jpg', 'MEDIA_HOST_PRIVATE'],
    ['a cloud’s metadata', 'http://169.254.169.254/latest/meta-data/a.jpg', 'MEDIA_HOST_PRIVATE'],
    ['a server with a password', 'https://rao:S3cret@files.example/a.jpg', 'MEDIA_URL_UNUSABLE'],
    ['the disk', 'file:///etc/passwd', 'MEDIA_URL_UNUSABLE'],
  ])('%s is refused with a sentence, and nothing is asked', async (_where, url, code) => {
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'facebook');
    const { table, id } = await schedule(publisher(), person, { images: [url] });
    const { log, notices } = await publisher().run({ userId: person.id });
    const row = await readRow(publisher().supabase, table, id);
    expect(row.status).toBe('draft');
    expect(publishErrorOf(row)).toMatchObject({ kind: 'rejected', code });
    expect(publicPosts(publisher(), account.id)).toEqual([]);
    expect(JSON.stringify([publishErrorOf(row), log, notices])).not.toContain('S3cret');
  });
});

it('a file that is announced with 10 GB is refused before a byte of it is read', async () => {
  let sent = 0;
  const origin = await servers.http((_request, response) => {
    response.writeHead(200, { 'content-length': 10_000_000_000 });
    const more = () => {
      sent += 65_536;
      if (!response.destroyed) response.write(Buffer.alloc(65_536), more);
    };
    more();
  });
  const person = await addPerson(publisher());
  await connect(publisher(), person, 'facebook');
  const { table, id } = await schedule(publisher(), person, { images: [`${origin}/a.jpg`] });
  await publisher().run({ userId: person.id, env: { MEDIA_ALLOW_HOSTS: new URL(origin).host } });
  await servers.close();
  expect(publishErrorOf(await readRow(publisher().supabase, table, id))).toMatchObject({
    code: 'MEDIA_TOO_LARGE',
    message: 'The file “a.jpg” is larger than 4 GB; such files are not fetched.',
  });
  // What stood in buffers between the two.
  expect(sent).toBeLessThan(20_000_000);
});

it('MEDIA_ALLOW_HOSTS opens the hosts that it names, and no redirect from there to another one', async () => {
  let asked = 0;
  const inner = await servers.http((_request, response) => {
    asked += 1;
    response.end('secret');
  });
  const named = await servers.http((_request, response) =>
    response.writeHead(307, { location: `${inner}/a.jpg` }).end(),
  );
  const person = await addPerson(publisher());
  await connect(publisher(), person, 'facebook');
  const { table, id } = await schedule(publisher(), person, { images: [`${named}/a.jpg`] });
  await publisher().run({ userId: person.id, env: { MEDIA_ALLOW_HOSTS: new URL(named).host } });
  await servers.close();
  expect(publishErrorOf(await readRow(publisher().supabase, table, id)).code).toBe('MEDIA_HOST_PRIVATE');
  expect(asked).toBe(0);
});

it('a server of an account that would add a header is no server, and its token goes nowhere', async () => {
  const person = await addPerson(publisher());
  await connect(publisher(), person, 'mastodon', {
    connection: { metadata: { instance_url: 'https://mastodon.example\r\nx-injected: 1' } },
  });
  const { table, id } = await schedule(publisher(), person, { platform: 'mastodon' });
  const before = publisher().wire().length;
  await publisher().run({ userId: person.id });
  expect(publishErrorOf(await readRow(publisher().supabase, table, id)).code).toBe('NO_ACCOUNT');
  expect(publisher().wire()).toHaveLength(before);
});

it('a target that names another user’s account goes nowhere, whatever connection it claims', async () => {
  const [asha, ben] = [await addPerson(publisher()), await addPerson(publisher())];
  await connect(publisher(), asha, 'facebook');
  const his = await connect(publisher(), ben, 'facebook');
  const post = await schedule(publisher(), asha);
  const target = {
    source: post.table,
    post_id: post.id,
    platform: 'facebook',
    account_id: his.id,
    connection_id: his.connectionId,
  };
  await publisher().supabase.sql`insert into public.publish_targets ${publisher().supabase.sql(target)}`;
  await publisher().run({ userId: asha.id });
  await publisher().run({ userId: ben.id });
  expect(publicPosts(publisher(), his.id)).toEqual([]);
  const [after] = await publisher().supabase.sql`
    select state, error ->> 'message' as message from public.publish_targets
    where post_id = ${post.id} and account_id = ${his.id}`;
  expect(after).toMatchObject({ state: 'failed', message: expect.stringMatching(/\w/) });
});

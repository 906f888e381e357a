import { createHmac } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { installedLongAgo } from '../support/app-rows.ts';
import { runCommand } from '../support/command.ts';
import { testServers } from '../support/http-servers.ts';
import { addPerson, connect, type Person, schedule } from '../support/people.ts';
import { usePublisher } from '../support/publisher.ts';

const publisher = usePublisher();
beforeAll(() => installedLongAgo(publisher()));
const servers = testServers();
afterEach(() => servers.close());

interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

async function receiver(answers: readonly number[] = []): Promise<{ origin: string; received: Received[] }> {
  const received: Received[] = [];
  const origin = await servers.http((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const status = answers[received.length] ?? 200;
      received.push({
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(parts).toString(),
      });
      response.writeHead(status, status === 302 ? { location: `${origin}/elsewhere` } : {}).end('thanks');
    });
  });
  return { origin, received };
}

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const tick = (person: Person, env: Readonly<Record<string, string>>) =>
  runCommand(publisher(), (io) => run(io, { json: true, failOnError: false, includeOverdue: false }), {
    TEST_USER_ID: person.id,
    ...env,
  });
const ours = (received: readonly Received[], person: Person) =>
  received.filter(({ body }) => body.includes(person.id));

async function failingPost() {
  const person = await addPerson(publisher());
  const account = await connect(publisher(), person, 'linkedin');
  const post = await schedule(publisher(), person, { platform: 'linkedin', content: 'x'.repeat(3_001) });
  return { person, account, post };
}

describe('NOTIFY_WEBHOOK_URL', () => {
  it('gets a failed post once, signed, as a sentence and as data', async () => {
    const { person, account, post } = await failingPost();
    const { origin, received } = await receiver();
    const env = { NOTIFY_WEBHOOK_URL: `${origin}/hook`, NOTIFY_WEBHOOK_SECRET: SECRET };
    expect((await tick(person, env)).code).toBe(0);
    await tick(person, env);
    const [notice, ...more] = ours(received, person);
    expect(more).toEqual([]);
    expect(notice).toMatchObject({ method: 'POST', path: '/hook' });
    const { headers, body = '' } = notice ?? {};
    expect(headers).toMatchObject({ 'content-type': 'application/json' });
    const signed = `${headers?.['webhook-id']}.${headers?.['webhook-timestamp']}.${body}`;
    const key = Buffer.from(SECRET.slice(6), 'base64');
    expect(headers?.['webhook-signature']).toBe(
      `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
    );
    expect(Math.abs(Number(headers?.['webhook-timestamp']) - Date.now() / 1_000)).toBeLessThan(60);
    expect(JSON.parse(body)).toMatchObject({
      id: headers?.['webhook-id'],
      type: 'post.failed',
      text: expect.stringMatching(
        new RegExp(
          `^Post created_content:${post.id} did not go out on linkedin \\(${account.name}\\): .*3,?001.*`,
        ),
      ),
      data: { id: post.id, user_id: person.id, targets: [{ state: 'failed', error: { kind: 'rejected' } }] },
    });
    expect(body).not.toContain('AQX-');
  });

  it.each([500, 404, 302])(
    'that answers %s gets it again, under the same id; the tick is good all the same',
    async (status) => {
      const { person } = await failingPost();
      const { origin, received } = await receiver([status]);
      const env = { NOTIFY_WEBHOOK_URL: `${origin}/hook` };
      expect((await tick(person, env)).code).toBe(0);
      await publisher().supabase.sql`update public.publish_notices set next_attempt_at = now()`;
      await tick(person, env);
      expect(received.map(({ path }) => path)).toEqual(['/hook', '/hook']);
      expect(received[1]?.headers['webhook-id']).toBe(received[0]?.headers['webhook-id']);
      expect(received[0]?.headers).not.toHaveProperty('webhook-signature');
    },
  );

  it('hears of twenty waiting posts of a dead account once', async () => {
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'facebook');
    for (let n = 0; n < 20; n += 1) await schedule(publisher(), person, {});
    publisher().platforms.setFaults([{ platform: 'facebook', kind: 'token_expired' }]);
    const { origin, received } = await receiver();
    const env = { NOTIFY_WEBHOOK_URL: origin };
    await tick(person, env);
    publisher().platforms.setFaults([]);
    await publisher().supabase.sql`update public.publish_targets set held_since = now() - interval '3 hours'
      where account_id = ${account.id}`;
    await publisher().supabase.sql`update public.publish_notices set created_at = now() - interval '3 hours'`;
    await tick(person, env);
    expect(ours(received, person)).toHaveLength(1);
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({
      type: 'account.disconnected',
      text: expect.stringMatching(
        new RegExp(`The facebook account ${account.name} is disconnected: .*20 of its posts wait`),
      ),
      data: { account_id: account.id, posts_waiting: 20 },
    });
  });
});

describe('an access that ends', () => {
  it('is told of at its marks, in cron’s mail and by NOTIFY_WEBHOOK_URL, with the posts that come too late', async () => {
    const person = await addPerson(publisher());
    const inDays = (days: number) => new Date(Date.now() + days * 86_400_000 - 60_000).toISOString();
    const account = await connect(publisher(), person, 'linkedin', {
      connection: { token_expires_at: inDays(13).replace('Z', ''), refresh_token_encrypted: null },
    });
    await schedule(publisher(), person, { platform: 'linkedin', scheduled_at: inDays(20) });
    const { origin, received } = await receiver();
    const everybody = { NOTIFY_WEBHOOK_URL: origin, TEST_USER_ID: '' };
    await publisher().supabase.sql`update public.publish_install set renewals_at = null`;
    await tick(person, everybody);
    await publisher().supabase.sql`update public.publish_install set renewals_at = null`;
    await tick(person, everybody);
    const [notice, ...more] = ours(received, person);
    expect(more).toEqual([]);
    expect(JSON.parse(notice?.body ?? '')).toMatchObject({
      type: 'account.expiring',
      text: expect.stringMatching(
        new RegExp(`${account.name} ends in 12 days .*1 post is scheduled after that\\. Connect it again`),
      ),
      data: { account_id: account.id },
    });
  });
});

describe('HEARTBEAT_URL', () => {
  const quiet = () => addPerson(publisher());

  it('is called after a good tick, also one with failed posts', async () => {
    const { person } = await failingPost();
    const { origin, received } = await receiver();
    expect((await tick(person, { HEARTBEAT_URL: `${origin}/ping/1` })).code).toBe(0);
    expect(received).toMatchObject([{ method: 'GET', path: '/ping/1' }]);
  });

  it('is not called when the database could not be used', async () => {
    const { origin, received } = await receiver();
    const output = await tick(await quiet(), {
      HEARTBEAT_URL: origin,
      SUPABASE_URL: 'http://127.0.0.1:9',
      REQUEST_TIMEOUT: '1s',
    });
    expect(output.code).not.toBe(0);
    expect(received).toEqual([]);
  });

  it('is not called when something is the operator’s to mend', async () => {
    const person = await addPerson(publisher());
    await connect(publisher(), person, 'facebook');
    await connect(publisher(), person, 'linkedin');
    await schedule(publisher(), person);
    const { origin, received } = await receiver();
    const output = await tick(person, {
      HEARTBEAT_URL: origin,
      ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64url').concat('='),
    });
    expect(output.err).toContain('ENCRYPTION_KEY fits none');
    expect(received).toEqual([]);
  });

  it('that does not answer fails nothing', async () => {
    expect((await tick(await quiet(), { HEARTBEAT_URL: 'http://127.0.0.1:9/secret-path' })).code).toBe(0);
  });
});

import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  installedLongAgo,
  letTimePass,
  publicPosts,
  publishErrorOf,
  readRow,
  storeFile,
} from '../support/app-rows.ts';
import { testServers } from '../support/http-servers.ts';
import { addPerson, connect, schedule } from '../support/people.ts';
import { usePublisher } from '../support/publisher.ts';

const publisher = usePublisher();
const servers = testServers();
afterEach(() => servers.close());

let photo: string;
beforeAll(async () => {
  await installedLongAgo(publisher());
  photo = await storeFile(publisher().supabase, 'bakery-sourdough.jpg');
});

/** An address at which nobody listens. */
async function nobody(): Promise<string> {
  const url = await servers.http(() => {});
  await servers.close();
  return url;
}

describe.each([
  ['the visible request', () => ({})],
  ['an upload before it', () => ({ images: [photo] })],
] as const)('a platform that %s does not reach', (_name, columns) => {
  it('costs no attempt, whatever MAX_ATTEMPTS says: the post goes out once it is there again', async () => {
    const { run } = publisher();
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'facebook');
    await schedule(publisher(), person, columns());
    const env = { FACEBOOK_API_URL: await nobody(), MAX_ATTEMPTS: '2' };
    for (let look = 0; look < 6; look += 1) {
      const { summary, notices } = await run({ userId: person.id, env });
      expect(summary).toMatchObject({ retry: 1, failed: 0, unknown: 0 });
      expect(notices).toEqual([]);
      await letTimePass(publisher(), 1_800);
    }
    expect((await run({ userId: person.id })).summary.published).toBe(1);
    expect(publicPosts(publisher(), account.id)).toHaveLength(1);
  });

  it('for longer than MAX_HOLD makes the post a draft with that reason', async () => {
    const { run, supabase } = publisher();
    const person = await addPerson(publisher());
    await connect(publisher(), person, 'facebook');
    const post = await schedule(publisher(), person, columns());
    const env = { FACEBOOK_API_URL: await nobody(), MAX_HOLD: '2h' };
    const outcomes: string[] = [];
    for (let hour = 0; hour < 4; hour += 1) {
      const { summary } = await run({ userId: person.id, env });
      outcomes.push(...summary.posts.map(({ outcome }) => outcome));
      await letTimePass(publisher(), 3_600);
    }
    expect(outcomes).toEqual(['retry', 'retry', 'failed']);
    const row = await readRow(supabase, post.table, post.id);
    expect(row.status).toBe('draft');
    expect(publishErrorOf(row)).toMatchObject({ kind: 'temporary', code: 'HTTP_REFUSED' });
  });
});

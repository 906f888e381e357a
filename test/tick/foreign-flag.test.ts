import { DateTime } from 'luxon';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  installedLongAgo,
  metadataOf,
  minutesAgo,
  publicPosts,
  publishErrorOf,
  readRow,
  snapshot,
  updateRow,
} from '../support/app-rows.ts';
import { addPerson, type ConnectedAccount, connect, scheduleCampaignPost } from '../support/people.ts';
import { usePublisher } from '../support/publisher.ts';
import { publicTexts, ticksUntilSettled } from '../support/ticks.ts';

const publisher = usePublisher();
const ZONE = 'Asia/Kolkata';

beforeAll(() => installedLongAgo(publisher()));

/** As a dead worker of another publisher leaves it: the flag stands, its time is local and says no zone. */
const localTime = (minutes: number) =>
  DateTime.now().minus({ minutes }).setZone(ZONE).toISO({ includeOffset: false });

async function flagged(minutes: number, at: unknown = localTime(minutes)) {
  const person = await addPerson(publisher(), ZONE);
  const account = await connect(publisher(), person, 'facebook');
  const metadata = { user_id: person.id, _publishing: true, _publishing_at: at, generated_by: 'emily_agent' };
  const post = await scheduleCampaignPost(publisher(), person, { title: 'Stuck', metadata });
  return { person, account, post, text: `Stuck\n\n${post.content}` };
}

const requests = () =>
  publisher()
    .wire()
    .filter(({ platform }) => platform === 'facebook');
const sends = (account: ConnectedAccount) =>
  requests().filter(({ method, path }) => method === 'POST' && path.endsWith(`/${account.id}/feed`)).length;

/** The other publisher's own request, which did arrive. */
async function postByHand(account: ConnectedAccount, message: string): Promise<void> {
  const response = await fetch(`${publisher().platforms.base('facebook')}/v26.0/${account.id}/feed`, {
    method: 'POST',
    headers: { authorization: `Bearer ${account.token}` },
    body: new URLSearchParams({ message }),
  });
  expect(response.status).toBe(200);
}

describe("another publisher's flag", () => {
  it.each([
    ['local time without zone', () => localTime(5)],
    ['UTC without zone', () => minutesAgo(5).replace('Z', '')],
    ['an instant', () => minutesAgo(5)],
  ])('that is five minutes old (%s): its row is left alone, byte for byte', async (_name, at) => {
    const { person } = await flagged(5, at());
    const { supabase, run } = publisher();
    const before = await snapshot(supabase, ['content_posts']);
    const asked = requests().length;
    const { summary, notices } = await run({ userId: person.id });
    expect(summary).toMatchObject({ published: 0, failed: 0, skipped: 1 });
    expect(notices).toEqual([]);
    expect(requests()).toHaveLength(asked);
    expect(await snapshot(supabase, ['content_posts'])).toEqual(before);
  });

  it('that was left behind, and the post is public: it is adopted with its id, and nothing is sent', async () => {
    const { person, account, post, text } = await flagged(16);
    await postByHand(account, text);
    const before = sends(account);
    await ticksUntilSettled(publisher(), person, 20);
    expect(sends(account)).toBe(before);
    const [only, ...more] = publicPosts(publisher(), account.id);
    expect(more).toEqual([]);
    const row = await readRow(publisher().supabase, post.table, post.id);
    expect(row.status).toBe('published');
    expect(metadataOf(row)).toMatchObject({ generated_by: 'emily_agent', facebook_post_id: only?.id });
    expect(metadataOf(row)).not.toHaveProperty('_publishing');
  });

  it('that was left behind, and the post is nowhere: it is sent once, after two looks', async () => {
    const { person, account, post, text } = await flagged(40);
    const first = await publisher().run({ userId: person.id });
    expect(first.summary).toMatchObject({ published: 0 });
    expect(sends(account)).toBe(0);
    await ticksUntilSettled(publisher(), person, 20);
    expect(publicTexts(publisher(), account.id)).toEqual([text]);
    expect((await readRow(publisher().supabase, post.table, post.id)).status).toBe('published');
  });

  it('that was left behind, and the account holds a post that nobody can place: nothing is sent, however often it is looked', async () => {
    const { person, account, post } = await flagged(16);
    await postByHand(account, 'Something else entirely');
    const [stranger] = publicPosts(publisher(), account.id);
    const before = sends(account);
    const { sql } = publisher().supabase;
    await publisher().run({ userId: person.id });
    for (let look = 0; look < 4; look += 1) {
      // Only the next look comes sooner: the list must not leave the time around the flag.
      await sql`update public.publish_targets set next_look_at = now() where post_id = ${post.id}`;
      await sql`update public.publish_queue set next_attempt_at = now() where post_id = ${post.id}`;
      expect((await publisher().run({ userId: person.id })).summary).toMatchObject({
        published: 0,
        unknown: 1,
      });
    }
    expect(sends(account)).toBe(before);
    const row = await readRow(publisher().supabase, post.table, post.id);
    expect(row.status).toBe('scheduled');
    expect(publishErrorOf(row)).toMatchObject({ kind: 'unknown' });
    expect(publishErrorOf(row).message).toContain(stranger?.id);
  });

  it('that the other publisher takes down again: the post goes out as planned', async () => {
    const { person, account, post, text } = await flagged(5);
    await publisher().run({ userId: person.id });
    await updateRow(publisher().supabase, 'content_posts', post.id, { metadata: { user_id: person.id } });
    await ticksUntilSettled(publisher(), person, 660);
    expect(publicTexts(publisher(), account.id)).toEqual([text]);
  });

  it('whose post the other publisher has finished: nothing is left to do', async () => {
    const { person, account, post } = await flagged(5);
    await publisher().run({ userId: person.id });
    const metadata = { user_id: person.id, facebook_post_id: '1_2' };
    await updateRow(publisher().supabase, 'content_posts', post.id, { status: 'published', metadata });
    await ticksUntilSettled(publisher(), person, 660);
    expect(publicPosts(publisher(), account.id)).toEqual([]);
    const row = await readRow(publisher().supabase, post.table, post.id);
    expect(row).toMatchObject({ status: 'published', metadata });
  });
});

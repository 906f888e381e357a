import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { retry } from '../../src/cli/retry.ts';
import { installedLongAgo, letTimePass, metadataOf, publicPosts, readRow } from '../support/app-rows.ts';
import { addPerson, connect, schedule } from '../support/people.ts';
import { FULL_SCOPES, usePublisher } from '../support/publisher.ts';
import { diesAt } from '../support/ticks.ts';

const publisher = usePublisher();
beforeAll(() => installedLongAgo(publisher()));
afterEach(() => publisher().platforms.setFaults([]));

const COMMENT = 'The recipe: https://raobakes.example/roggen';

async function posted() {
  const person = await addPerson(publisher());
  const account = await connect(publisher(), person, 'facebook');
  const post = await schedule(publisher(), person, {
    metadata: { publish_options: { first_comment: COMMENT } },
  });
  const run = (more: object = {}) => publisher().run({ userId: person.id, ...more });
  return {
    person,
    account,
    post,
    run,
    kinds: () => publicPosts(publisher(), account.id).map(({ kind }) => kind),
    row: () => readRow(publisher().supabase, post.table, post.id),
    ticks: async (seconds: number, many: number) => {
      for (let tick = 0; tick < many; tick += 1) {
        await letTimePass(publisher(), seconds);
        await run();
      }
    },
  };
}

const warningIn = (row: Parameters<typeof metadataOf>[0]) =>
  (metadataOf(row)['publish_results'] as { warning?: string }[])[0]?.warning;

describe('a first comment', () => {
  it('stands below the post after one tick', async () => {
    const { run, kinds, row, account } = await posted();
    expect((await run()).summary).toMatchObject({ published: 1, failed: 0 });
    expect(kinds()).toEqual(['text', 'comment']);
    expect(publicPosts(publisher(), account.id)[1]?.text).toBe(COMMENT);
    expect(warningIn(await row())).toBeUndefined();
    expect((await run()).summary.claimed).toBe(0);
  });

  it.each(['drop_after', 'drop_before'] as const)(
    'whose answer was lost (%s) is below the post once in the end',
    async (kind) => {
      const { run, kinds, ticks, row } = await posted();
      publisher().platforms.setFaults([{ platform: 'facebook', match: 'POST .*/comments', kind, times: 1 }]);
      await run();
      expect((await row()).status).toBe('published');
      await ticks(20, 8);
      expect(kinds()).toEqual(['text', 'comment']);
      expect(warningIn(await row())).toBeUndefined();
    },
  );

  it('of a post that the app has taken back is not waited for', async () => {
    const { post, run, kinds, ticks } = await posted();
    const { sql } = publisher().supabase;
    await run({ store: diesAt('sent') });
    await sql`update public.created_content set status = 'draft' where id = ${post.id}`;
    await ticks(100, 4);
    expect(kinds()).toEqual(['text']);
    const [target] =
      await sql`select missing, next_look_at from public.publish_targets where post_id = ${post.id}`;
    expect(target).toMatchObject({ missing: expect.stringContaining('taken back'), next_look_at: null });
  });

  it('without the permission for it is told, while the account stays in use, and follows once it is granted', async () => {
    const { person, account, post, run, kinds, row } = await posted();
    const { platforms, supabase, env } = publisher();
    const known = { ...account, scopes: FULL_SCOPES.facebook };
    const scopes = known.scopes.filter((scope) => scope !== 'pages_manage_engagement');
    platforms.addAccounts('facebook', [{ ...known, scopes }]);
    const { summary, notices } = await run();
    expect(summary).toMatchObject({ published: 1, failed: 0 });
    expect(notices).toEqual([expect.stringContaining('but not the first comment')]);
    expect(warningIn(await row())).toMatch(
      /^The post is out, but not the first comment: .*pages_manage_engagement/s,
    );
    const [connection] = await supabase.sql`select is_active from public.platform_connections
      where user_id = ${person.id}`;
    expect(connection).toMatchObject({ is_active: true });

    platforms.addAccounts('facebook', [known]);
    const io = { out: () => undefined, err: () => undefined, terminal: false, env };
    await retry(io as never, `created_content:${post.id}`, null);
    await letTimePass(publisher(), 5);
    await run();
    expect(kinds()).toEqual(['text', 'comment']);
    expect(warningIn(await row())).toBeUndefined();
  });
});

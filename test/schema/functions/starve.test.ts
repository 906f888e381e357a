import { describe, expect, it } from 'vitest';
import { inMinutes, useWorld, type World } from './world.ts';

const world = useWorld();

/** 500 scheduled posts of this user, each due a moment before the next. */
async function manyPosts({ sql, plan }: World, user: string): Promise<void> {
  await sql`insert into public.created_content (user_id, platform, content_type, channel, content, status, metadata, scheduled_at)
    select ${user}, 'facebook', 'post', 'Social Media', 'Post ' || n, 'scheduled', '{}',
      ${inMinutes(-9).toISOString()}::timestamptz + make_interval(secs => n * 0.1)
    from generate_series(1, 500) n`;
  await plan();
}

describe('500 posts that wait keep back none that is due later', () => {
  it.each(['of another account', 'of the same account'])('%s', async (whose) => {
    const { sql, addUser, addAccount, addPost, plan, claim } = world();
    const user = await addUser();
    await addAccount(user);
    await manyPosts(world(), user);
    await sql`update public.publish_queue set next_attempt_at = now() + interval '1 hour'`;
    const owner = whose === 'of the same account' ? user : await addUser();
    const post = await addPost(owner);
    await plan();
    expect((await claim({ limit: 16 })).map(({ id }) => id)).toEqual([post.id]);
  });

  it('also in the moment at which all of them may try again', async () => {
    const { addUser, addAccount, addPost, plan, claim } = world();
    const user = await addUser();
    await addAccount(user);
    await manyPosts(world(), user);
    const post = await addPost(await addUser());
    await plan();
    expect((await claim({ limit: 16, perAccount: 2 })).map(({ id }) => id)).toContain(post.id);
  });
});

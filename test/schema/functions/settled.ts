import { problem, type World } from './world.ts';

/** A claimed post with its account registered. */
export async function takenPost(
  { addUser, addAccount, addPost, plan, take }: World,
  columns: Record<string, unknown> = {},
) {
  const user = await addUser();
  const account = await addAccount(user);
  const post = await addPost(user, columns);
  await plan();
  const work = await take(post);
  await work.register([account]);
  return { user, account, post, work };
}

export const failed = (account: { platform: string; accountId: string }) =>
  ({ ...account, state: 'failed', error: problem(), nextLookAt: null, countAttempt: true }) as const;
export const retried = (account: { platform: string; accountId: string }, at = new Date()) =>
  ({
    ...account,
    state: 'retry',
    error: problem({ kind: 'temporary' }),
    nextLookAt: at,
    countAttempt: true,
  }) as const;

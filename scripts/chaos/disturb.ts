import { type Action, act, FIRST_WISH, type Wish } from './app-side.ts';
import { conclude, type Stand } from './enumerate.ts';
import { addPost } from './posts.ts';
import type { Trial } from './record.ts';

/** Right before that request of the tick arrives, somebody changes the post in the app. */
export async function disturbAt(stand: Stand, number: number, action: Action, key: string): Promise<Trial> {
  const { lane, example, owner, first } = stand;
  const post = await addPost(lane, example, owner);
  const wishes: Wish[] = [FIRST_WISH];
  const tick = lane.tick(first, () => ({
    before: async (asked) => {
      const [before] = wishes;
      if (asked.number === number && before !== undefined) wishes.push(await act(lane, post, action, before));
      return 'pass';
    },
  }));
  await tick.ended;
  const request = tick.asked[number - 1]?.name ?? 'never asked';
  const about = { stage: 'app', key, kills: 0, detail: { number, action, request } };
  return conclude(stand, post, about, wishes);
}

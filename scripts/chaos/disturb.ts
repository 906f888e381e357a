import { type Action, act, FIRST_WISH, type Wish } from './app-side.ts';
import { conclude, type Moment, type Stand } from './enumerate.ts';
import { addPost } from './posts.ts';
import type { Trial } from './record.ts';

/** Right before that request of the tick arrives, somebody changes the post in the app. */
export async function disturbAt(stand: Stand, at: Moment, action: Action, key: string): Promise<Trial> {
  const { lane, example, owner, first } = stand;
  const post = await addPost(lane, example, owner);
  const wishes: Wish[] = [FIRST_WISH];
  let request = 'never asked';
  const tick = lane.tick(first, () => ({
    before: async (asked) => {
      const [before] = wishes;
      if (!at(asked) || before === undefined) return 'pass';
      request = asked.name;
      wishes.push(await act(lane, post, action, before));
      return 'pass';
    },
  }));
  await tick.ended;
  const about = { stage: 'app', key, kills: 0, detail: { action, request } };
  return conclude(stand, post, about, wishes);
}

import { type Action, act } from './app-side.ts';
import type { Lane } from './lane.ts';
import type { Random } from './random.ts';
import { count } from './record.ts';
import { pause } from './signal.ts';
import type { Wanted } from './storm-posts.ts';

const STORM_ACTIONS: readonly Action[] = [
  ...Array<Action>(4).fill('edit'),
  ...Array<Action>(2).fill('un-schedule'),
  ...Array<Action>(3).fill('un-schedule, schedule'),
  'postpone',
  'mark as deleted',
  'delete',
  'publish now',
];

/** What happens meanwhile besides: the app's users, the database, the network. One after the other. */
export async function outside(
  lane: Lane,
  random: Random,
  wanted: readonly Wanted[],
  counts: Record<string, number>,
): Promise<void> {
  // A copy that was changed is none any more.
  const posts = wanted.filter(({ group }) => group !== 'copies');
  for (let left = posts.length === 0 ? 0 : random.below(4); left > 0; left -= 1) {
    await pause(random.below(400));
    const { targets, wishes, group } = random.pick(posts);
    const [post] = targets;
    const before = wishes.at(-1);
    if (before === undefined || post === undefined) continue;
    // What was taken back is put in again sooner or later; deleted is deleted.
    const drawn = before.wanted ? random.pick(STORM_ACTIONS) : 'un-schedule, schedule';
    const action = group === 'one' && random.chance(0.03) ? 'delete the target' : drawn;
    const after = await act(lane, post, action, before);
    if (after !== before) wishes.push(after);
    if (after !== before || action === 'delete the target') count(counts, `app: ${action}`);
  }
  if (random.chance(0.06)) {
    await lane.postgres.restart();
    count(counts, 'database restarted');
    await reconnect(lane);
  }
  if (random.chance(0.08)) {
    await lane.front.refuse(200 + random.below(400));
    count(counts, 'connections refused');
  }
}

/** Our own connections are lost as well. */
async function reconnect({ sql }: Lane): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      // All four of the pool.
      await Promise.all(Array.from({ length: 8 }, () => sql`select 1`));
      return;
    } catch (error) {
      if (attempt === 20) throw error;
      await pause(100);
    }
  }
}

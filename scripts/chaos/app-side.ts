import type { ChaosPost } from './chaos-post.ts';
import type { Lane } from './lane.ts';
import { textOf } from './posts.ts';

/** What the app wants of a post from a moment on. */
export interface Wish {
  readonly at: Date;
  /** Of the text. */
  readonly version: number;
  /** false: it is not to go out (any more). */
  readonly wanted: boolean;
  readonly notBefore: Date | null;
  /** The app published it itself, and its row says so. */
  readonly byApp: boolean;
}

/** As it is put in. */
export const FIRST_WISH: Wish = {
  at: new Date(0),
  version: 1,
  wanted: true,
  notBefore: null,
  byApp: false,
};

const POSTPONED_MS = 30 * 60_000;

/** What somebody does in the app while a tick is at work. */
export const ACTIONS = [
  'edit',
  'un-schedule',
  'un-schedule, schedule',
  'postpone',
  'mark as deleted',
  'delete',
  'publish now',
  'delete the target',
] as const;
export type Action = (typeof ACTIONS)[number];

/**
 * Does it, and answers what is wanted from then on. Where the row is gone, or no longer in a state in which the app
 * offers this, nothing changes. The moment is taken under the row's lock: an arm that had the lock first is older.
 */
export async function act(lane: Lane, post: ChaosPost, action: Action, before: Wish): Promise<Wish> {
  const { sql, clock } = lane;
  const { id, source } = post;
  const table = sql(`public.${source}`);
  const now = sql`chaos.clock_timestamp() as at`;
  const changed = async (
    query: PromiseLike<readonly Record<string, unknown>[]>,
    change: Partial<Wish>,
  ): Promise<Wish> => {
    const at = (await query)[0]?.['at'];
    return at instanceof Date ? { ...before, ...change, at } : before;
  };

  switch (action) {
    case 'edit': {
      const version = before.version + 1;
      return changed(
        sql`update ${table} set content = ${textOf(post, version)} where id = ${id} returning ${now}`,
        { version },
      );
    }
    case 'un-schedule':
      return changed(
        sql`update ${table} set status = 'draft' where id = ${id} and status = 'scheduled' returning ${now}`,
        { wanted: false },
      );
    case 'un-schedule, schedule':
      await sql`update ${table} set status = 'draft' where id = ${id} and status = 'scheduled'`;
      return changed(
        sql`update ${table} set status = 'scheduled' where id = ${id} and status <> 'deleted' returning ${now}`,
        { wanted: true, byApp: false },
      );
    case 'postpone': {
      const notBefore = new Date(clock.now().getTime() + POSTPONED_MS);
      const [day, time] = [notBefore.toISOString().slice(0, 10), notBefore.toISOString().slice(11, 23)];
      const columns =
        source === 'created_content'
          ? sql`scheduled_at = ${notBefore}`
          : sql`scheduled_date = ${day}::date, scheduled_time = ${time}::time`;
      return changed(sql`update ${table} set ${columns} where id = ${id} returning ${now}`, { notBefore });
    }
    case 'mark as deleted':
      return changed(sql`update ${table} set status = 'deleted' where id = ${id} returning ${now}`, {
        wanted: false,
      });
    case 'delete':
      return changed(sql`delete from ${table} where id = ${id} returning ${now}`, { wanted: false });
    case 'publish now':
      return changed(
        sql`update ${table} set status = 'published', published_at = chaos.now(), metadata =
          coalesce(metadata, '{}') || jsonb_build_object(${`${post.platform}_post_id`}::text, 'by-the-app'::text)
          where id = ${id} and status = 'scheduled' returning ${now}`,
        { wanted: false, byApp: true },
      );
    case 'delete the target':
      await sql`delete from public.publish_targets where source = ${source} and post_id = ${id}`;
      return before;
  }
}

/** What was wanted at that moment. */
export function wishAt(wishes: readonly Wish[], moment: Date): Wish | undefined {
  return wishes.findLast(({ at }) => at <= moment);
}

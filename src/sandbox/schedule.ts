import { DateTime } from 'luxon';
import type { Row } from './insert-rows.ts';

/** The ways in which the app writes down when a post is due. `zone` is the owner's. */
export const schedule = {
  /** The web app: an instant. */
  instant: (due: Date): Row => ({ scheduled_at: due.toISOString() }),
  /** The dashboard, and every row of content_posts: the owner's wall clock. */
  wallClock: (due: Date, zone: string): Row => ({
    scheduled_date: DateTime.fromJSDate(due, { zone }).toFormat('yyyy-MM-dd'),
    scheduled_time: DateTime.fromJSDate(due, { zone }).toFormat('HH:mm:ss'),
  }),
  /** The chat: the owner's wall clock, written into scheduled_at as if it were UTC as well. */
  chat: (due: Date, zone: string): Row => ({
    ...schedule.wallClock(due, zone),
    scheduled_at: DateTime.fromJSDate(due, { zone }).toFormat('yyyy-MM-dd HH:mm:00'),
  }),
};

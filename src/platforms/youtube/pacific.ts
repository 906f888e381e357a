import { DateTime } from 'luxon';

/** The next midnight in Los Angeles, when YouTube's daily quotas begin anew: 23 or 25 hours away where DST changes. */
export function nextPacificMidnight(now: Date): Date {
  return DateTime.fromJSDate(now, { zone: 'America/Los_Angeles' })
    .plus({ days: 1 })
    .startOf('day')
    .toJSDate();
}

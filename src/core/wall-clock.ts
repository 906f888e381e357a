import { DateTime, IANAZone } from 'luxon';

/** A wall clock is written as the milliseconds that the same digits would be in UTC. */
export type WallClock = number;

export const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

// PostgreSQL prints 'T' or a space, up to six decimals, and offsets as Z, +00, +0530 or +05:30.
const CLOCK = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?`;
const DATE = String.raw`(\d{4})-(\d{2})-(\d{2})`;
const INSTANT = new RegExp(`^${DATE}[T ]${CLOCK} ?(Z|[+-]\\d{2}(?::?\\d{2})?)?$`, 'i');
// A date column of the wrong type (timestamp) prints midnight behind the date.
const DATE_ONLY = new RegExp(`^${DATE}(?:[T ]00:00:00(?:\\.0+)?(?:Z|\\+00(?::?00)?)?)?$`, 'i');
const TIME_ONLY = new RegExp(`^${CLOCK}$`);

/** An ISO text as an instant, null when it is none. Without a zone it is UTC: that is how the app stores it. */
export function parseInstant(text: string): Date | null {
  const parts = INSTANT.exec(text.trim());
  if (parts === null) return null;
  const wall = toWallClock(parts.slice(1, 4), parts.slice(4, 8));
  const offset = parseOffset(parts[8] ?? 'Z');
  return wall === null || offset === null ? null : new Date(wall - offset * MINUTE_MS);
}

/** Texts of a date and a time column as a wall clock, null when they are none. Microseconds are cut to milliseconds. */
export function parseWallClock(date: string, time: string): WallClock | null {
  const day = DATE_ONLY.exec(date.trim());
  const clock = TIME_ONLY.exec(time.trim());
  return day === null || clock === null ? null : toWallClock(day.slice(1, 4), clock.slice(1, 5));
}

function toWallClock(
  day: readonly (string | undefined)[],
  clock: readonly (string | undefined)[],
): WallClock | null {
  const [year, month, dayOfMonth] = day.map(Number);
  const [hour, minute, second] = clock.slice(0, 3).map((digits) => Number(digits ?? 0));
  const millisecond = Number((clock[3] ?? '').padEnd(3, '0').slice(0, 3));
  // Luxon knows the calendar (no 30 February) and PostgreSQL's 24:00:00, the next day's midnight.
  const moment = DateTime.fromObject(
    { year, month, day: dayOfMonth, hour, minute, second, millisecond } as Record<string, number>,
    { zone: 'utc' },
  );
  return moment.isValid ? moment.toMillis() : null;
}

function parseOffset(text: string): number | null {
  if (/^z$/i.test(text)) return 0;
  const hours = Number(text.slice(1, 3));
  const minutes = Number(text.slice(3).replace(':', '') || 0);
  if (hours > 15 || minutes > 59) return null;
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

export interface Local {
  readonly at: Date;
  readonly offsetMinutes: number;
  /** skipped: the time does not exist (spring). repeated: it exists twice (autumn). */
  readonly occurs: 'once' | 'skipped' | 'repeated';
}

/** Minutes that the zone is ahead of UTC at that instant. `zone` is a name that acceptZone returned. */
export function offsetAt(zone: string, at: Date): number {
  return IANAZone.create(zone).offset(at.getTime());
}

/**
 * The instant at which clocks in `zone` show `wall`. A time that exists twice means the first; one that does not
 * exist moves forward by the gap. Decided here and not by a library: PostgreSQL takes the second of two.
 *
 * Looking at the offsets one day before and after finds both candidates, as no zone changes twice within two days
 * (the method of the Temporal proposal, GetPossibleInstantsFor: https://tc39.es/proposal-temporal/).
 */
export function resolveWallClock(wall: WallClock, zone: string): Local {
  const before = offsetAt(zone, new Date(wall - DAY_MS));
  const after = offsetAt(zone, new Date(wall + DAY_MS));
  const candidates = [...new Set([before, after])]
    .map((offset) => ({ at: new Date(wall - offset * MINUTE_MS), offsetMinutes: offset }))
    .filter(({ at, offsetMinutes }) => offsetAt(zone, at) === offsetMinutes)
    .sort((a, b) => a.at.getTime() - b.at.getTime());
  const first = candidates[0];
  if (first !== undefined) return { ...first, occurs: candidates.length > 1 ? 'repeated' : 'once' };
  // Read with the offset before the change, the clock shows the same time plus the gap.
  const at = new Date(wall - before * MINUTE_MS);
  return { at, offsetMinutes: offsetAt(zone, at), occurs: 'skipped' };
}

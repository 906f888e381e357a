import { DateTime } from 'luxon';
import { clip } from './clip.ts';
import type { Problem } from './errors.ts';
import { asFilledText } from './json-value.ts';
import {
  type Local,
  MINUTE_MS,
  offsetAt,
  parseInstant,
  parseWallClock,
  resolveWallClock,
  type WallClock,
} from './wall-clock.ts';
import { acceptZone } from './zone.ts';

/** Where the owner's zone may stand, first found counts. '' and NULL are absent. */
export interface Zones {
  /** metadata.timezone: whatever JSON value stands there. */
  readonly row: unknown;
  /** profiles.timezone: free text. */
  readonly profile: string | null;
  /** DEFAULT_TIMEZONE. */
  readonly default: string | null;
}

export interface Schedule {
  readonly scheduledAt: string | null;
  readonly scheduledDate: string | null;
  readonly scheduledTime: string | null;
  readonly zones: Zones;
}

export interface Due {
  readonly dueAt: Date;
  /** The owner's zone; null when the instant needed none and none is usable. */
  readonly zone: string | null;
  /** Of `zone` at `dueAt`, minutes ahead of UTC; 0 without a zone. */
  readonly offsetMinutes: number;
  readonly warnings: readonly string[];
}

/**
 * When a post is due. `scheduled_at` is an instant and wins; where it shows, read as UTC, the very wall clock of
 * `scheduled_date` + `scheduled_time` (to the minute), the chat wrote local time into it, and the two columns count
 * in the owner's zone, as they do without `scheduled_at`.
 */
export function resolveDue(schedule: Schedule): Due | { readonly problem: Problem } {
  const atText = asFilledText(schedule.scheduledAt);
  const date = asFilledText(schedule.scheduledDate);
  const time = asFilledText(schedule.scheduledTime);
  const wall = date !== null && time !== null ? parseWallClock(date, time) : null;

  if (atText !== null) {
    const at = parseInstant(atText);
    if (at === null) return { problem: unreadable('scheduled_at', atText) };
    if (wall !== null && sameMinute(wall, at.getTime())) return dueByWallClock(wall, schedule.zones);
    const columns = [date, time].filter((text) => text !== null).join(' ');
    return dueByInstant(at, wall, columns, schedule.zones);
  }
  if (date === null || time === null) return { problem: noTime(date, time) };
  if (wall === null) return { problem: unreadable('scheduled_date and scheduled_time', `${date} ${time}`) };
  return dueByWallClock(wall, schedule.zones);
}

function dueByWallClock(wall: WallClock, zones: Zones): Due | { readonly problem: Problem } {
  const found = findZone(zones);
  if ('problem' in found) return found;
  const local = resolveWallClock(wall, found.zone);
  return {
    dueAt: local.at,
    zone: found.zone,
    offsetMinutes: local.offsetMinutes,
    warnings: clockWarnings(wall, local, found.zone),
  };
}

function dueByInstant(at: Date, wall: WallClock | null, columns: string, zones: Zones): Due {
  const found = findZone(zones);
  const zone = 'zone' in found ? found.zone : null;
  const warnings: string[] = [];
  if ('problem' in found && found.problem.code === 'ZONE_UNUSABLE') warnings.push(found.problem.message);
  const agrees =
    wall !== null && zone !== null && sameMinute(resolveWallClock(wall, zone).at.getTime(), at.getTime());
  if (columns !== '' && !agrees) {
    warnings.push(
      `scheduled_at (${at.toISOString()}) counts; scheduled_date and scheduled_time say otherwise (${clip(columns, 60)}).`,
    );
  }
  return { dueAt: at, zone, offsetMinutes: zone === null ? 0 : offsetAt(zone, at), warnings };
}

function findZone(zones: Zones): { readonly zone: string } | { readonly problem: Problem } {
  const places = [
    { place: 'metadata.timezone of the post', value: zones.row },
    { place: "profiles.timezone of the post's owner", value: zones.profile },
    { place: 'DEFAULT_TIMEZONE', value: zones.default },
  ];
  const first = places.find(({ value }) => value !== null && value !== undefined && !isBlank(value));
  if (first === undefined) return { problem: noZone };
  const zone = typeof first.value === 'string' ? acceptZone(first.value) : null;
  return zone === null ? { problem: unusableZone(first.place, first.value) } : { zone };
}

function isBlank(value: unknown): boolean {
  return typeof value === 'string' && value.trim() === '';
}

function sameMinute(a: number, b: number): boolean {
  return Math.floor(a / MINUTE_MS) === Math.floor(b / MINUTE_MS);
}

function clockWarnings(wall: WallClock, local: Local, zone: string): string[] {
  if (local.occurs === 'once') return [];
  const asked = DateTime.fromMillis(wall, { zone: 'utc' }).toFormat('yyyy-MM-dd HH:mm');
  const taken = DateTime.fromJSDate(local.at, { zone }).toFormat('yyyy-MM-dd HH:mm ZZ');
  const why = local.occurs === 'skipped' ? 'does not exist' : 'exists twice';
  return [`${asked} ${why} in ${zone}, where the clocks change; ${taken} is taken.`];
}

const noZone: Problem = {
  kind: 'unusable',
  code: 'ZONE_MISSING',
  message:
    "The post is scheduled by wall clock, and neither the post nor its owner's profile names a time zone.",
  hint: 'Set the time zone in the profile (for example Asia/Kolkata), or DEFAULT_TIMEZONE in .env.',
};

function unusableZone(place: string, value: unknown): Problem {
  const shown = clip(typeof value === 'string' ? value : JSON.stringify(value), 60);
  return {
    kind: 'unusable',
    code: 'ZONE_UNUSABLE',
    message: `The time zone “${shown}” in ${place} is not the name of a time zone.`,
    hint: `Write it as Area/City (for example Asia/Kolkata or America/New_York) or UTC in ${place}.`,
  };
}

function noTime(date: string | null, time: string | null): Problem {
  const has =
    date !== null
      ? `a date (${clip(date, 60)}) but no time`
      : time !== null
        ? `a time (${clip(time, 60)}) but no date`
        : 'no time';
  return {
    kind: 'unusable',
    code: 'TIME_MISSING',
    message: `The post is scheduled but has ${has}.`,
    hint: 'Schedule it again with a date and a time.',
  };
}

function unreadable(columns: string, text: string): Problem {
  return {
    kind: 'unusable',
    code: 'TIME_UNREADABLE',
    message: `“${clip(text, 60)}” in ${columns} is not a date and time.`,
    hint: 'Schedule it again; the columns take YYYY-MM-DD and HH:MM.',
  };
}

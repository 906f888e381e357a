import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MINUTE_MS, offsetAt, parseInstant, parseWallClock, resolveWallClock } from './wall-clock.ts';

const HOUR_MS = 60 * MINUTE_MS;
const ZONES = [
  ...Intl.supportedValuesOf('timeZone'),
  ...['Asia/Kolkata', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Chatham', 'Australia/Eucla', 'UTC'],
];

const formats = new Map<string, Intl.DateTimeFormat>();

/** What clocks show, by Intl alone: the code under test asks Luxon. */
function shown(zone: string, at: number): number {
  const known = formats.get(zone);
  const format =
    known ??
    new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      ...{
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      },
    });
  formats.set(zone, format);
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day, hour, minute, second } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** Every instant at which clocks show `wall`; offsets have been multiples of 15 minutes since 1980 (Kiritimati was the last). */
function instantsShowing(zone: string, wall: number): number[] {
  const steps = Array.from({ length: 129 }, (_, index) => wall + (index - 64) * 15 * MINUTE_MS);
  return steps.filter((at) => shown(zone, at) === wall);
}

function holds(zone: string, wall: number): void {
  const local = resolveWallClock(wall, zone);
  const all = instantsShowing(zone, wall);
  expect(local.offsetMinutes).toBe((shown(zone, local.at.getTime()) - local.at.getTime()) / MINUTE_MS);
  expect(local.occurs).toBe((['skipped', 'once', 'repeated'] as const)[all.length]);
  if (all[0] !== undefined) {
    expect(local.at.getTime()).toBe(all[0]);
    return;
  }
  const moved = shown(zone, local.at.getTime()) - wall;
  const gap = (offsetAt(zone, local.at) - offsetAt(zone, new Date(local.at.getTime() - moved))) * MINUTE_MS;
  expect(moved).toBeGreaterThan(0);
  expect(moved).toBe(gap);
}

/** Instants between 1980 and 2037 at which the zone's offset changes. */
function changes(zone: string): number[] {
  const found: number[] = [];
  const step = 14 * 24 * HOUR_MS;
  for (let at = Date.UTC(1980, 0, 1); at < Date.UTC(2037, 0, 1); at += step) {
    if (offsetAt(zone, new Date(at)) === offsetAt(zone, new Date(at + step))) continue;
    let [low, high] = [at, at + step];
    while (high - low > MINUTE_MS) {
      const middle = Math.floor((low + high) / 2 / MINUTE_MS) * MINUTE_MS;
      if (offsetAt(zone, new Date(middle)) === offsetAt(zone, new Date(low))) low = middle;
      else high = middle;
    }
    found.push(high);
  }
  return found;
}

describe('resolveWallClock', () => {
  it('takes the first instant at which the clock shows that time, in every zone', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.integer({ min: Date.UTC(1980, 0, 1) / MINUTE_MS, max: Date.UTC(2037, 0, 1) / MINUTE_MS }),
        (zone, minutes) => holds(zone, minutes * MINUTE_MS),
      ),
      { numRuns: 400 },
    );
  });

  it('is right in the hours around every kind of clock change', () => {
    // Zones with changes of an hour, of half an hour, of a whole day, and with summer time in winter (Dublin).
    const zones = [
      ...['America/New_York', 'Europe/Berlin', 'Europe/Dublin', 'Africa/Casablanca', 'America/St_Johns'],
      ...['Australia/Lord_Howe', 'Pacific/Chatham', 'Pacific/Apia', 'Pacific/Kwajalein', 'Asia/Pyongyang'],
      ...['America/Caracas', 'Antarctica/Troll', 'Asia/Kathmandu', 'Asia/Tehran', 'America/Sao_Paulo'],
    ];
    const moments = zones.flatMap((zone) => changes(zone).map((at) => ({ zone, at })));
    expect(moments.length).toBeGreaterThan(500);
    fc.assert(
      fc.property(fc.constantFrom(...moments), fc.integer({ min: -240, max: 240 }), ({ zone, at }, minutes) =>
        holds(zone, shown(zone, at) + minutes * MINUTE_MS),
      ),
      { numRuns: 400 },
    );
  });

  it('moves a day that never was (Samoa, 30 December 2011) forward by that day', () => {
    const local = resolveWallClock(Date.UTC(2011, 11, 30, 9, 0), 'Pacific/Apia');
    expect(local).toEqual({ at: new Date('2011-12-30T19:00:00Z'), offsetMinutes: 840, occurs: 'skipped' });
  });
});

describe('parseInstant', () => {
  it.each([
    ['2026-11-21T03:30:00.000Z', '2026-11-21T03:30:00.000Z'],
    ['2026-11-21T04:00:00+00:00', '2026-11-21T04:00:00.000Z'],
    ['2026-11-21 04:00:00+00', '2026-11-21T04:00:00.000Z'],
    ['2026-11-21T09:30:00.123456+05:30', '2026-11-21T04:00:00.123Z'],
    ['2026-11-21T09:30-0500', '2026-11-21T14:30:00.000Z'],
    ['2026-11-21T09:00:00', '2026-11-21T09:00:00.000Z'],
    ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ])('reads %s', (text, iso) => {
    expect(parseInstant(text)?.toISOString()).toBe(iso);
  });

  it.each([
    ...[
      '',
      'infinity',
      'tomorrow',
      '2026-11-21',
      '2026-02-30T09:00:00Z',
      '2026-11-21T25:00:00Z',
      '1763695800',
    ],
    ...[
      '2026-11-21T09:61:00Z',
      '2026-11-21T09:00:00+99:00',
      '2026-11-21T09:00:00 IST',
      '10000-01-01T00:00:00Z',
    ],
  ])('does not read %j', (text) => {
    expect(parseInstant(text)).toBeNull();
  });
});

describe('parseWallClock', () => {
  it.each([
    ['2026-11-21', '09:30', '2026-11-21T09:30:00.000Z'],
    ['2026-11-21', '9:05', '2026-11-21T09:05:00.000Z'],
    ['2026-11-21', '10:23:45.123456', '2026-11-21T10:23:45.123Z'],
    ['2026-11-21', '10:23:45.9', '2026-11-21T10:23:45.900Z'],
    ['2026-11-21', '24:00:00', '2026-11-22T00:00:00.000Z'],
    ['2026-11-21T00:00:00+00:00', '09:00:00', '2026-11-21T09:00:00.000Z'],
  ])('reads %s %s', (date, time, iso) => {
    const wall = parseWallClock(date, time);
    expect(wall === null ? null : new Date(wall).toISOString()).toBe(iso);
  });

  it.each([
    ['2026-02-30', '09:00'],
    ['21.11.2026', '09:00'],
    ['2026-11-21T05:00:00', '09:00'],
    ['2026-11-21', '25:00'],
    ['2026-11-21', '24:01'],
    ['2026-11-21', '9 am'],
    ['2026-11-21', '09:00:00+05:30'],
  ])('does not read %j %j', (date, time) => {
    expect(parseWallClock(date, time)).toBeNull();
  });
});

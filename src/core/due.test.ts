import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type Due, resolveDue, type Schedule } from './due.ts';

const nothing = { scheduledAt: null, scheduledDate: null, scheduledTime: null };
const noZones = { row: undefined, profile: null, default: null };

function due(schedule: Partial<Schedule>): Due {
  const found = resolveDue({ ...nothing, zones: noZones, ...schedule });
  if ('problem' in found) throw new Error(found.problem.message);
  return found;
}

function problem(schedule: Partial<Schedule>) {
  const found = resolveDue({ ...nothing, zones: noZones, ...schedule });
  return 'problem' in found ? found.problem : null;
}

const nineLocal = { scheduledDate: '2026-11-21', scheduledTime: '09:00:00' };

describe('a post with scheduled_at', () => {
  it('is due at that instant and needs no zone', () => {
    expect(due({ scheduledAt: '2026-11-21T03:30:00+00:00' })).toEqual({
      dueAt: new Date('2026-11-21T03:30:00Z'),
      zone: null,
      offsetMinutes: 0,
      warnings: [],
    });
  });

  it("carries the owner's zone for showing local time", () => {
    const found = due({
      scheduledAt: '2026-11-21T03:30:00Z',
      zones: { ...noZones, profile: 'asia/kolkata' },
    });
    expect(found).toMatchObject({ zone: 'Asia/Kolkata', offsetMinutes: 330, warnings: [] });
  });

  it('is still due when the zone is unusable, which is said and not replaced by another zone', () => {
    const zones = { row: undefined, profile: 'IST', default: 'Europe/Berlin' };
    const found = due({ scheduledAt: '2026-11-21T03:30:00Z', zones });
    expect(found).toMatchObject({ dueAt: new Date('2026-11-21T03:30:00Z'), zone: null, offsetMinutes: 0 });
    expect(found.warnings).toEqual([expect.stringContaining('“IST”')]);
  });

  it.each(['2026-11-21T09:00:00+00:00', '2026-11-21 09:00:00', '2026-11-21T09:00:42Z'])(
    'that shows the wall clock of the two columns (%s) is local time written by the chat',
    (scheduledAt) => {
      const found = due({ scheduledAt, ...nineLocal, zones: { ...noZones, profile: 'Asia/Kolkata' } });
      expect(found).toMatchObject({
        dueAt: new Date('2026-11-21T03:30:00Z'),
        zone: 'Asia/Kolkata',
        warnings: [],
      });
    },
  );

  it('needs a zone when it was written by the chat', () => {
    expect(problem({ scheduledAt: '2026-11-21T09:00:00Z', ...nineLocal })?.code).toBe('ZONE_MISSING');
  });

  it('wins over columns that say another time, with a warning', () => {
    const zones = { ...noZones, profile: 'Asia/Kolkata' };
    const found = due({ scheduledAt: '2026-11-21T09:01:00Z', ...nineLocal, zones });
    expect(found.dueAt.toISOString()).toBe('2026-11-21T09:01:00.000Z');
    expect(found.warnings).toEqual([expect.stringContaining('2026-11-21 09:00:00')]);
  });

  it('that agrees with the columns in local time needs no warning', () => {
    const zones = { ...noZones, profile: 'Asia/Kolkata' };
    expect(due({ scheduledAt: '2026-11-21T03:30:00Z', ...nineLocal, zones }).warnings).toEqual([]);
  });

  it('wins over columns that cannot be read', () => {
    const found = due({ scheduledAt: '2026-11-21T03:30:00Z', scheduledDate: 'soon', scheduledTime: 'noon' });
    expect(found.dueAt.toISOString()).toBe('2026-11-21T03:30:00.000Z');
    expect(found.warnings).toHaveLength(1);
  });

  it.each(['infinity', 'next week', '2026-13-01T00:00:00Z'])(
    'that is no time (%s) is a problem, not a guess',
    (scheduledAt) => {
      const found = problem({ scheduledAt, ...nineLocal, zones: { ...noZones, profile: 'UTC' } });
      expect(found).toMatchObject({ kind: 'unusable', code: 'TIME_UNREADABLE' });
      expect(found?.message).toContain(scheduledAt);
    },
  );
});

describe('a post with date and time', () => {
  it.each([
    ['Asia/Kolkata', '2026-11-21T03:30:00.000Z', 330],
    ['Asia/Kathmandu', '2026-11-21T03:15:00.000Z', 345],
    ['Australia/Lord_Howe', '2026-11-20T22:00:00.000Z', 660],
    ['America/New_York', '2026-11-21T14:00:00.000Z', -300],
    ['Etc/GMT+5', '2026-11-21T14:00:00.000Z', -300],
    ['UTC', '2026-11-21T09:00:00.000Z', 0],
  ])('is due by the clock in %s', (zone, iso, offsetMinutes) => {
    const found = due({ ...nineLocal, zones: { ...noZones, profile: zone } });
    expect(found).toEqual({ dueAt: new Date(iso), zone, offsetMinutes, warnings: [] });
  });

  it('takes the zone of the post before the one of the profile before DEFAULT_TIMEZONE', () => {
    const all = { row: 'Asia/Tokyo', profile: 'Asia/Kolkata', default: 'UTC' };
    expect(due({ ...nineLocal, zones: all }).zone).toBe('Asia/Tokyo');
    expect(due({ ...nineLocal, zones: { ...all, row: null } }).zone).toBe('Asia/Kolkata');
    expect(due({ ...nineLocal, zones: { row: '', profile: ' ', default: 'utc' } }).zone).toBe('UTC');
  });

  it.each([
    ['metadata.timezone', 'IST', { row: 'IST', profile: 'Asia/Kolkata', default: 'UTC' }],
    ['metadata.timezone', '{"tz":5.5}', { row: { tz: 5.5 }, profile: 'Asia/Kolkata', default: 'UTC' }],
    ['profiles.timezone', 'UTC+5:30', { row: '', profile: 'UTC+5:30', default: 'UTC' }],
    ['DEFAULT_TIMEZONE', 'local', { row: null, profile: '', default: 'local' }],
  ])('names an unusable zone in %s (%s) instead of taking the next one', (place, text, zones) => {
    const found = problem({ ...nineLocal, zones });
    expect(found).toMatchObject({ kind: 'unusable', code: 'ZONE_UNUSABLE' });
    expect(found?.message).toContain(`“${text}”`);
    expect(found?.message).toContain(place);
  });

  it('says where a zone can be set when there is none', () => {
    expect(problem({ ...nineLocal, zones: { row: null, profile: '', default: '' } })).toMatchObject({
      code: 'ZONE_MISSING',
      hint: expect.stringContaining('DEFAULT_TIMEZONE'),
    });
  });

  it('keeps the milliseconds of a time with microseconds', () => {
    const found = due({
      scheduledDate: '2026-11-21',
      scheduledTime: '10:23:45.123456',
      zones: { ...noZones, row: 'UTC' },
    });
    expect(found.dueAt.toISOString()).toBe('2026-11-21T10:23:45.123Z');
  });

  it('moves a time that does not exist forward by the gap, and says so', () => {
    const found = due({
      scheduledDate: '2027-03-14',
      scheduledTime: '02:30',
      zones: { ...noZones, row: 'America/New_York' },
    });
    expect(found).toMatchObject({ dueAt: new Date('2027-03-14T07:30:00Z'), offsetMinutes: -240 });
    expect(found.warnings).toEqual([
      '2027-03-14 02:30 does not exist in America/New_York, where the clocks change; 2027-03-14 03:30 -04:00 is taken.',
    ]);
  });

  it('takes the first of a time that exists twice, and says so', () => {
    const found = due({
      scheduledDate: '2026-11-01',
      scheduledTime: '01:30',
      zones: { ...noZones, row: 'America/New_York' },
    });
    expect(found).toMatchObject({ dueAt: new Date('2026-11-01T05:30:00Z'), offsetMinutes: -240 });
    expect(found.warnings).toEqual([expect.stringContaining('exists twice')]);
  });

  it.each([
    [{ scheduledDate: null, scheduledTime: null }, 'no time'],
    [{ scheduledDate: '2026-11-21', scheduledTime: ' ' }, 'a date (2026-11-21) but no time'],
    [{ scheduledDate: '', scheduledTime: '09:00' }, 'a time (09:00) but no date'],
  ])('is a problem when a part is missing: %j', (columns, words) => {
    const found = problem({ ...columns, zones: { ...noZones, default: 'UTC' } });
    expect(found?.code).toBe('TIME_MISSING');
    expect(found?.message).toContain(words);
  });

  it('is a problem when the text is no time', () => {
    const found = problem({
      scheduledDate: '2026-11-21',
      scheduledTime: 'nine',
      zones: { ...noZones, default: 'UTC' },
    });
    expect(found?.code).toBe('TIME_UNREADABLE');
  });
});

it("gives the same answer whatever the process' own zone is", async () => {
  const script = `
    const { resolveDue } = await import(${JSON.stringify(new URL('./due.ts', import.meta.url).href)});
    const zones = { row: null, profile: 'America/New_York', default: null };
    const at = (scheduledAt, scheduledDate, scheduledTime) => resolveDue({ scheduledAt, scheduledDate, scheduledTime, zones });
    console.log(JSON.stringify([
      at(null, '2026-11-21', '09:30'), at(null, '2027-03-14', '02:30'), at(null, '2026-11-01', '01:30'),
      at('2026-11-21 09:30:00', '2026-11-21', '09:30'), at('2026-11-21T09:30:00', null, null),
    ]));`;
  const run = promisify(execFile);
  const answers = await Promise.all(
    ['UTC', 'Asia/Kolkata', 'America/New_York', 'Pacific/Apia'].map(async (TZ) => {
      const argv = ['--import', 'tsx', '--input-type=module', '--eval', script];
      return (await run(process.execPath, argv, { env: { ...process.env, TZ } })).stdout;
    }),
  );
  expect(answers[0]).toContain('2026-11-21T14:30:00.000Z');
  expect(new Set(answers).size).toBe(1);
});

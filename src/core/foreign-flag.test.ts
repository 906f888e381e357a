import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { judgeForeignFlag } from './foreign-flag.ts';

const MINUTE = 60_000;
const NOW = new Date('2026-11-21T12:00:00Z');
const ago = (ms: number) => new Date(NOW.getTime() - ms);
const judge = (
  metadata: Record<string, unknown>,
  zones: readonly (string | null)[] = [],
  updatedAt: string | null = null,
) => judgeForeignFlag({ _publishing: true, ...metadata }, zones, updatedAt, NOW);

const none = { state: 'none' };
const busyFrom = (at: Date) => ({ state: 'busy', until: new Date(at.getTime() + 15 * MINUTE) });
const staleAt = (at: Date) => ({ state: 'stale', at });

describe('whose flag it is', () => {
  it.each([
    ['no flag', {}],
    ['a flag that was taken down', { _publishing: false, _publishing_at: '2026-11-21T11:59:00Z' }],
    ['a flag of NULL', { _publishing: null }],
    [
      'a flag of our own',
      {
        _publishing: true,
        _publishing_by: 'content-publisher/ab12cd34',
        _publishing_at: '2026-11-21T11:59:00Z',
      },
    ],
  ])('%s is nobody else’s', (_name, metadata) => {
    expect(judgeForeignFlag(metadata, ['Asia/Kolkata'], null, NOW)).toEqual(none);
  });

  it.each([
    ['true', { _publishing: true }],
    ['the text true', { _publishing: 'true' }],
    ['another publisher’s name', { _publishing: true, _publishing_by: 'emily-scheduler' }],
    ['an empty name', { _publishing: true, _publishing_by: ' ' }],
  ])('%s is somebody’s', (_name, metadata) => {
    const flag = judgeForeignFlag({ ...metadata, _publishing_at: '2026-11-21T11:59:00Z' }, [], null, NOW);
    expect(flag).toEqual(busyFrom(ago(MINUTE)));
  });
});

describe('how old it is', () => {
  it('somebody is at work for 15 minutes, to the millisecond', () => {
    expect(judge({ _publishing_at: ago(15 * MINUTE - 1).toISOString() }).state).toBe('busy');
    expect(judge({ _publishing_at: ago(15 * MINUTE).toISOString() })).toEqual(staleAt(ago(15 * MINUTE)));
  });

  it('a time without zone is read as UTC', () => {
    expect(judge({ _publishing_at: '2026-11-21T11:50:00.101010' })).toEqual(
      busyFrom(new Date('2026-11-21T11:50:00.101Z')),
    );
    expect(judge({ _publishing_at: '2026-11-21 11:30:00' })).toEqual(
      staleAt(new Date('2026-11-21T11:30:00Z')),
    );
  });

  it('and in every zone given: the latest that is not in the future counts', () => {
    const metadata = { _publishing_at: '2026-11-21T17:25:00' };
    expect(judge(metadata, ['Asia/Kolkata', 'America/New_York'])).toEqual(busyFrom(ago(5 * MINUTE)));
    expect(judge(metadata, ['Europe/Athens', 'Asia/Kolkata'])).toEqual(busyFrom(ago(5 * MINUTE)));
    expect(judge(metadata, ['Asia/Tokyo', null])).toEqual(staleAt(new Date('2026-11-21T08:25:00Z')));
  });

  it('a time with a zone means that, whatever zones are given', () => {
    expect(judge({ _publishing_at: '2026-11-21T17:25:00+05:30' }, ['Asia/Tokyo'])).toEqual(
      busyFrom(ago(5 * MINUTE)),
    );
  });

  it('clocks may differ by a minute', () => {
    expect(judge({ _publishing_at: ago(-MINUTE).toISOString() })).toEqual(busyFrom(ago(-MINUTE)));
  });

  it.each([
    ['in the future', '2026-11-22T12:00:00Z'],
    ['no time at all', 'soon'],
    ['no text', { at: 12 }],
  ])('one that is %s is as old as a flag left behind', (_name, at) => {
    expect(judge({ _publishing_at: at })).toEqual(staleAt(ago(15 * MINUTE)));
  });

  it('without a time of its own the row’s last change counts', () => {
    expect(judge({}, [], '2026-11-21T11:58:00+00:00')).toEqual(busyFrom(ago(2 * MINUTE)));
    expect(judge({ _publishing_at: '' }, [], '2026-11-21T11:00:00Z')).toEqual(staleAt(ago(60 * MINUTE)));
    expect(judge({})).toEqual(staleAt(ago(15 * MINUTE)));
  });

  it('a zone that nobody knows is passed over', () => {
    expect(judge({ _publishing_at: '2026-11-21T11:55:00' }, ['IST', 'Nowhere/Land'])).toEqual(
      busyFrom(ago(5 * MINUTE)),
    );
  });

  it('whoever wrote local time is left alone for 15 minutes in any zone', () => {
    const zones = fc.constantFrom(
      'Asia/Kolkata',
      'America/New_York',
      'Asia/Kathmandu',
      'Pacific/Kiritimati',
      'UTC',
    );
    fc.assert(
      fc.property(
        zones,
        fc.uniqueArray(zones),
        fc.integer({ min: 0, max: 15 * MINUTE - 1 }),
        (zone, others, age) => {
          const local = DateTime.fromMillis(NOW.getTime() - age, { zone }).toISO({ includeOffset: false });
          const flag = judge({ _publishing_at: local }, [...others, zone]);
          expect(flag.state).toBe('busy');
          if (flag.state === 'busy')
            expect(flag.until.getTime()).toBeGreaterThanOrEqual(NOW.getTime() - age + 15 * MINUTE);
        },
      ),
    );
  });

  it('nobody is waited for longer than 16 minutes', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100 * 60 * MINUTE, max: 100 * 60 * MINUTE }), (age) => {
        const flag = judge({ _publishing_at: ago(age).toISOString() }, ['Asia/Kolkata', 'America/New_York']);
        if (flag.state === 'busy')
          expect(flag.until.getTime() - NOW.getTime()).toBeLessThanOrEqual(16 * MINUTE);
        if (flag.state === 'stale')
          expect(flag.at.getTime()).toBeLessThanOrEqual(NOW.getTime() - 15 * MINUTE);
      }),
    );
  });
});

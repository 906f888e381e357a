import { describe, expect, it } from 'vitest';
import { acceptZone } from './zone.ts';

describe('acceptZone', () => {
  it.each([
    ['Asia/Kolkata', 'Asia/Kolkata'],
    ['  asia/kolkata\n', 'Asia/Kolkata'],
    ['ASIA/CALCUTTA', 'Asia/Calcutta'],
    ['america/argentina/buenos_aires', 'America/Argentina/Buenos_Aires'],
    ['america/port-au-prince', 'America/Port-au-Prince'],
    ['africa/dar_es_salaam', 'Africa/Dar_es_Salaam'],
    ['europe/isle_of_man', 'Europe/Isle_of_Man'],
    ['antarctica/mcmurdo', 'Antarctica/McMurdo'],
    ['brazil/denoronha', 'Brazil/DeNoronha'],
    ['us/pacific', 'US/Pacific'],
    ['Etc/GMT+5', 'Etc/GMT+5'],
    ['etc/gmt-14', 'Etc/GMT-14'],
    ['etc/utc', 'Etc/UTC'],
    ['UTC', 'UTC'],
    ['utc', 'UTC'],
  ])('takes %j as %s', (text, name) => {
    expect(acceptZone(text)).toBe(name);
  });

  it.each([
    ...[
      '',
      ' ',
      'IST',
      'EST',
      'EST5EDT',
      'GMT',
      'Z',
      'UTC+5:30',
      'UTC+5',
      '+05:30',
      'local',
      'system',
      'default',
    ],
    ...[
      'India',
      'Asia/',
      '/Kolkata',
      'Asia/Kolkata/',
      'Asia Kolkata',
      'Mars/Olympus',
      'Etc/GMT+15',
      'Asia/Kolkata;x',
    ],
    ...['a/b/c/d', '(UTC+05:30) Chennai, Kolkata', 'Asia/Kоlkata', `Asia/${'x'.repeat(100_000)}`],
  ])('does not take %.40j', (text) => {
    expect(acceptZone(text)).toBeNull();
  });

  it('gives every zone that Intl lists back in its own casing, however it is typed', () => {
    const names = Intl.supportedValuesOf('timeZone').filter((name) => name.includes('/'));
    expect(names.length).toBeGreaterThan(400);
    expect(names.map((name) => acceptZone(name.toLowerCase()))).toEqual(names);
    expect(names.map((name) => acceptZone(name.toUpperCase()))).toEqual(names);
  });
});

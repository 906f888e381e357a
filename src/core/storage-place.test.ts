import { describe, expect, it } from 'vitest';
import { storagePath, storagePlace } from './storage-place.ts';

const ORIGIN = 'https://abc.supabase.co';
const place = (path: string, origin = ORIGIN) => storagePlace(new URL(`${ORIGIN}${path}`), origin);

describe('an address in the storage of the project', () => {
  it.each([
    ['/storage/v1/object/public/media/u1/a.png', 'public'],
    ['/storage/v1/object/public/media/u1/a.png?download=', 'public'],
    ['/storage/v1/object/sign/media/u1/a.png?token=x', 'signed'],
    ['/storage/v1/object/authenticated/media/u1/a.png', 'closed'],
    ['/storage/v1/object/media/u1/a.png', 'closed'],
  ])('%s names bucket and object', (path, door) => {
    expect(place(path)).toEqual({ bucket: 'media', name: 'u1/a.png', door });
  });

  it('is decoded once, as Storage does', () => {
    expect(place('/storage/v1/object/public/media/a%20b/%C3%A9%2525.png')?.name).toBe('a b/é%25.png');
    expect(storagePath({ bucket: 'media', name: 'a b/é%25?#.png' })).toBe(
      'media/a%20b/%C3%A9%2525%3F%23.png',
    );
  });
});

it.each([
  ['of another path', '/storage/v1/render/image/public/media/a.png'],
  ['without an object', '/storage/v1/object/public/media'],
  ['without a name', '/storage/v1/object/public/media/'],
  ['that leads out of its folder', '/storage/v1/object/public/media/me/..%2Fyou/a.png'],
  ['that cannot be decoded', '/storage/v1/object/public/media/%E0%A4.png'],
  ['of a bucket like a word of JavaScript', '/storage/v1/object/constructor'],
])('an address %s is none', (_what, path) => {
  expect(place(path)).toBeNull();
});

it.each(['http://abc.supabase.co', 'https://abc.supabase.co:8443', 'https://xabc.supabase.co'])(
  'an address of another project (%s) is none',
  (origin) => {
    expect(place('/storage/v1/object/public/media/a.png', origin)).toBeNull();
  },
);

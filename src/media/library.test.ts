import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testServers } from '../../test/support/http-servers.ts';
import type { HttpSource } from '../core/http.ts';
import type { MediaRole } from '../core/media.ts';
import type { MediaBucket } from '../core/media-bucket.ts';
import type { MediaLibrary } from '../core/media-library.ts';
import type { KindCapabilities, MediaFile, MediaRule } from '../core/platform.ts';
import { createMediaLibrary } from './library.ts';

const seed = fileURLToPath(new URL('../../supabase/seed/media/', import.meta.url));
const ASHA = '11111111-1111-4111-8111-111111111111';
const servers = testServers();
const libraries: MediaLibrary[] = [];
let dir = '';
let origin = '';
let requests: string[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'library-test-'));
  requests = [];
  origin = await servers.http(async (request, response) => {
    const name = (request.url ?? '').slice(1);
    requests.push(name);
    if (name === 'down.jpg') response.writeHead(503).end();
    else if (name === 'noisy.png') response.end(await noisyPng());
    else {
      const bytes = await readFile(join(seed, name)).catch(() => null);
      response.writeHead(bytes === null ? 404 : 200).end(bytes);
    }
  });
});
afterEach(async () => {
  await Promise.all(libraries.splice(0).map((library) => library.close()));
  await servers.close();
  await rm(dir, { recursive: true });
});

function library(bucket: MediaBucket | null = null): MediaLibrary {
  const made = createMediaLibrary({ dir, allowHosts: ['127.0.0.1'], bucket });
  libraries.push(made);
  return made;
}

/** As JPEG of quality 92 larger than 300 KB. */
function noisyPng(): Promise<Buffer> {
  return sharp({
    create: {
      width: 500,
      height: 500,
      channels: 3,
      background: '#000',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  })
    .png()
    .toBuffer();
}

const imageRule: MediaRule = {
  role: 'image',
  min: 0,
  max: 10,
  mimes: ['image/jpeg'],
  maxBytes: 300_000,
  convertToJpeg: ['image/png', 'image/webp'],
};
const videoRule: MediaRule = { role: 'video', min: 0, max: 10, mimes: ['video/mp4'], minDurationMs: 3_000 };
const carousel: KindCapabilities = { findBy: 'own-key', media: [imageRule, videoRule] };

const item = (name: string, role: MediaRole = 'image') => ({ url: `${origin}/${name}`, role });

async function bytesOf(source: HttpSource): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.open()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function only(files: readonly MediaFile[]): MediaFile {
  const [file] = files;
  if (file === undefined || files.length > 1) throw new Error(`${files.length} files`);
  return file;
}

function bucket(stored: Map<string, Buffer>, fail: { times: number } = { times: 0 }): MediaBucket {
  return {
    async upload(name, source, mime) {
      if (fail.times-- > 0) throw new Error('storage is away');
      stored.set(`${name} ${mime}`, await bytesOf(source));
      return `https://project.supabase.co/storage/v1/object/public/publisher-media/${name}`;
    },
    remove: () => Promise.resolve(),
  };
}

describe('an opened file', () => {
  it('streams whole and in ranges, has its hash, and its original URL is public', async () => {
    const opened = await library().open(
      [{ ...item('bakery-sourdough.jpg'), altText: 'Bread' }],
      carousel,
      'Instagram',
      ASHA,
    );
    const file = only(opened.files);
    const bytes = await readFile(`${seed}bakery-sourdough.jpg`);
    expect(file).toMatchObject({
      role: 'image',
      altText: 'Bread',
      info: { mime: 'image/jpeg', width: 1080, height: 1350 },
    });
    expect(file.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(await bytesOf(file.source())).toEqual(bytes);
    expect(await bytesOf(file.source(10, 20))).toEqual(bytes.subarray(10, 20));
    expect(file.source(10, 20).length).toBe(10);
    expect(await bytesOf(file.source(bytes.length))).toHaveLength(0);
    expect(() => file.source(0, bytes.length + 1)).toThrow(RangeError);
    expect(await file.publicUrl()).toBe(`${origin}/bakery-sourdough.jpg`);
    expect(opened.uploaded()).toEqual([]);
  });

  it('can be read any number of times', async () => {
    const opened = await library().open([item('bakery-reel.mp4', 'video')], carousel, 'Instagram', ASHA);
    const source = only(opened.files).source();
    expect((await bytesOf(source)).equals(await bytesOf(source))).toBe(true);
  });

  it('has the role of its bytes', async () => {
    const opened = await library().open(
      [item('bakery-reel.mp4', 'image'), item('bakery-sourdough.jpg')],
      carousel,
      'Instagram',
      ASHA,
    );
    expect(opened.files.map(({ role }) => role)).toEqual(['video', 'image']);
  });

  it('keeps the order of the post', async () => {
    const names = [
      'cycling-film.mp4',
      'bakery-sourdough.jpg',
      'cycling-road-bike.jpg',
      'bakery-opening-hours.jpg',
    ];
    const opened = await library().open(
      names.map((name) => item(name)),
      carousel,
      'Instagram',
      ASHA,
    );
    expect(opened.files.map(({ url }) => url)).toEqual(names.map((name) => `${origin}/${name}`));
  });
});

describe('a cover', () => {
  const media = () => [item('bakery-reel.mp4', 'video'), item('bakery-croissant.png', 'cover')];

  it('is left out, and not even fetched, where the platform takes none', async () => {
    const opened = await library().open(media(), carousel, 'Instagram', ASHA);
    expect(opened.files.map(({ role }) => role)).toEqual(['video']);
    expect(requests).toEqual(['bakery-reel.mp4']);
  });

  it('stays a cover where the platform takes one', async () => {
    const rules = [videoRule, { ...imageRule, role: 'cover' as const }];
    const opened = await library().open(media(), { findBy: 'own-key', media: rules }, 'Instagram', ASHA);
    expect(opened.files.map(({ role, info }) => [role, info.mime])).toEqual([
      ['video', 'video/mp4'],
      ['cover', 'image/jpeg'],
    ]);
  });
});

describe('a PNG for a platform that takes JPEG', () => {
  it('is served as JPEG from the bucket, uploaded once and only when its URL is asked for', async () => {
    const stored = new Map<string, Buffer>();
    const opened = await library(bucket(stored)).open(
      [item('bakery-croissant.png')],
      carousel,
      'Instagram',
      ASHA,
    );
    const file = only(opened.files);
    expect(file.info).toMatchObject({ mime: 'image/jpeg', width: 1080, height: 1080 });
    expect(stored.size).toBe(0);
    const url = await file.publicUrl();
    expect(await file.publicUrl()).toBe(url);
    expect(opened.uploaded()).toEqual([url.split('/').at(-1)]);
    expect(opened.uploaded()[0]).toMatch(/^[0-9a-f-]{36}\.jpg$/);
    const [[name, bytes] = ['', Buffer.alloc(0)]] = [...stored];
    expect(name).toBe(`${opened.uploaded()[0]} image/jpeg`);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(file.sha256);
  });

  it('is uploaded again after an upload that failed, and both names are known', async () => {
    const stored = new Map<string, Buffer>();
    const opened = await library(bucket(stored, { times: 1 })).open(
      [item('bakery-croissant.png')],
      carousel,
      'Instagram',
      ASHA,
    );
    const file = only(opened.files);
    await expect(file.publicUrl()).rejects.toThrow('storage is away');
    expect(await file.publicUrl()).toContain('publisher-media');
    expect(opened.uploaded()).toHaveLength(2);
  });

  it('is refused without a bucket, naming the command that makes it', async () => {
    const opened = await library().open([item('bakery-croissant.png')], carousel, 'Instagram', ASHA);
    await expect(only(opened.files).publicUrl()).rejects.toMatchObject({
      kind: 'rejected',
      code: 'BUCKET_MISSING',
      hint: expect.stringContaining('content-publisher migrate'),
    });
  });

  it('is refused, not made worse, when the JPEG is too large', async () => {
    const opened = await library().open([item('noisy.png')], carousel, 'Instagram', ASHA);
    expect(opened.files).toEqual([]);
    expect(opened.problems).toMatchObject([
      {
        code: 'MEDIA_TOO_LARGE',
        message: expect.stringMatching(/^The image as JPEG is \d+ KB; Instagram takes at most 300 KB\.$/),
      },
    ]);
  });
});

describe('media with problems', () => {
  it('name each file that cannot be used, and no file is handed out', async () => {
    const media = [item('bakery-sourdough.jpg'), item('gone.jpg'), item('bakery-menu.pdf')];
    const opened = await library().open(media, carousel, 'Instagram', ASHA);
    expect(opened.files).toEqual([]);
    expect(opened.problems.map(({ code, message }) => [code, message])).toEqual([
      ['MEDIA_NOT_FOUND', expect.stringContaining('“gone.jpg”')],
      ['MEDIA_TYPE', 'Document 3 is of the type PDF, which Instagram does not take in this kind of post.'],
    ]);
  });

  it('are counted', async () => {
    const kind: KindCapabilities = { findBy: 'own-key', media: [{ ...imageRule, min: 2 }] };
    const opened = await library().open([item('bakery-sourdough.jpg')], kind, 'Instagram', ASHA);
    expect(opened.problems).toMatchObject([{ code: 'MEDIA_TOO_FEW' }]);
  });

  it('are an error to try again when a storage is away for the moment', async () => {
    const media = [item('gone.jpg'), item('down.jpg')];
    await expect(library().open(media, carousel, 'Instagram', ASHA)).rejects.toMatchObject({
      kind: 'temporary',
      code: 'MEDIA_UNAVAILABLE',
    });
  });
});

describe('the library', () => {
  it('fetches a file once for several posts, also at the same time, and after the first has given it back', async () => {
    const shared = library();
    const media = [item('bakery-sourdough.jpg')];
    const [first] = await Promise.all([
      shared.open(media, carousel, 'A', ASHA),
      shared.open(media, carousel, 'B', ASHA),
    ]);
    await first.release();
    const third = await shared.open(media, carousel, 'C', ASHA);
    expect(await bytesOf(only(third.files).source())).toHaveLength(only(third.files).info.bytes);
    expect(requests).toEqual(['bakery-sourdough.jpg']);
  });

  it('asks again for a file that could not be fetched', async () => {
    const shared = library();
    await expect(shared.open([item('down.jpg')], carousel, 'A', ASHA)).rejects.toThrow();
    await expect(shared.open([item('down.jpg')], carousel, 'A', ASHA)).rejects.toThrow();
    expect(requests).toEqual(['down.jpg', 'down.jpg']);
  });

  it('writes nothing before the first file, and leaves nothing behind', async () => {
    const made = library();
    await made.open([], { findBy: 'listing', media: [] }, 'A', ASHA);
    expect(await readdir(dir)).toEqual([]);
    await made.open([item('bakery-croissant.png')], carousel, 'A', ASHA);
    expect(await readdir(dir)).toHaveLength(1);
    await made.close();
    expect(await readdir(dir)).toEqual([]);
  });

  it('removes what a killed process left a day ago, and nothing else', async () => {
    for (const name of ['content-publisher-media-old', 'content-publisher-media-new', 'other-old']) {
      await mkdir(join(dir, name));
      const hours = name.endsWith('old') ? 25 : 1;
      const at = new Date(Date.now() - hours * 3_600_000);
      await utimes(join(dir, name), at, at);
    }
    const made = library();
    await made.open([item('bakery-sourdough.jpg')], carousel, 'A', ASHA);
    await made.close();
    expect((await readdir(dir)).sort()).toEqual(['content-publisher-media-new', 'other-old']);
  });
});

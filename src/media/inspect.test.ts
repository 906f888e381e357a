import { copyFile, mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectMedia } from './inspect.ts';

const seed = fileURLToPath(new URL('../../supabase/seed/media/', import.meta.url));
const fixtures = fileURLToPath(new URL('../../test/fixtures/media/', import.meta.url));
let dir = '';

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'inspect-test-'));
});
afterAll(() => rm(dir, { recursive: true }));

async function inspect(path: string) {
  return inspectMedia(path, (await stat(path)).size, `“${basename(path)}”`);
}

async function written(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, bytes);
  return path;
}

describe('an image', () => {
  it.each([
    [
      `${seed}bakery-sourdough.jpg`,
      { mime: 'image/jpeg', width: 1080, height: 1350, hasAlpha: false, colorSpace: 'srgb' },
    ],
    [`${seed}bakery-croissant.png`, { mime: 'image/png', width: 1080, height: 1080, hasAlpha: true }],
    [`${seed}bakery-cinnamon-roll.webp`, { mime: 'image/webp', width: 1080, height: 1080, hasAlpha: false }],
  ])('%s is described by its bytes', async (path, info) => {
    expect(await inspect(path)).toMatchObject({ ...info, bytes: (await stat(path)).size });
  });

  it('has the type of its bytes, whatever its name says', async () => {
    const path = join(dir, 'really-a-png.jpg');
    await copyFile(`${seed}bakery-croissant.png`, path);
    expect(await inspect(path)).toMatchObject({ mime: 'image/png' });
  });

  it.each([
    [1, 300, 200],
    [3, 300, 200],
    [6, 200, 300],
    [8, 200, 300],
  ])(
    'with EXIF orientation %i has the width and height that people see',
    async (orientation, width, height) => {
      const raw = sharp({ create: { width: 300, height: 200, channels: 3, background: '#abc' } });
      const bytes = await raw.jpeg().withMetadata({ orientation }).toBuffer();
      expect(await inspect(await written(`turned-${orientation}.jpg`, bytes))).toMatchObject({
        width,
        height,
      });
    },
  );

  it.each(['bakery-sourdough.jpg', 'bakery-croissant.png', 'bakery-cinnamon-roll.webp'])(
    '%s is unreadable when its second half is missing',
    async (name) => {
      const bytes = await readFile(join(seed, name));
      const path = await written(`half-${name}`, bytes.subarray(0, bytes.length / 2));
      await expect(inspect(path)).rejects.toMatchObject({ kind: 'rejected', code: 'MEDIA_UNREADABLE' });
    },
  );

  it('is unreadable when only its first bytes are those of an image', async () => {
    const bytes = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(5_000, 7)]);
    await expect(inspect(await written('fake.png', bytes))).rejects.toMatchObject({
      code: 'MEDIA_UNREADABLE',
    });
  });
});

describe('a video', () => {
  it.each([
    [
      `${seed}bakery-reel.mp4`,
      {
        mime: 'video/mp4',
        width: 1080,
        height: 1920,
        frameRate: 30,
        durationMs: 5_067,
        videoCodec: 'avc',
        audioCodec: 'aac',
      },
    ],
    [
      `${seed}cycling-film.mp4`,
      { mime: 'video/mp4', width: 1280, height: 720, frameRate: 30, durationMs: 6_067 },
    ],
    [
      `${fixtures}moov-last.mp4`,
      { mime: 'video/mp4', width: 640, height: 360, frameRate: 30, durationMs: 4_000 },
    ],
    [`${fixtures}two-seconds.mp4`, { mime: 'video/mp4', durationMs: 2_067 }],
    [`${fixtures}turned.mov`, { mime: 'video/quicktime', width: 360, height: 640, frameRate: 30 }],
    [
      `${fixtures}small.webm`,
      { mime: 'video/webm', width: 320, height: 180, frameRate: 30, videoCodec: 'vp9', audioCodec: 'opus' },
    ],
  ])('%s is described with rotation, length and codecs', async (path, info) => {
    expect(await inspect(path)).toMatchObject(info);
  });

  it.each([
    [`${seed}bakery-reel.mp4`, 0.9],
    [`${seed}bakery-reel.mp4`, 0.01],
    [`${fixtures}moov-last.mp4`, 0.9],
    [`${fixtures}small.webm`, 0.005],
  ])('%s is unreadable when only the first part (%d) of it is there', async (path, part) => {
    const bytes = await readFile(path);
    const cut = await written(`cut-${part}-${basename(path)}`, bytes.subarray(0, bytes.length * part));
    await expect(inspect(cut)).rejects.toMatchObject({ kind: 'rejected', code: 'MEDIA_UNREADABLE' });
  });

  it.each([
    { name: 'in front', file: `${seed}bakery-reel.mp4`, gap: 'end' },
    { name: 'at the end', file: `${fixtures}moov-last.mp4`, gap: 'before moov' },
  ])('of 1 GB with its tables $name is described without reading it into memory', async ({ file, gap }) => {
    const bytes = await readFile(file);
    const path = await withGap(bytes, gap === 'end' ? bytes.length : bytes.indexOf('moov') - 4, 1024 ** 3);
    const before = process.memoryUsage();
    const startedAt = performance.now();
    expect(await inspect(path)).toMatchObject({
      mime: 'video/mp4',
      frameRate: 30,
      bytes: bytes.length + 1024 ** 3,
    });
    const after = process.memoryUsage();
    expect(after.rss - before.rss).toBeLessThan(64 * 1_048_576);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

/** A copy with an empty `free` box at `position`; the file system stores nothing for it. */
async function withGap(bytes: Buffer, position: number, gap: number): Promise<string> {
  const path = join(dir, `gap-${position}.mp4`);
  const header = Buffer.alloc(16);
  header.writeUInt32BE(1, 0);
  header.write('free', 4);
  header.writeBigUInt64BE(BigInt(gap), 8);
  const file = await open(path, 'w');
  await file.write(bytes, 0, position, 0);
  await file.write(header, 0, header.length, position);
  await file.write(bytes, position, bytes.length - position, position + gap);
  await file.truncate(bytes.length + gap);
  await file.close();
  return path;
}

describe('another file', () => {
  it('that is a document is described by type and size', async () => {
    expect(await inspect(`${seed}bakery-menu.pdf`)).toEqual({ mime: 'application/pdf', bytes: 1124 });
  });

  it('that is a web page is refused as such', async () => {
    const path = await written('page.jpg', Buffer.from('<!doctype html><title>Sign in</title>'));
    await expect(inspect(path)).rejects.toMatchObject({ kind: 'rejected', code: 'MEDIA_IS_WEB_PAGE' });
  });

  it.each([
    ['text', 'hello'],
    ['nothing', ''],
  ])('that holds %s is refused as unknown', async (name, text) => {
    const path = await written(`${name}.jpg`, Buffer.from(text));
    await expect(inspect(path)).rejects.toMatchObject({ kind: 'rejected', code: 'MEDIA_TYPE_UNKNOWN' });
  });
});

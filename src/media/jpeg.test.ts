import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toJpeg } from './jpeg.ts';

const seed = fileURLToPath(new URL('../../supabase/seed/media/', import.meta.url));
let dir = '';

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'jpeg-test-'));
});
afterAll(() => rm(dir, { recursive: true }));

async function convert(bytes: Buffer) {
  const path = join(dir, 'source');
  await writeFile(path, bytes);
  return toJpeg(path, dir, '“a.png”');
}

async function pixel(path: string, left: number, top: number): Promise<number[]> {
  const raw = await sharp(path).extract({ left, top, width: 1, height: 1 }).raw().toBuffer();
  return [...raw];
}

const close = (wanted: number[]) =>
  wanted.map((value) => expect.toSatisfy((got: number) => Math.abs(got - value) <= 3));

describe('the JPEG of an image', () => {
  it('has its size, full colour resolution, sRGB, and is described as it is', async () => {
    const copy = await toJpeg(`${seed}bakery-croissant.png`, dir, '“a.png”');
    expect(copy.info).toEqual({
      bytes: (await stat(copy.path)).size,
      mime: 'image/jpeg',
      width: 1080,
      height: 1080,
      hasAlpha: false,
      colorSpace: 'srgb',
    });
    const { format, chromaSubsampling, space, isProgressive } = await sharp(copy.path).metadata();
    expect({ format, chromaSubsampling, space, isProgressive }).toEqual({
      format: 'jpeg',
      chromaSubsampling: '4:4:4',
      space: 'srgb',
      isProgressive: false,
    });
    expect(copy.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('has the quality of 92 or better in its tables', async () => {
    const copy = await toJpeg(`${seed}bakery-cinnamon-roll.webp`, dir, '“a.webp”');
    const bytes = await readFile(copy.path);
    const table = bytes.indexOf(Buffer.from('ffdb', 'hex')) + 5;
    // The example table of JPEG, Annex K, begins 16 11 12 14; quality 92 takes 16 % of it, worse qualities take more.
    expect([...bytes.subarray(table, table + 4)]).toEqual([3, 2, 2, 2]);
  });

  it('shows transparency as white, half transparency mixed with white', async () => {
    const [red, half] = [Buffer.from([255, 0, 0, 0]), Buffer.from([255, 0, 0, 128])];
    const raw = Buffer.concat([...Array(64 * 32).fill(red), ...Array(64 * 32).fill(half)]);
    const png = await sharp(raw, { raw: { width: 64, height: 64, channels: 4 } })
      .png()
      .toBuffer();
    const copy = await convert(png);
    expect(await pixel(copy.path, 10, 10)).toEqual(close([255, 255, 255]));
    expect(await pixel(copy.path, 10, 50)).toEqual(close([255, 127, 127]));
  });

  it('is upright, without the EXIF that turned it', async () => {
    const raw = sharp({ create: { width: 300, height: 200, channels: 3, background: '#abc' } });
    const copy = await convert(await raw.webp().withMetadata({ orientation: 6 }).toBuffer());
    expect(copy.info).toMatchObject({ width: 200, height: 300 });
    const { exif, orientation } = await sharp(copy.path).metadata();
    expect({ exif, orientation }).toEqual({ exif: undefined, orientation: undefined });
  });

  it('is sRGB when the image was of a wider colour space', async () => {
    const wide = await sharp({ create: { width: 32, height: 32, channels: 3, background: '#ff0000' } })
      .withIccProfile('p3')
      .png()
      .toBuffer();
    const copy = await convert(wide);
    const { icc, space } = await sharp(copy.path).metadata();
    expect({ icc, space }).toEqual({ icc: undefined, space: 'srgb' });
    expect(await pixel(copy.path, 5, 5)).toEqual(close([255, 0, 0]));
  });

  it('of an animated image is refused', async () => {
    const frames = Buffer.alloc(20 * 40 * 3, 100).fill(200, 20 * 20 * 3);
    const webp = await sharp(frames, { raw: { width: 20, height: 40, channels: 3, pageHeight: 20 } })
      .webp({ loop: 0, delay: [100, 100] })
      .toBuffer();
    expect((await sharp(webp).metadata()).pages).toBe(2);
    await expect(convert(webp)).rejects.toMatchObject({ kind: 'rejected', code: 'MEDIA_ANIMATED' });
  });
});

import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { MediaInfo } from '../core/media.ts';
import { openImage } from './image-library.ts';
import { rejected } from './media-error.ts';
import { unreadable } from './unreadable.ts';

export interface JpegCopy {
  readonly path: string;
  readonly sha256: string;
  readonly info: MediaInfo;
}

/** Below this the eye sees the difference; a picture that is too large is refused rather than made worse. */
const QUALITY = 92;

/**
 * A JPEG of the same size in `dir`: upright, sRGB, without subsampling of colours, transparency on white, without
 * EXIF (so also without the place it was taken at).
 *
 * @throws PublishError MEDIA_ANIMATED, MEDIA_UNREADABLE
 */
export async function toJpeg(path: string, dir: string, name: string): Promise<JpegCopy> {
  const image = await openImage(path);
  const { pages = 1 } = await image.metadata();
  if (pages > 1) {
    throw rejected(
      'MEDIA_ANIMATED',
      `The image ${name} is animated, and a JPEG of it would show only its first picture.`,
      'Replace it by a still image or by a video and schedule the post again.',
    );
  }
  const copy = join(dir, randomUUID());
  try {
    const written = await image
      .autoOrient()
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .jpeg({ quality: QUALITY, chromaSubsampling: '4:4:4' })
      .toFile(copy);
    const { width, height, size: bytes } = written;
    const info = { bytes, mime: 'image/jpeg', width, height, hasAlpha: false, colorSpace: 'srgb' };
    return { path: copy, sha256: await hashOf(copy), info };
  } catch (error) {
    throw unreadable(name, 'image', error);
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

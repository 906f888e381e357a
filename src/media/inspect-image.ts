import type { MediaInfo } from '../core/media.ts';
import { openImage } from './image-library.ts';
import { unreadable } from './unreadable.ts';

/** What sharp's prebuilt libvips decodes. Others (HEIC, BMP, SVG) are known by type only; limits refuse them by it. */
const DECODABLE = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/tiff', 'image/avif']);

/** Enough to pass every byte through the decoder; JPEG is decoded at an eighth of its size for it. */
const PROBE_PIXELS = 16;

/** @throws PublishError MEDIA_UNREADABLE */
export async function inspectImage(
  path: string,
  file: Pick<MediaInfo, 'bytes' | 'mime'>,
  name: string,
): Promise<MediaInfo> {
  if (!DECODABLE.has(file.mime)) return { ...file };
  try {
    const image = await openImage(path);
    const { autoOrient, hasAlpha, space } = await image.metadata();
    await image.clone().resize(PROBE_PIXELS, PROBE_PIXELS, { fit: 'inside' }).raw().toBuffer();
    return { ...file, width: autoOrient.width, height: autoOrient.height, hasAlpha, colorSpace: space };
  } catch (error) {
    throw unreadable(name, 'image', error);
  }
}

import type { Sharp } from 'sharp';

/** 100 million pixels: a decoded image takes 4 bytes for each, and the largest platform limit is 36 million. */
const MAX_PIXELS = 100_000_000;

/** Opens an image with sharp, which is loaded only when there is one. */
export async function openImage(path: string): Promise<Sharp> {
  const { default: sharp } = await import('sharp');
  sharp.cache(false);
  return sharp(path, { failOn: 'error', limitInputPixels: MAX_PIXELS, sequentialRead: true });
}

import sharp from 'sharp';
import { refuse } from '../graph-refusal.ts';
import { videoFault } from '../graph-video.ts';
import type { SimWorld } from '../simulator.ts';
import type { ContainerKind } from './parameters.ts';
import { ERRORS } from './refusals.ts';

// https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media#image-specifications
const MAX_IMAGE_BYTES = 8 * 1024 * 1024;
const MIN_RATIO = 4 / 5;
const MAX_RATIO = 1.91;
// 1200 × 628, what 1.91:1 was made for, is 1.9108.
const RATIO_TOLERANCE = 0.005;

const REEL = { maxBytes: 300_000_000, minSeconds: 3, maxSeconds: 900, minRatio: 0.01 };
const STORY = { maxBytes: 100_000_000, minSeconds: 3, maxSeconds: 60, minRatio: 0.1 };

/** Looks at an image at once, as the platform does: answers the sha256 or refuses the container. */
export async function checkImage(world: SimWorld, url: string, kind: ContainerKind): Promise<string> {
  const file = await world.fetchMedia(url);
  if (file === null) return refuse(ERRORS.notFetchable);
  const { bytes } = file;
  if (bytes.length > MAX_IMAGE_BYTES) refuse(ERRORS.imageTooLarge);
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
  if (!isJpeg) refuse(ERRORS.imageFormat);
  const size = await sharp(bytes)
    .metadata()
    .catch(() => refuse(ERRORS.imageFormat));
  const ratio = (size.autoOrient?.width ?? size.width) / (size.autoOrient?.height ?? size.height);
  // Stories are cropped or padded instead.
  if (kind !== 'story' && (ratio < MIN_RATIO - RATIO_TOLERANCE || ratio > MAX_RATIO + RATIO_TOLERANCE))
    refuse(ERRORS.imageRatio);
  return world.sha256(bytes);
}

/**
 * Looks at a video. The platform does so while it processes the container: a fault is the container's `status`,
 * never a refusal of the request.
 */
export async function checkVideo(
  world: SimWorld,
  url: string,
  kind: ContainerKind,
): Promise<{ readonly sha256: string } | { readonly subcode: number }> {
  const file = await world.fetchMedia(url);
  if (file === null) return { subcode: 2207077 };
  const limits = kind === 'story' ? STORY : REEL;
  if (file.bytes.length > limits.maxBytes) return { subcode: 2207026 };
  const fault = await videoFault(file.bytes, limits);
  return fault === null ? { sha256: world.sha256(file.bytes) } : { subcode: 2207026 };
}

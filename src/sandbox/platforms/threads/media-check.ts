import sharp from 'sharp';
import { refuse } from '../graph-refusal.ts';
import { videoFault } from '../graph-video.ts';
import type { SimWorld } from '../simulator.ts';
import { ERRORS } from './refusals.ts';

// https://developers.facebook.com/docs/threads/overview#media-specifications
const MAX_IMAGE_BYTES = 8 * 1024 * 1024;
const MAX_VIDEO_BYTES = 1_000_000_000;
const MAX_RATIO = 10;
const VIDEO = { minSeconds: 0, maxSeconds: 300 };

const FAULTS = {
  format: 'FAILED_PROCESSING_VIDEO',
  duration: 'INVALID_DURATION',
  ratio: 'INVALID_ASPEC_RATIO',
  'frame rate': 'INVALID_FRAME_RATE',
} as const;

/** Looks at an image at once: answers the sha256 or refuses the container. */
export async function checkImage(world: SimWorld, url: string): Promise<string> {
  const file = await world.fetchMedia(url);
  if (file === null) return refuse(ERRORS.notFetchable);
  if (file.bytes.length > MAX_IMAGE_BYTES) refuse(ERRORS.imageUnusable);
  const found = await sharp(file.bytes)
    .metadata()
    .catch(() => refuse(ERRORS.imageUnusable));
  if (found.format !== 'jpeg' && found.format !== 'png') refuse(ERRORS.imageUnusable);
  const { width, height } = found;
  if (Math.max(width, height) / Math.min(width, height) > MAX_RATIO) refuse(ERRORS.imageUnusable);
  return world.sha256(file.bytes);
}

/** Looks at a video while it is processed: a fault is the container's error_message, never a refusal of the request. */
export async function checkVideo(
  world: SimWorld,
  url: string,
): Promise<{ readonly sha256: string } | { readonly fault: string }> {
  const file = await world.fetchMedia(url);
  if (file === null) return { fault: 'FAILED_DOWNLOADING_VIDEO' };
  if (file.bytes.length > MAX_VIDEO_BYTES) return { fault: 'UNKNOWN' };
  const fault = await videoFault(file.bytes, VIDEO);
  return fault === null ? { sha256: world.sha256(file.bytes) } : { fault: FAULTS[fault] };
}

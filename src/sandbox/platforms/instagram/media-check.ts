import { ALL_FORMATS, BufferSource, Input } from 'mediabunny';
import sharp from 'sharp';
import type { SimWorld } from '../simulator.ts';
import type { ContainerKind } from './parameters.ts';
import { ERRORS, refuse } from './refusals.ts';

// https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media#image-specifications
const MAX_IMAGE_BYTES = 8 * 1024 * 1024;
const MIN_RATIO = 4 / 5;
const MAX_RATIO = 1.91;
// 1200 × 628, what 1.91:1 was made for, is 1.9108.
const RATIO_TOLERANCE = 0.005;

interface VideoLimits {
  readonly maxBytes: number;
  readonly minSeconds: number;
  readonly maxSeconds: number;
  readonly minRatio: number;
}
const REEL: VideoLimits = { maxBytes: 300_000_000, minSeconds: 3, maxSeconds: 900, minRatio: 0.01 };
const STORY: VideoLimits = { maxBytes: 100_000_000, minSeconds: 3, maxSeconds: 60, minRatio: 0.1 };
const MAX_VIDEO_RATIO = 10;
const MAX_VIDEO_WIDTH = 1920;
const MIN_FPS = 23;
const MAX_FPS = 60;
// Players round 29.97; a container's clock makes 60 fps look like 60.06.
const FPS_TOLERANCE = 0.1;
// Sound is padded to whole frames.
const SECONDS_TOLERANCE = 0.1;

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
  const fits = await videoFits(file.bytes, limits).catch(() => false);
  return fits ? { sha256: world.sha256(file.bytes) } : { subcode: 2207026 };
}

async function videoFits(bytes: Buffer, limits: VideoLimits): Promise<boolean> {
  const input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
  const format = (await input.getFormat()).name;
  if (format !== 'MP4' && format !== 'QuickTime File Format') return false;
  const track = await input.getPrimaryVideoTrack();
  const codec = await track?.getCodec();
  if (track === null || (codec !== 'avc' && codec !== 'hevc')) return false;
  const seconds = await input.computeDuration();
  const width = await track.getDisplayWidth();
  const ratio = width / (await track.getDisplayHeight());
  const { averagePacketRate: fps } = await track.computePacketStats();
  return (
    seconds >= limits.minSeconds - SECONDS_TOLERANCE &&
    seconds <= limits.maxSeconds + SECONDS_TOLERANCE &&
    width <= MAX_VIDEO_WIDTH &&
    ratio >= limits.minRatio &&
    ratio <= MAX_VIDEO_RATIO &&
    fps >= MIN_FPS - FPS_TOLERANCE &&
    fps <= MAX_FPS + FPS_TOLERANCE
  );
}

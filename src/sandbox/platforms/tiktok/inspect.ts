import { ALL_FORMATS, FilePathSource, Input } from 'mediabunny';
import sharp from 'sharp';

const CODECS: readonly unknown[] = ['avc', 'hevc', 'vp8', 'vp9'];
const FRAMES_COUNTED = 100;
const MAX_PHOTO_BYTES = 20 * 1024 * 1024;

interface Seen {
  /** As `fail_reason` names it. */
  readonly flaw: string | null;
  readonly seconds: number;
}

/** What TikTok finds wrong with a video, by https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide */
export async function inspectVideo(file: string): Promise<Seen> {
  const input = new Input({ formats: ALL_FORMATS, source: new FilePathSource(file) });
  const broken = { flaw: 'file_format_check_failed', seconds: 0 };
  try {
    const track = await input.getPrimaryVideoTrack();
    if (track === null || !CODECS.includes(await track.getCodec())) return broken;
    const sides = [await track.getDisplayWidth(), await track.getDisplayHeight()];
    const { averagePacketRate: rate } = await track.computePacketStats(FRAMES_COUNTED);
    const seconds = await input.computeDuration();
    if (sides.some((side) => side < 360 || side > 4096))
      return { flaw: 'picture_size_check_failed', seconds };
    if (rate < 22.9 || rate > 60.1) return { flaw: 'frame_rate_check_failed', seconds };
    return { flaw: seconds > 600.1 ? 'duration_check_failed' : null, seconds };
  } catch {
    // Unsupported or broken: that is the answer.
    return broken;
  } finally {
    input.dispose();
  }
}

/** JPEG or WebP, 20 MB, 1080p. */
export async function inspectPhoto(bytes: Buffer): Promise<string | null> {
  const image = await sharp(bytes)
    .metadata()
    .catch(() => null);
  if (image === null || (image.format !== 'jpeg' && image.format !== 'webp'))
    return 'file_format_check_failed';
  const { width, height } = image;
  const fits = Math.max(width, height) <= 1920 && Math.min(width, height) <= 1080;
  return fits && bytes.length <= MAX_PHOTO_BYTES ? null : 'picture_size_check_failed';
}

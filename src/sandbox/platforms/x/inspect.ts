import { ALL_FORMATS, FilePathSource, Input } from 'mediabunny';
import sharp from 'sharp';

const MB = 1024 * 1024;
const FRAMES_COUNTED = 100;
// 60, as a container's clock may show them.
const MAX_FRAMES_PER_SECOND = 60.1;
const FORMATS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpeg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/gif': 'gif',
};

/** What X finds wrong with a photo or GIF, null when nothing. */
export async function inspectImage(bytes: Buffer, type: string): Promise<string | null> {
  const image = await sharp(bytes, { animated: true })
    .metadata()
    .catch(() => null);
  if (image === null || image.format !== FORMATS[type]) return 'InvalidMedia';
  if (type !== 'image/gif') return bytes.length > 5 * MB ? 'FileTooLarge' : null;
  const height = image.pageHeight ?? image.height;
  const frames = image.pages ?? 1;
  if (bytes.length > 15 * MB) return 'FileTooLarge';
  if (image.width > 1280 || height > 1080) return 'InvalidDimensions';
  return frames > 350 || frames * image.width * height > 300_000_000 ? 'TooManyFrames' : null;
}

/** What X finds wrong with a video of an ordinary account (docs.x.com/x-api/media/quickstart/best-practices), null when nothing. */
export async function inspectVideo(file: string): Promise<string | null> {
  const input = new Input({ formats: ALL_FORMATS, source: new FilePathSource(file) });
  try {
    const track = await input.getPrimaryVideoTrack();
    if (track === null || (await track.getCodec()) !== 'avc') return 'InvalidMedia';
    const sound = await input.getPrimaryAudioTrack();
    if (sound !== null && (await sound.getCodec()) !== 'aac') return 'InvalidMedia';
    const { averagePacketRate: rate } = await track.computePacketStats(FRAMES_COUNTED);
    if (rate > MAX_FRAMES_PER_SECOND) return 'InvalidMedia';
    const [width, height, seconds] = await Promise.all([
      track.getDisplayWidth(),
      track.getDisplayHeight(),
      input.computeDuration(),
    ]);
    if (Math.min(width, height) < 32 || width / height > 3 || height / width > 3) return 'InvalidDimensions';
    return seconds < 0.5 || seconds > 20 * 60 ? 'InvalidDuration' : null;
  } catch {
    // Unsupported or broken: that is the answer.
    return 'InvalidMedia';
  } finally {
    input.dispose();
  }
}

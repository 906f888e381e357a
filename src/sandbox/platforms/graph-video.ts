import { ALL_FORMATS, BufferSource, Input } from 'mediabunny';

const MAX_RATIO = 10;
const MIN_RATIO = 0.01;
const MAX_WIDTH = 1920;
const MIN_FPS = 23;
const MAX_FPS = 60;
// Players round 29.97; a container's clock makes 60 fps look like 60.06.
const FPS_TOLERANCE = 0.1;
// Sound is padded to whole frames.
const SECONDS_TOLERANCE = 0.1;

export interface VideoLimits {
  readonly minSeconds: number;
  readonly maxSeconds: number;
  readonly minRatio?: number;
}

/** What is wrong with a video, as Meta's platforms look at it while they process a container; null: nothing. */
export async function videoFault(
  bytes: Buffer,
  { minSeconds, maxSeconds, minRatio = MIN_RATIO }: VideoLimits,
): Promise<'format' | 'duration' | 'ratio' | 'frame rate' | null> {
  try {
    const input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
    const format = (await input.getFormat()).name;
    if (format !== 'MP4' && format !== 'QuickTime File Format') return 'format';
    const track = await input.getPrimaryVideoTrack();
    const codec = await track?.getCodec();
    if (track === null || (codec !== 'avc' && codec !== 'hevc')) return 'format';
    const seconds = await input.computeDuration();
    if (seconds < minSeconds - SECONDS_TOLERANCE || seconds > maxSeconds + SECONDS_TOLERANCE)
      return 'duration';
    const width = await track.getDisplayWidth();
    const ratio = width / (await track.getDisplayHeight());
    if (width > MAX_WIDTH || ratio < minRatio || ratio > MAX_RATIO) return 'ratio';
    const { averagePacketRate: fps } = await track.computePacketStats();
    return fps < MIN_FPS - FPS_TOLERANCE || fps > MAX_FPS + FPS_TOLERANCE ? 'frame rate' : null;
  } catch {
    // Unsupported or broken: that is the answer.
    return 'format';
  }
}

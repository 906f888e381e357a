import type { InputVideoTrack } from 'mediabunny';
import type { MediaInfo } from '../core/media.ts';
import { unreadable } from './unreadable.ts';

/** Types with an index of their samples (ISO base media), in which the last one can be looked at without reading all. */
const INDEXED = new Set(['video/mp4', 'video/quicktime', 'video/3gpp']);

/** Frames whose times are averaged to a frame rate. */
const FRAMES_COUNTED = 120;

/** Of the file's bytes kept in memory while its tables are read. */
const CACHE_BYTES = 4 * 1_048_576;

/** @throws PublishError MEDIA_UNREADABLE: no video in it, tables damaged, or the end of the file is missing. */
export async function inspectVideo(
  path: string,
  file: Pick<MediaInfo, 'bytes' | 'mime'>,
  name: string,
): Promise<MediaInfo> {
  const { ALL_FORMATS, EncodedPacketSink, FilePathSource, Input } = await import('mediabunny');
  const source = new FilePathSource(path, {
    maxCacheSize: CACHE_BYTES,
    handleUnhandledError: () => undefined,
  });
  const input = new Input({ source, formats: ALL_FORMATS });
  try {
    const video = await input.getPrimaryVideoTrack();
    if (video === null) throw new Error('no video track');
    if (
      INDEXED.has(file.mime) &&
      (await new EncodedPacketSink(video).getPacket(Number.POSITIVE_INFINITY)) === null
    ) {
      throw new Error('the last frame is missing');
    }
    const seconds = (await input.getDurationFromMetadata()) ?? (await input.computeDuration());
    const audio = await input.getPrimaryAudioTrack();
    const audioCodec = await audio?.getCodec();
    return {
      ...file,
      ...(await picture(video)),
      durationMs: Math.round(seconds * 1_000),
      ...(audioCodec ? { audioCodec } : {}),
    };
  } catch (error) {
    throw unreadable(name, 'video', error);
  } finally {
    input.dispose();
  }
}

async function picture(video: InputVideoTrack): Promise<Partial<MediaInfo>> {
  const codec = await video.getCodec();
  const { averagePacketRate } = await video.computePacketStats(FRAMES_COUNTED);
  return {
    width: await video.getDisplayWidth(),
    height: await video.getDisplayHeight(),
    frameRate: Math.round(averagePacketRate * 100) / 100,
    ...(codec === null ? {} : { videoCodec: codec }),
  };
}

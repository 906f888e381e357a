import type { MediaInfo } from '../../core/media.ts';

// https://support.google.com/youtube/answer/15424877: square or upright, up to three minutes.
const MAX_SHORT_MS = 3 * 60_000;

/** Whether YouTube will show it as a Short. Unknown dimensions or length: no; the other address works for Shorts too. */
export function isShort(info: MediaInfo): boolean {
  const { width, height, durationMs } = info;
  if (width === undefined || height === undefined || durationMs === undefined) return false;
  return height >= width && durationMs <= MAX_SHORT_MS;
}

export function videoUrl(id: string, short: boolean): string {
  const key = encodeURIComponent(id);
  return short ? `https://www.youtube.com/shorts/${key}` : `https://www.youtube.com/watch?v=${key}`;
}

import { ALL_FORMATS, FilePathSource, Input } from 'mediabunny';
import sharp from 'sharp';

// images-api: fewer than this many pixels, GIFs of at most 250 frames.
const PIXELS = 36_152_320;
const MAX_GIF_FRAMES = 250;
// videos-api
const MIN_SECONDS = 3;
const MAX_SECONDS = 30 * 60;
const MAX_RATIO = 2.4;

/** 'type': no JPEG, PNG or GIF, refused at once; another flaw makes the processing fail. */
export async function inspectImage(bytes: Buffer): Promise<{ readonly flaw: string | null } | 'type'> {
  const image = await sharp(bytes, { animated: true })
    .metadata()
    .catch(() => null);
  if (image === null || !['jpeg', 'png', 'gif'].includes(image.format ?? '')) return 'type';
  const frames = image.pages ?? 1;
  const pixels = image.width * (image.pageHeight ?? image.height);
  if (pixels >= PIXELS) return { flaw: 'IMAGE_TOO_LARGE' };
  return { flaw: frames > MAX_GIF_FRAMES ? 'TOO_MANY_FRAMES' : null };
}

/** What is wrong with an uploaded video, null when nothing is. */
export async function inspectVideo(file: string): Promise<string | null> {
  const input = new Input({ formats: ALL_FORMATS, source: new FilePathSource(file) });
  try {
    const track = await input.getPrimaryVideoTrack();
    if (track === null || (await input.getFormat()).name !== 'MP4') return 'UNSUPPORTED_FORMAT';
    const seconds = await input.computeDuration();
    if (seconds < MIN_SECONDS || seconds > MAX_SECONDS) return 'INVALID_DURATION';
    const ratio = (await track.getDisplayWidth()) / (await track.getDisplayHeight());
    return ratio > MAX_RATIO || ratio < 1 / MAX_RATIO ? 'INVALID_ASPECT_RATIO' : null;
  } catch {
    // Unsupported or broken: that is the answer.
    return 'UNSUPPORTED_FORMAT';
  } finally {
    input.dispose();
  }
}

/** PDF, or the containers of old and new Office files. */
export function isDocument(head: Buffer): boolean {
  const hex = head.toString('hex', 0, 8);
  return (
    head.toString('latin1', 0, 5) === '%PDF-' || hex === 'd0cf11e0a1b11ae1' || hex.startsWith('504b0304')
  );
}

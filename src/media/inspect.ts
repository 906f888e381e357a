import { open } from 'node:fs/promises';
import type { MediaInfo } from '../core/media.ts';
import { TAIL_BYTES } from './detect-office.ts';
import { detectType, HEAD_BYTES } from './detect-type.ts';
import { inspectImage } from './inspect-image.ts';
import { inspectVideo } from './inspect-video.ts';
import { rejected } from './media-error.ts';

/**
 * Says by its bytes what a file is. Images are decoded once, small, so that a damaged one is seen; of a video only
 * its tables are read, so memory stays flat.
 *
 * @param name what messages call the file, e.g. “box.jpg”
 * @throws PublishError rejected: MEDIA_IS_WEB_PAGE, MEDIA_TYPE_UNKNOWN, MEDIA_UNREADABLE.
 */
export async function inspectMedia(path: string, bytes: number, name: string): Promise<MediaInfo> {
  const mime = await typeOf(path, bytes);
  if (mime === 'text/html') {
    throw rejected(
      'MEDIA_IS_WEB_PAGE',
      `The address of ${name} leads to a web page, not to the file itself.`,
      'Put the address of the file itself into the post and schedule it again.',
    );
  }
  if (mime === null) {
    throw rejected(
      'MEDIA_TYPE_UNKNOWN',
      `The file ${name} is neither an image nor a video nor a document that is known here.`,
      'Replace the file by a JPEG, PNG, MP4 or PDF and schedule the post again.',
    );
  }
  if (mime.startsWith('image/')) return inspectImage(path, { bytes, mime }, name);
  if (mime.startsWith('video/')) return inspectVideo(path, { bytes, mime }, name);
  return { bytes, mime };
}

async function typeOf(path: string, bytes: number): Promise<string | null> {
  const file = await open(path);
  try {
    const head = Buffer.alloc(Math.min(bytes, HEAD_BYTES));
    await file.read(head, 0, head.length, 0);
    const tail = Buffer.alloc(Math.min(bytes, TAIL_BYTES));
    await file.read(tail, 0, tail.length, bytes - tail.length);
    return detectType(head, tail);
  } finally {
    await file.close();
  }
}

import { randomUUID } from 'node:crypto';
import type { MediaBucket } from '../core/media-bucket.ts';
import type { MediaFile } from '../core/platform.ts';
import type { PostMedia } from '../core/post.ts';
import { fileSource } from './file-source.ts';
import { rejected } from './media-error.ts';
import type { StoredFile } from './shelf.ts';

/**
 * A stored file as platforms see it; `address` is where they can fetch the original. A converted one is uploaded when its public URL is first asked for;
 * its name is added to `uploaded` before that, so that it is removed even if the answer is lost.
 */
export function mediaFile(
  item: PostMedia,
  { path, sha256, info }: StoredFile,
  address: string,
  converted: boolean,
  bucket: MediaBucket | null,
  uploaded: string[],
): MediaFile {
  const source = (start?: number, end?: number) => fileSource(path, info.bytes, start, end);

  async function upload(): Promise<string> {
    if (bucket === null) {
      throw rejected(
        'BUCKET_MISSING',
        'An image had to be converted to JPEG, but there is no storage bucket to serve the copy from.',
        'Make the bucket with `content-publisher migrate`, or use a JPEG, and schedule the post again.',
      );
    }
    const name = `${randomUUID()}.jpg`;
    uploaded.push(name);
    return bucket.upload(name, source(), info.mime);
  }

  let copy: Promise<string> | undefined;
  return {
    ...item,
    info,
    sha256,
    source,
    publicUrl() {
      if (!converted) return Promise.resolve(address);
      copy ??= upload().catch((error: unknown) => {
        copy = undefined;
        throw error;
      });
      return copy;
    },
  };
}

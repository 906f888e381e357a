import type { MediaStorage } from '../core/media-bucket.ts';
import { storagePlace } from '../core/storage-place.ts';
import { fileName } from './file-name.ts';
import { rejected } from './media-error.ts';

/**
 * Where the bytes of a file can be fetched, by us and by platforms. Mostly its own address; for private files in the
 * app's storage a signed one, made with our key, so only for a post of the user whose file it is.
 *
 * @throws PublishError rejected: a private file of somebody else, or none at all
 */
export async function fetchAddress(
  url: string,
  userId: string,
  storage: MediaStorage | undefined,
): Promise<string> {
  if (storage === undefined || !URL.canParse(url)) return url;
  const place = storagePlace(new URL(url), storage.origin);
  const object = place === null ? null : await storage.lookUp(place);
  if (place === null || object === null) return url;
  if (object.public) return place.door === 'public' ? url : storage.publicUrl(place);
  const name = fileName(new URL(url));
  if (!object.found) {
    throw rejected(
      'MEDIA_NOT_FOUND',
      `The file ${name} is not in the private storage bucket “${place.bucket}”.`,
      'Upload the file again, put its new address into the post and schedule it again.',
    );
  }
  if (object.owner?.toLowerCase() === userId.toLowerCase()) return storage.sign(place);
  // Its own token is the permission then, not our key.
  if (object.owner === null && place.door === 'signed') return url;
  throw rejected(
    'MEDIA_OF_ANOTHER',
    `The file ${name} lies in the private storage bucket “${place.bucket}” and does not belong to the owner of this post.`,
    'Upload the file as the user whose post it is, put its new address into the post and schedule it again.',
  );
}

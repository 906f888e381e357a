import type { SupabaseClient } from '@supabase/supabase-js';
import { PublishError } from '../core/errors.ts';
import type { HttpSource } from '../core/http.ts';
import type { MediaBucket, MediaStorage } from '../core/media-bucket.ts';
import { storagePath } from '../core/storage-place.ts';
import type { Store } from '../core/store.ts';

const BUCKET = 'publisher-media';

/** Supabase Storage. Converted pictures are at most a few megabytes: storage-js takes no stream with a known length. */
export function createBucket(client: SupabaseClient): MediaBucket {
  const storage = client.storage.from(BUCKET);
  return {
    async upload(name, file, mime) {
      const bytes = await collect(file);
      const { error } = await storage.upload(name, bytes, { contentType: mime, upsert: true });
      if (error !== null) throw refused(error);
      return storage.getPublicUrl(name).data.publicUrl;
    },
    async remove(names) {
      if (names.length === 0) return;
      const { error } = await storage.remove([...names]);
      if (error !== null) throw refused(error);
    },
  };
}

/** Long enough for a platform that fetches the file itself after a queue of its own. */
const SIGNED_SECONDS = 2 * 3_600;

/** The app's own files. Of what Storage signs only the token is used: it opens the object that was asked for, or none. */
export function createMediaStorage(
  client: SupabaseClient,
  supabaseUrl: string,
  lookUp: Store['storedObject'],
): MediaStorage {
  const { origin } = new URL(supabaseUrl);
  const objects = `${origin}/storage/v1/object`;
  return {
    origin,
    lookUp: ({ bucket, name }) => lookUp(bucket, name),
    publicUrl: (place) => `${objects}/public/${storagePath(place)}`,
    async sign(place) {
      const name = place.name.split('/').map(encodeURIComponent).join('/');
      const { data, error } = await client.storage.from(place.bucket).createSignedUrl(name, SIGNED_SECONDS);
      // Not through URL: Storage writes a '?' or '#' of the name into the address as it is.
      const token = error === null ? /[?&]token=([\w.-]+)$/.exec(data.signedUrl)?.[1] : undefined;
      if (token === undefined) throw unsigned(error);
      return `${objects}/sign/${storagePath(place)}?token=${token}`;
    },
  };
}

function unsigned(cause: unknown): PublishError {
  return new PublishError({
    kind: 'temporary',
    code: 'MEDIA_NOT_SIGNED',
    message: 'The storage of the app gave no signed address for a private file.',
    hint: 'It is tried again by itself.',
    cause,
  });
}

async function collect(file: HttpSource): Promise<Uint8Array> {
  const bytes = new Uint8Array(file.length);
  let at = 0;
  for await (const chunk of file.open()) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function refused(error: Error): PublishError {
  const missing = /not found/i.test(error.message);
  return new PublishError({
    kind: missing ? 'config' : 'temporary',
    code: missing ? 'BUCKET_MISSING' : 'BUCKET_REFUSED',
    message: missing
      ? `The storage bucket ${BUCKET}, from which converted pictures are served, does not exist.`
      : `The storage bucket ${BUCKET} refused a file: ${error.message}`,
    hint: missing ? 'Run "content-publisher migrate", which makes it.' : 'It is tried again by itself.',
    cause: error,
  });
}

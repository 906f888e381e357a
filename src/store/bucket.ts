import type { SupabaseClient } from '@supabase/supabase-js';
import { PublishError } from '../core/errors.ts';
import type { HttpSource } from '../core/http.ts';
import type { MediaBucket } from '../core/media-bucket.ts';

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

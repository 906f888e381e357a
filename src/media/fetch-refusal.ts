import { clip } from '../core/clip.ts';
import type { PublishError } from '../core/errors.ts';
import { fileName } from './file-name.ts';
import { rejected, temporary } from './media-error.ts';

const REPLACE = 'Upload the file again, put its new address into the post and schedule it again.';

/** What an answer other than 200 means for the post. `body` is its beginning. Pure. */
export function statusRefusal(url: URL, status: number, body: string): PublishError {
  const name = fileName(url);
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    return temporary('MEDIA_UNAVAILABLE', `${url.host} answered ${status} when ${name} was fetched.`);
  }
  const said = supabaseSays(url, body);
  if (said !== null) return supabaseRefusal(name, status, said);
  if (status === 404 || status === 410) {
    return rejected(
      'MEDIA_NOT_FOUND',
      `The file ${name} is not there any more (${url.host} answered ${status}).`,
      REPLACE,
    );
  }
  if (status === 401 || status === 403) {
    return rejected(
      'MEDIA_NOT_PUBLIC',
      `The file ${name} is not public (${url.host} answered ${status}).`,
      'Make the file public, or put a public address into the post, and schedule it again.',
    );
  }
  return rejected(
    'MEDIA_REFUSED',
    `The file ${name} cannot be fetched (${url.host} answered ${status}).`,
    REPLACE,
  );
}

/** Supabase storage answers 400 with the real status inside, e.g. {"statusCode":"404","error":"Bucket not found"}. */
function supabaseSays(url: URL, body: string): string | null {
  if (!url.pathname.includes('/storage/v1/')) return null;
  return clip(body, 300).toLowerCase();
}

function supabaseRefusal(name: string, status: number, said: string): PublishError {
  if (/jwt|signature|token|expired/.test(said)) {
    return rejected(
      'MEDIA_LINK_EXPIRED',
      `The signed address of ${name} is not valid any more.`,
      'Put the public address of the file into the post (…/object/public/…) and schedule it again.',
    );
  }
  if (
    /bucket not found|not authorized|unauthorized|row-level security/.test(said) ||
    status === 401 ||
    status === 403
  ) {
    return rejected(
      'MEDIA_NOT_PUBLIC',
      `The file ${name} is not public: its storage bucket is missing or private (Supabase answered ${status}).`,
      'In Supabase open Storage, make the bucket public, and schedule the post again.',
    );
  }
  return rejected(
    'MEDIA_NOT_FOUND',
    `The file ${name} is not in its storage bucket (Supabase answered ${status}).`,
    REPLACE,
  );
}

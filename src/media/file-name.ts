import { clip } from '../core/clip.ts';

/** What a person calls the file at this address: the last part of its path, without the query, which may be a key. */
export function fileName(url: URL): string {
  const last = url.pathname.split('/').findLast((part) => part !== '') ?? url.hostname;
  return `“${clip(decode(last), 60)}”`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

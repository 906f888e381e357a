import type { Published } from '../../core/platform.ts';

/** X leads from a post's id to its address, whatever the account is called by then. */
export function postUrl(id: string): string {
  return `https://x.com/i/web/status/${id}`;
}

export function published(id: string): Published {
  return { state: 'published', id, idKind: 'post', url: postUrl(id) };
}

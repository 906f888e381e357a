import type { Published } from '../../core/platform.ts';
import { COLLECTION } from './api.ts';

/** The id of a post: at://did:plc:…/app.bsky.feed.post/3l… */
export function uriOf(did: string, rkey: string): string {
  return `at://${did}/${COLLECTION}/${rkey}`;
}

export function postUrl(did: string, rkey: string): string {
  return `https://bsky.app/profile/${did}/post/${rkey}`;
}

export function published(did: string, rkey: string): Published {
  return { state: 'published', id: uriOf(did, rkey), idKind: 'record', url: postUrl(did, rkey) };
}

export function rkeyOf(uri: string): string {
  return uri.split('/').at(-1) ?? '';
}

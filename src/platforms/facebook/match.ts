/** Whether a listed post is ours. Pure and strict: what is not surely ours is not ours. */
import { normalizeText } from '../../core/fingerprint.ts';
import type { Post } from '../../core/post.ts';
import type { ListedPost } from './answers.ts';

/** Ids of everything that the post shows: photos, videos. */
export function attachedIds(listed: ListedPost): string[] {
  const attachments = listed.attachments?.data ?? [];
  const targets = attachments.flatMap(({ target, subattachments }) => [
    target,
    ...(subattachments?.data ?? []).map((part) => part.target),
  ]);
  return targets.map((target) => target?.id).filter((id) => id !== undefined);
}

export function isOurs(post: Post, photoIds: readonly string[], listed: ListedPost): boolean {
  if (attachedIds(listed).some((id) => photoIds.includes(id))) return true;
  return saysTheSame(post.text, listed.message ?? '') && hasOurForm(post, listed);
}

/** A mention is shown as the name of the Page: https://developers.facebook.com/documentation/pages-api/comments-mentions */
function saysTheSame(sent: string, shown: string): boolean {
  const parts = normalizeText(sent).split(/@\[\d+\]/);
  if (parts.length === 1) return normalizeText(shown) === parts[0];
  const literal = parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${literal.join('[^\\n]{1,100}')}$`, 'u').test(normalizeText(shown));
}

function hasOurForm(post: Post, listed: ListedPost): boolean {
  const attachments = listed.attachments?.data ?? [];
  const [first] = attachments;
  switch (post.kind) {
    case 'text':
      // Facebook may make a card of an address inside the text.
      return first === undefined || (first.media_type === 'link' && post.text.includes('http'));
    case 'link':
      return attachments.some(({ url, unshimmed_url }) => sameAddress(unshimmed_url ?? url, post.link?.url));
    case 'image':
    case 'carousel':
      return photoCount(listed) === post.media.length;
    default:
      return false;
  }
}

function photoCount(listed: ListedPost): number {
  const parts = (listed.attachments?.data ?? []).flatMap(
    (attachment) => attachment.subattachments?.data ?? [attachment],
  );
  return parts.every(({ media_type }) => media_type === 'photo') ? parts.length : -1;
}

function sameAddress(listed: string | undefined, ours: string | undefined): boolean {
  if (listed === undefined || ours === undefined || !URL.canParse(listed) || !URL.canParse(ours))
    return false;
  return plainAddress(listed) === plainAddress(ours);
}

/** Facebook adds a click id and may drop the slash at the end. */
function plainAddress(text: string): string {
  const url = new URL(text);
  url.searchParams.delete('fbclid');
  url.hash = '';
  return url.href.replace(/\/$/, '');
}

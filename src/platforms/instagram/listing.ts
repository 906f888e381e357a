import { normalizeText } from '../../core/fingerprint.ts';
import type { Job } from '../../core/platform.ts';
import type { ListedMedia } from './api.ts';
import { captionOf } from './problems.ts';

const STORY_LIFE_MS = 24 * 3_600_000;

/** The list that a post of this kind stands in. */
export function edgeOf({ post }: Job): 'media' | 'stories' {
  return post.kind === 'story' ? 'stories' : 'media';
}

/** Stories leave the list after a day. A reel that is not shared to the feed may never have been in it. */
export function mustList({ post, now }: Job, since: Date): boolean {
  return post.kind === 'story'
    ? since.getTime() > now().getTime() - STORY_LIFE_MS
    : post.options['share_to_feed'] !== false;
}

/** Same kind, number of files and text. */
export function isSame(job: Job, item: ListedMedia): boolean {
  return isSameKind(job, item) && normalizeText(item.caption) === normalizeText(captionOf(job.post));
}

function isSameKind(job: Job, item: ListedMedia): boolean {
  // The files know what they are; the row only knows their names.
  const files = (job.media.length > 0 ? job.media : job.post.media).filter(({ role }) => role !== 'cover');
  switch (job.post.kind) {
    case 'image':
      return item.media_type === 'IMAGE';
    case 'carousel':
      return item.media_type === 'CAROUSEL_ALBUM' && item.children?.data.length === files.length;
    case 'story':
      return item.media_type === (files[0]?.role === 'video' ? 'VIDEO' : 'IMAGE');
    default:
      return item.media_type === 'VIDEO' && item.media_product_type === 'REELS';
  }
}

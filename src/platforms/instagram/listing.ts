import { normalizeText } from '../../core/fingerprint.ts';
import type { Job } from '../../core/platform.ts';
import { type ListedMedia, listMedia } from './api.ts';
import { captionOf } from './problems.ts';

/** Their clock against the database's; their times are whole seconds. */
const SKEW_MS = 60_000;
/** How long after our last possible request a post may still appear as ours. */
const DELAY_MS = 10 * 60_000;
const MAX_PAGES = 20;
const STORY_LIFE_MS = 24 * 3_600_000;

export interface Reading {
  /** Posts of the time around the arm that are this one by kind, text and number of files and belong to no other target. */
  readonly candidates: readonly ListedMedia[];
  /** The listing reaches back to before the arm, and every post since then belongs to another target. */
  readonly provesAbsence: boolean;
}

/** Reads the account's posts (or stories) back to the first moment the request could have left. */
export async function readBack(job: Job, armedAt: Date): Promise<Reading> {
  const since = armedAt.getTime() - SKEW_MS;
  const story = job.post.kind === 'story';
  const { items, complete } = await readSince(job, story ? 'stories' : 'media', since);
  const until = (job.lastPossibleAt ?? job.now()).getTime() + DELAY_MS;
  const candidates: ListedMedia[] = [];
  let attributed = true;
  for (const item of items) {
    if (await job.isKnownId(item.id)) continue;
    attributed = false;
    if (item.timestamp.getTime() <= until && isSame(job, item)) candidates.push(item);
  }
  // Stories leave the list after a day. A reel that is not shared to the feed may never have been in it.
  const listed = story
    ? since > job.now().getTime() - STORY_LIFE_MS
    : job.post.options['share_to_feed'] !== false;
  return { candidates, provesAbsence: complete && attributed && listed };
}

/** Same kind, number of files and text. */
function isSame(job: Job, item: ListedMedia): boolean {
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

async function readSince(
  job: Job,
  edge: 'media' | 'stories',
  since: number,
): Promise<{ readonly items: readonly ListedMedia[]; readonly complete: boolean }> {
  const items: ListedMedia[] = [];
  let after: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const read = await listMedia(job, job.account, edge, after);
    items.push(...read.items.filter(({ timestamp }) => timestamp.getTime() >= since));
    const last = read.items.at(-1);
    if (read.after === undefined || (last !== undefined && last.timestamp.getTime() < since)) {
      return { items, complete: true };
    }
    after = read.after;
  }
  return { items, complete: false };
}

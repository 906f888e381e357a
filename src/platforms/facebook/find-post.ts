import type { Found, Job, Published } from '../../core/platform.ts';
import type { ListedPost } from './answers.ts';
import { readPhotoPost } from './api.ts';
import type { PhotosCheckpoint } from './checkpoint.ts';
import { CLOCK_SKEW_MS, listPosts, unreadable } from './listing.ts';
import { attachedIds, isOurs } from './match.ts';
import { fullPostId, postUrl } from './published.ts';

/** Facebook may still have worked on the request when the connection was lost. */
const AFTERMATH_MS = 5 * 60_000;
/** A post that nobody can place does not become ours by waiting long, but its row may just be settling. */
const UNPLACED_MS = 3_600_000;
const LOOK_AGAIN_MS = 10 * 60_000;

/** Texts, links and photos: Facebook has no key of ours, so the list of posts decides. */
export async function findPost(job: Job, checkpoint: PhotosCheckpoint): Promise<Found> {
  const { armedAt } = job;
  if (armedAt === null) return unreadable('Nothing was sent that could be looked for.', null);
  const since = new Date(armedAt.getTime() - CLOCK_SKEW_MS);
  const last = job.lastPossibleAt ?? job.now();
  const { items, complete } = await listPosts(job, since);
  const window = items.filter(
    ({ created_time }) => created_time >= since && created_time.getTime() <= last.getTime() + AFTERMATH_MS,
  );
  const unplaced = await unplacedOf(job, window);
  const photoIds = checkpoint.photos.map(({ id }) => id);
  const ours = unplaced.filter((listed) => isOurs(job.post, photoIds, listed));
  const [only] = ours;
  if (only !== undefined && ours.length === 1) return publishedAs(job, only.id, only.permalink_url);
  if (ours.length > 1) return unreadable(`${ours.length} posts on the Page look like this one.`, null);

  const byPhoto = await postOfPhoto(job, photoIds);
  if (byPhoto !== undefined && !(await job.isKnownId(fullPostId(job.account.id, byPhoto)))) {
    return publishedAs(job, byPhoto, undefined);
  }
  if (!complete)
    return unreadable('The list of posts is too long to be read back to the moment of sending.', null);
  if (unplaced.length > 0) {
    const late = job.now().getTime() > last.getTime() + UNPLACED_MS;
    const reason = `${unplaced.length} post(s) on the Page around that time belong to no known post: ${unplaced.map(({ id }) => id).join(', ')}.`;
    return unreadable(reason, late ? null : new Date(job.now().getTime() + LOOK_AGAIN_MS));
  }
  return { state: 'absent', proof: 'listing', checkpoint };
}

/** Posts of the window that belong to no other target, under the post's id or that of the video in it. */
async function unplacedOf(job: Job, window: readonly ListedPost[]): Promise<ListedPost[]> {
  const unplaced: ListedPost[] = [];
  for (const listed of window) {
    const ids = [listed.id, ...attachedIds(listed)];
    const known = await Promise.all(ids.map((id) => job.isKnownId(id)));
    if (!known.includes(true)) unplaced.push(listed);
  }
  return unplaced;
}

async function postOfPhoto(job: Job, photoIds: readonly string[]): Promise<string | undefined> {
  const [first] = photoIds;
  return first === undefined ? undefined : await readPhotoPost(job, first);
}

function publishedAs(job: Job, postId: string, permalink: string | undefined): Published {
  const id = fullPostId(job.account.id, postId);
  return { state: 'published', id, idKind: 'post', url: permalink ?? postUrl(id) };
}

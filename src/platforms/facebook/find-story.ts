import type { Found, Job } from '../../core/platform.ts';
import type { PhotosCheckpoint } from './checkpoint.ts';
import { listStories, unreadable } from './listing.ts';
import { storyWarning } from './published.ts';

/** Stories leave the list after 24 hours, unless the Page keeps an archive. */
const LISTED_MS = 23 * 3_600_000;

/**
 * By our photo's id. That it is missing from the list is believed only like any other list, although Facebook takes a
 * photo for one story only: the list may lag.
 */
export async function findPhotoStory(job: Job, checkpoint: PhotosCheckpoint): Promise<Found> {
  const photoId = checkpoint.photos[0]?.id;
  if (job.armedAt === null || photoId === undefined)
    return unreadable('Nothing was sent that could be looked for.', null);
  const { items, complete } = await listStories(job, job.armedAt);
  const story = items.find(({ media_id }) => media_id === photoId);
  if (story !== undefined) {
    return {
      state: 'published',
      id: story.post_id ?? photoId,
      idKind: story.post_id === undefined ? 'photo' : 'story',
      url: story.url ?? null,
      ...storyWarning(job.post),
    };
  }
  if (!complete) return unreadable('The list of stories is too long to be read to its end.', null);
  if (job.now().getTime() - job.armedAt.getTime() > LISTED_MS) {
    return unreadable('The story would have left the list of stories by now.', null);
  }
  return { state: 'absent', proof: 'listing', checkpoint };
}

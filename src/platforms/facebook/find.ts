import { PublishError } from '../../core/errors.ts';
import type { Found, Job } from '../../core/platform.ts';
import { readCheckpoint } from './checkpoint.ts';
import { findPost } from './find-post.ts';
import { findPhotoStory } from './find-story.ts';
import { findVideo } from './find-video.ts';

/** For a Page that could not be read, when Facebook names no time. */
const READ_AGAIN_MS = 60_000;
/** A refusal to show our photo or video does not mend itself: after a day a person has to look. */
const GIVE_UP_MS = 24 * 3_600_000;

/**
 * Reads the Page back. Videos, reels and video stories: the video says it. Photo stories: the list of stories names our
 * photo. Posts: the list of published posts, complete back to before the arm.
 */
export async function find(job: Job): Promise<Found> {
  const checkpoint = readCheckpoint(job.checkpoint);
  if (checkpoint === 'unreadable') return nothingToAskWith();
  try {
    if (checkpoint === null) {
      const byText = job.post.kind === 'text' || job.post.kind === 'link';
      return byText ? await findPost(job, { kind: 'feed', photos: [] }) : nothingToAskWith();
    }
    if (checkpoint.kind === 'feed') return await findPost(job, checkpoint);
    if (checkpoint.kind === 'photo_story') return await findPhotoStory(job, checkpoint);
    return await findVideo(job, checkpoint);
  } catch (error) {
    if (!(error instanceof PublishError)) throw error;
    return {
      state: 'unknown',
      reason: `The Page could not be read: ${error.message}`,
      lookAt: nextRead(job, error),
    };
  }
}

function nextRead(job: Job, error: PublishError): Date | null {
  const now = job.now().getTime();
  const last = job.lastPossibleAt?.getTime() ?? now;
  if (error.kind === 'rejected' && now > last + GIVE_UP_MS) return null;
  return error.retryAt ?? new Date(now + READ_AGAIN_MS);
}

function nothingToAskWith(): Found {
  return {
    state: 'unknown',
    reason:
      'The id under which Facebook knows the upload is lost, so only a person can see whether it is out.',
    lookAt: null,
  };
}

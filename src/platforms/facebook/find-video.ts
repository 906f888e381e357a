import { PublishError } from '../../core/errors.ts';
import { type Found, type Job, PROVISIONAL_ID, type Published } from '../../core/platform.ts';
import type { ListedStory, Video } from './answers.ts';
import { readVideo } from './api.ts';
import type { UploadCheckpoint } from './checkpoint.ts';
import { listStories } from './listing.ts';
import { nextLook } from './looks.ts';
import { fullPostId, postUrl, storyWarning } from './published.ts';
import { processingFailed } from './refusals.ts';
import { videoState } from './video-state.ts';

/** A repeated finish names the same video, so "not published" may be believed at once. */
export async function findVideo(job: Job, checkpoint: UploadCheckpoint): Promise<Found> {
  const video = await readVideo(job, checkpoint.videoId);
  const state = videoState(video);
  switch (state.state) {
    case 'published':
      return await found(job, checkpoint, video);
    case 'publishing':
      return wait(job, { ...checkpoint, finished: true });
    case 'unpublished':
      if (checkpoint.finished) return wait(job, checkpoint);
      return { state: 'absent', proof: 'own-key', checkpoint: { ...checkpoint, looks: 0 } };
    case 'expired':
      return { state: 'absent', proof: 'own-key', checkpoint: null };
    case 'failed':
      return { state: 'refused', problem: processingFailed(state.reason) };
  }
}

function wait(job: Job, checkpoint: UploadCheckpoint): Found {
  return {
    state: 'accepted',
    checkpoint: { ...checkpoint, looks: checkpoint.looks + 1 },
    lookAt: nextLook(job.now(), checkpoint.looks),
  };
}

async function found(job: Job, checkpoint: UploadCheckpoint, video: Video): Promise<Published> {
  const { videoId } = checkpoint;
  if (checkpoint.kind === 'video_story') {
    const story = await listed(job, videoId);
    const postId = checkpoint.postId ?? story?.post_id ?? video.post_id;
    return {
      state: 'published',
      // The story has an id of its own, which only the finish and the list of stories tell.
      ...(postId === undefined ? { id: videoId, idKind: PROVISIONAL_ID } : { id: postId, idKind: 'story' }),
      url: story?.url ?? null,
      ...storyWarning(job.post),
    };
  }
  const id = video.post_id === undefined ? videoId : fullPostId(job.account.id, video.post_id);
  const idKind = video.post_id === undefined ? 'video' : 'post';
  return { state: 'published', id, idKind, url: video.permalink_url ?? postUrl(id) };
}

/** Only for the story's address: that it is out is known already. */
async function listed(job: Job, videoId: string): Promise<ListedStory | undefined> {
  try {
    const { items } = await listStories(job, job.armedAt ?? job.now());
    return items.find(({ media_id }) => media_id === videoId);
  } catch (error) {
    if (error instanceof PublishError) return undefined;
    throw error;
  }
}

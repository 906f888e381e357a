import { PublishError } from '../../core/errors.ts';
import type { Arm } from '../../core/http.ts';
import { asFilledText } from '../../core/json-value.ts';
import type { Accepted, Job, Published } from '../../core/platform.ts';
import { afterRefusal } from './after-refusal.ts';
import { createPhotoStory, createPost, finishClip, finishVideo } from './api.ts';
import { type FacebookCheckpoint, type UploadCheckpoint, usableCheckpoint } from './checkpoint.ts';
import { nextLook } from './looks.ts';
import { postUrl, storyWarning } from './published.ts';

/**
 * Sends the one request that makes the post visible. Texts, links, photos and photo stories are out with the answer;
 * videos are accepted under their video id and become visible once Facebook has processed them.
 */
export async function publish(job: Job, arm: Arm): Promise<Published | Accepted> {
  const checkpoint = usableCheckpoint(job);
  if (checkpoint === null || !isComplete(job, checkpoint)) throw notPrepared();
  try {
    return await send(job, arm, checkpoint);
  } catch (error) {
    return await afterRefusal(job, checkpoint, error);
  }
}

async function send(job: Job, arm: Arm, checkpoint: FacebookCheckpoint): Promise<Published | Accepted> {
  const { post } = job;
  switch (checkpoint.kind) {
    case 'feed': {
      const photoIds = checkpoint.photos.map(({ id }) => id);
      const id = await createPost(job, arm, {
        message: post.text,
        link: post.link?.url ?? null,
        photoIds,
        place: asFilledText(post.options['location_id']),
      });
      return { state: 'published', id, idKind: 'post', url: postUrl(id) };
    }
    case 'photo_story': {
      const id = await createPhotoStory(job, arm, checkpoint.photos[0]?.id ?? '');
      // A story's address holds a token that only the list of stories shows; one made from the id leads nowhere.
      return { state: 'published', id, idKind: 'story', url: null, ...storyWarning(post) };
    }
    case 'video':
      await finishVideo(job, arm, checkpoint.sessionId, post.text);
      return accepted(job, checkpoint);
    case 'reel':
      await finishClip(job, arm, 'video_reels', checkpoint.videoId, post.text);
      return accepted(job, checkpoint);
    case 'video_story': {
      const postId = await finishClip(job, arm, 'video_stories', checkpoint.videoId, '');
      return accepted(job, postId === undefined ? checkpoint : { ...checkpoint, postId });
    }
  }
}

function accepted(job: Job, checkpoint: UploadCheckpoint): Accepted {
  return {
    state: 'accepted',
    checkpoint: { ...checkpoint, finished: true, looks: 1 },
    lookAt: nextLook(job.now(), 0),
  };
}

/** Parts may have expired since they were prepared; what remains is not the post. */
function isComplete({ media }: Job, checkpoint: FacebookCheckpoint): boolean {
  return 'photos' in checkpoint ? checkpoint.photos.length === media.length : checkpoint.uploaded;
}

/** Nothing was sent, so this is definite although it is thrown from here. */
function notPrepared(): PublishError {
  return new PublishError({
    kind: 'temporary',
    code: 'NOT_PREPARED',
    message: 'What was uploaded for this post has expired before it could be published.',
    hint: 'Nothing to do: it is uploaded anew.',
  });
}

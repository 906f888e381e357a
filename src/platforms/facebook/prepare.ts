import type { Job, MediaFile, Prepared } from '../../core/platform.ts';
import { readVideo, uploadPhoto } from './api.ts';
import { expiresAt, type FacebookCheckpoint, type PhotosCheckpoint, usableCheckpoint } from './checkpoint.ts';
import { videoOf } from './files.ts';
import { prepareClip, prepareVideo } from './upload.ts';
import { videoState } from './video-state.ts';

/** Uploads what the post needs. Nothing of it is visible. */
export async function prepare(job: Job): Promise<Prepared> {
  const checkpoint = await alive(job, usableCheckpoint(job));
  const file = videoOf(job);
  if (file === null)
    return await preparePhotos(job, checkpoint !== null && 'photos' in checkpoint ? checkpoint : null);
  if (job.post.kind === 'video')
    return await prepareVideo(job, file, checkpoint?.kind === 'video' ? checkpoint : null);
  const kind = job.post.kind === 'story' ? 'video_story' : 'reel';
  return await prepareClip(job, file, kind, checkpoint?.kind === kind ? checkpoint : null);
}

/** Before a repeat Facebook is asked whether it still has the upload: what it has thrown away is uploaded anew. */
async function alive(job: Job, checkpoint: FacebookCheckpoint | null): Promise<FacebookCheckpoint | null> {
  if (checkpoint === null || 'photos' in checkpoint || !checkpoint.uploaded || !job.sentBefore)
    return checkpoint;
  const { state } = videoState(await readVideo(job, checkpoint.videoId));
  return state === 'expired' ? null : checkpoint;
}

async function preparePhotos(job: Job, earlier: PhotosCheckpoint | null): Promise<Prepared> {
  const kind = job.post.kind === 'story' ? 'photo_story' : 'feed';
  const left = [...(earlier?.photos ?? [])];
  const photos: PhotosCheckpoint['photos'] = [];
  for (const file of job.media) {
    // Taken out, because the same picture twice in a post needs two photos.
    const at = left.findIndex(({ sha256 }) => sha256 === file.sha256);
    const [known] = at < 0 ? [] : left.splice(at, 1);
    photos.push(known ?? (await newPhoto(job, file)));
    if (known === undefined) await job.save({ kind, photos: [...photos, ...left] });
  }
  return { ready: true, checkpoint: { kind, photos } };
}

async function newPhoto(job: Job, file: MediaFile): Promise<PhotosCheckpoint['photos'][number]> {
  // From before the upload: the photo is never older than we think.
  const until = expiresAt(job.now());
  return { sha256: file.sha256, id: await uploadPhoto(job, file), expiresAt: until };
}

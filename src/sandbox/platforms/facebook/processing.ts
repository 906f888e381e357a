/** Videos become visible some time after their finish: looked at on every request. */
import type { SimWorld } from '../simulator.ts';
import { storyUrl } from './photos.ts';
import type { SimVideo, State } from './state.ts';

const UPLOAD_LIFE_MS = 24 * 3_600_000;

export function showProcessed(world: SimWorld, state: State): void {
  for (const video of state.videos.values()) {
    if (!video.isPublic && isDone(world, video) && video.finish?.fault === null)
      show(world, state, video, video.finish);
  }
}

export function isDone({ now, processingMs }: SimWorld, { finish }: SimVideo): boolean {
  return finish !== null && now().getTime() >= finish.at.getTime() + processingMs;
}

/** An upload that nobody finished for a day is thrown away. */
export function isExpired({ now }: SimWorld, { finish, startedAt }: SimVideo): boolean {
  return finish === null && now().getTime() > startedAt.getTime() + UPLOAD_LIFE_MS;
}

/** GET /{video}?fields=status */
export function statusOf(world: SimWorld, video: SimVideo): unknown {
  const { finish } = video;
  const isUploaded = video.size !== null && video.received === video.size;
  const uploading_phase = isUploaded
    ? { status: 'complete', bytes_transfered: video.received }
    : { status: video.received === 0 ? 'not_started' : 'in_progress', bytes_transfered: video.received };
  const idle = { status: 'not_started' };
  if (isExpired(world, video)) {
    return { video_status: 'expired', uploading_phase, processing_phase: idle, publishing_phase: idle };
  }
  if (finish === null) {
    const video_status = isUploaded ? 'upload_complete' : 'uploading';
    return { video_status, uploading_phase, processing_phase: idle, publishing_phase: idle };
  }
  if (!isDone(world, video)) {
    const processing_phase = { status: 'in_progress' };
    return {
      video_status: 'processing',
      uploading_phase,
      processing_phase,
      publishing_phase: { status: 'in_progress' },
    };
  }
  if (finish.fault !== null) {
    const processing_phase = { status: 'error', errors: [{ code: 1363024, message: finish.fault }] };
    return { video_status: 'error', uploading_phase, processing_phase, publishing_phase: idle };
  }
  const publishing_phase = {
    status: 'complete',
    publish_status: 'published',
    publish_time: finish.at.toISOString().replace(/\.\d+Z$/, '+0000'),
  };
  return {
    video_status: 'ready',
    uploading_phase,
    processing_phase: { status: 'complete' },
    publishing_phase,
  };
}

function show(world: SimWorld, state: State, video: SimVideo, finish: NonNullable<SimVideo['finish']>): void {
  video.isPublic = true;
  const { account } = video;
  if (video.kind === 'video_story') {
    const { postId } = finish;
    state.stories.set(postId, { postId, account, mediaId: video.id, mediaType: 'video' });
    world.publish({
      account,
      id: postId,
      kind: 'story',
      text: '',
      media: [finish.sha256],
      url: storyUrl(account, postId),
    });
    return;
  }
  const id = `${account}_${finish.postId}`;
  state.posts.set(id, { id, account, link: null, photoIds: [], videoId: video.id });
  world.publish({
    account,
    id,
    kind: video.kind,
    text: finish.text,
    media: [finish.sha256],
    url: new URL(permalinkOf(video), 'https://www.facebook.com').href,
  });
}

/** Without the host, as Meta answers it. */
export function permalinkOf(video: SimVideo): string {
  return video.kind === 'video' ? `/${video.account}/videos/${video.id}/` : `/reel/${video.id}/`;
}

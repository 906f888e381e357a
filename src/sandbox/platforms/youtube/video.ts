import type { SimAccount, SimWorld } from '../simulator.ts';
import type { UploadStatus } from './spec.ts';
import type { SimVideo } from './state.ts';

/** A video resource with the parts that were asked for. */
export function videoView(
  video: SimVideo,
  account: SimAccount,
  parts: readonly string[],
  world: SimWorld,
): object {
  const all: Readonly<Record<string, object>> = {
    snippet: snippetOf(video, account),
    status: statusOf(video, world),
    statistics: { viewCount: '0', likeCount: '0', favoriteCount: '0', commentCount: '0' },
    processingDetails: { processingStatus: processingStatus(statusNow(video, world)) },
  };
  const shown = parts.flatMap((part) => {
    const view = all[part];
    return view === undefined ? [] : [[part, view] as const];
  });
  return { kind: 'youtube#video', etag: `etag-${video.id}`, id: video.id, ...Object.fromEntries(shown) };
}

function statusNow(video: SimVideo, world: SimWorld): UploadStatus {
  const processed = world.now().getTime() >= video.uploadedAt.getTime() + world.processingMs;
  return processed ? video.end.status : 'uploaded';
}

function snippetOf(video: SimVideo, account: SimAccount): object {
  const { title, description = '', tags, categoryId = '22' } = video.metadata.snippet;
  return {
    publishedAt: googleTime(video.uploadedAt),
    channelId: video.account,
    title,
    description,
    thumbnails: {},
    channelTitle: account.name,
    ...(tags === undefined ? {} : { tags }),
    categoryId,
    liveBroadcastContent: 'none',
    localized: { title, description },
  };
}

function statusOf(video: SimVideo, world: SimWorld): object {
  const { selfDeclaredMadeForKids, license = 'youtube', embeddable = true } = video.metadata.status;
  const uploadStatus = statusNow(video, world);
  const { failureReason, rejectionReason } = video.end;
  return {
    uploadStatus,
    ...(uploadStatus === 'failed' ? { failureReason } : {}),
    ...(uploadStatus === 'rejected' ? { rejectionReason } : {}),
    privacyStatus: video.privacy,
    license,
    embeddable,
    publicStatsViewable: true,
    madeForKids: selfDeclaredMadeForKids === true,
    ...(selfDeclaredMadeForKids === undefined ? {} : { selfDeclaredMadeForKids }),
  };
}

function processingStatus(status: UploadStatus): string {
  if (status === 'uploaded') return 'processing';
  return status === 'processed' ? 'succeeded' : 'failed';
}

/** Whole seconds, as YouTube gives them. */
export function googleTime(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}

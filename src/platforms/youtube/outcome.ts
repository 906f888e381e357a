import type { Job, Published } from '../../core/platform.ts';
import { callerOf, getVideo, parse } from './api.ts';
import { videoUrl } from './link.ts';
import { readOptions } from './options.ts';
import type { Video, VideoStatus } from './session-answer.ts';

// The id is known already and waits to be stored: this look must not hold it up.
const LOOK_TIMEOUT_MS = 3000;

/** A finished upload as an outcome, with what YouTube says against the video so far. Never throws. */
export async function publishedVideo(job: Job, video: Video, short: boolean): Promise<Published> {
  const status = (await lookAtStatus(job, video.id)) ?? video.status;
  const warning = status === undefined ? undefined : statusWarning(status, wantedPrivacy(job));
  return {
    state: 'published',
    id: video.id,
    idKind: 'video',
    url: videoUrl(video.id, short),
    ...(warning === undefined ? {} : { warning }),
  };
}

/** What is to become public later is private until then. */
function wantedPrivacy({ post }: Job): string {
  const { privacy, publishAt } = readOptions(post.options);
  return publishAt === null ? privacy : 'private';
}

/** null: not to be had. The upload scope alone may not read it. */
async function lookAtStatus(job: Job, id: string): Promise<VideoStatus | null> {
  try {
    return parse.status(await getVideo(callerOf(job, job.account), 'status', id, LOOK_TIMEOUT_MS));
  } catch (error) {
    job.log.debug('The status of the video could not be read', {
      reason: error instanceof Error ? error.message : 'unknown',
    });
    return null;
  }
}

/** What a person should know about an uploaded video, or undefined. */
function statusWarning(status: VideoStatus, wantedPrivacy: string): string | undefined {
  const { uploadStatus, failureReason, rejectionReason, privacyStatus } = status;
  if (uploadStatus === 'failed') {
    return `YouTube has the video but could not process it (${failureReason ?? 'no reason given'}): export it again as MP4 and post it anew.`;
  }
  if (uploadStatus === 'rejected') {
    return `YouTube has rejected the video (${rejectionReason ?? 'no reason given'}): look at it in YouTube Studio.`;
  }
  if (uploadStatus === 'deleted') return 'The video was already deleted again on YouTube.';
  // https://developers.google.com/youtube/v3/docs/videos/insert: projects made after 28 July 2020 without an audit.
  if (privacyStatus === 'private' && wantedPrivacy !== 'private') {
    return `YouTube made the video private instead of ${wantedPrivacy}: it does so for every upload of a Google project that has not passed its API audit. Change it in YouTube Studio and request the audit.`;
  }
  return undefined;
}

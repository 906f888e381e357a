/** What TikTok's word about a post of ours means. */
import {
  type Checkpoint,
  type Found,
  type Job,
  PROVISIONAL_ID,
  type Published,
} from '../../core/platform.ts';
import type { Post } from '../../core/post.ts';
import type { PublishStatus } from './answers.ts';
import { addressAge, nothing, type PhotosState, URL_GONE_MS, type VideoState } from './checkpoint.ts';
import { isPhotos } from './content.ts';
import { audienceWarning, SELF_ONLY } from './creator.ts';
import { failure } from './errors.ts';

/** Small videos take seconds, 4 GB minutes; 30 questions a minute are allowed, and ticks begin once a minute. */
const FIRST_LOOKS_MS = 2_000;
const LATER_LOOKS_MS = 60_000;
const FIRST_LOOKS_FOR_MS = 2 * 60_000;
/** A fault of TikTok's own is tried again, but an upload of gigabytes not for ever. */
const MAX_FAILURES = 2;

/** Of which TikTok has named the post. */
export type Named = VideoState | (PhotosState & { readonly publishId: string });

export function outcomeOf(job: Job, state: Named, status: PublishStatus): Found {
  switch (status.status) {
    case 'PUBLISH_COMPLETE':
      return complete(job.post, state, status.postIds[0]);
    case 'SEND_TO_USER_INBOX':
      return inInbox(job.post, state);
    case 'PROCESSING_DOWNLOAD':
      return accepted(job, state);
    case 'PROCESSING_UPLOAD':
      return state.kind === 'photos' ? accepted(job, state) : uploading(job, state, status.uploadedBytes);
    case 'FAILED':
      return failed(job, state, status);
    default:
      return again(job, `TikTok calls the post ${status.status}, which its documentation does not describe.`);
  }
}

/** TikTok has it; `find` is asked what it makes of it. */
export function accepted(job: Job, state: Named): Extract<Found, { state: 'accepted' }> {
  const age = job.now().getTime() - (job.armedAt ?? job.now()).getTime();
  const wait = age < FIRST_LOOKS_FOR_MS ? FIRST_LOOKS_MS : LATER_LOOKS_MS;
  const checkpoint: Checkpoint = state.kind === 'video' ? { ...state, sent: true } : state;
  return { state: 'accepted', checkpoint, lookAt: new Date(job.now().getTime() + wait) };
}

export function again(job: Job, reason: string, at = job.now().getTime() + LATER_LOOKS_MS): Found {
  return { state: 'unknown', reason, lookAt: new Date(at) };
}

function postUrl(post: Pick<Post, 'kind'>, username: string | null, id: string): string | null {
  if (username === null || username === '') return null;
  return `https://www.tiktok.com/@${encodeURIComponent(username)}/${isPhotos(post) ? 'photo' : 'video'}/${encodeURIComponent(id)}`;
}

/**
 * Public posts get their id when TikTok's moderation has passed them, mostly within a minute, at times after hours: it is
 * looked for. Those for the account alone never get one.
 */
function complete(post: Post, state: Named, id: string | undefined): Published {
  const { privacyLevel, publishId, username } = state;
  const warning = privacyLevel === null ? null : audienceWarning(post, privacyLevel);
  const more = warning === null ? {} : { warning };
  if (id !== undefined)
    return { state: 'published', id, idKind: 'post', url: postUrl(post, username, id), ...more };
  const idKind = privacyLevel === SELF_ONLY ? 'publish' : PROVISIONAL_ID;
  return { state: 'published', id: publishId, idKind, url: null, ...more };
}

/** Its owner makes a post of it in the app, or not; then it gets an id, which is looked for during a day. */
function inInbox(post: Post, { publishId }: Named): Published {
  const text = isPhotos(post) ? '' : ' Its text did not go along and has to be written there.';
  return {
    state: 'published',
    id: publishId,
    idKind: PROVISIONAL_ID,
    url: null,
    warning: `It waits in the inbox of the account in the TikTok app, where somebody has to finish and post it.${text}`,
  };
}

/** Without its last chunk it is no post, and cannot become one once its address has ended. */
function uploading(job: Job, state: VideoState, uploaded: number | undefined): Found {
  if (state.sent || uploaded === state.total) return accepted(job, state);
  const age = addressAge(state, job.now());
  if (age === 'gone') return { state: 'absent', proof: 'own-key', checkpoint: nothing(state.failures) };
  if (age === 'ending') {
    const gone = Date.parse(state.openedAt) + URL_GONE_MS;
    return again(job, 'The address of the upload is about to end, and not all of the video is there.', gone);
  }
  if (uploaded === undefined) return again(job, 'TikTok does not say how much of the video it has.');
  return { state: 'absent', proof: 'own-key', checkpoint: state };
}

/** An upload that it gave up before it had all of it says nothing against the video. */
function failed(job: Job, state: Named, { failReason, uploadedBytes }: PublishStatus): Found {
  const { failures } = state;
  const halfWay =
    state.kind === 'video' && !state.sent && uploadedBytes !== undefined && uploadedBytes < state.total;
  if ((halfWay || failReason === 'internal') && failures < MAX_FAILURES)
    return { state: 'absent', proof: 'own-key', checkpoint: nothing(failures + 1) };
  return { state: 'refused', problem: failure(failReason, job.now()) };
}

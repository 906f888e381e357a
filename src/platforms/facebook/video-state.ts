/** What a video node says about itself. Pure; a value that is not known never counts as an end. */
import type { Video, VideoPhase } from './answers.ts';

export type VideoState =
  | { readonly state: 'published' }
  /** Facebook has the finish and works on it. */
  | { readonly state: 'publishing' }
  /** Uploading or uploaded, and Facebook knows of no finish. */
  | { readonly state: 'unpublished' }
  /** Its upload session ended without being published. */
  | { readonly state: 'expired' }
  | { readonly state: 'failed'; readonly reason: string };

// https://developers.facebook.com/docs/video-api/guides/reels-publishing has 'complete' and 'completed'.
const COMPLETE = ['complete', 'completed'];

export function videoState({ status, published }: Video): VideoState {
  const { video_status, uploading_phase, processing_phase, publishing_phase } = status;
  const phases = [uploading_phase, processing_phase, publishing_phase];
  const isReady = video_status === undefined || video_status === 'ready';
  const isOut = published === true || publishing_phase?.publish_status === 'published';
  if (isOut && isReady) return { state: 'published' };
  if (
    ['error', 'upload_failed'].includes(video_status ?? '') ||
    phases.some((phase) => phase?.status === 'error')
  ) {
    return { state: 'failed', reason: reasonOf(phases) };
  }
  if (video_status === 'expired') return { state: 'expired' };
  const isBegun = ['in_progress', ...COMPLETE].includes(publishing_phase?.status ?? '');
  return { state: isOut || isBegun ? 'publishing' : 'unpublished' };
}

/** 'all': nothing is missing any more. */
export function uploadedBytes({ status }: Video): number | 'all' {
  if (COMPLETE.includes(status.uploading_phase?.status ?? '')) return 'all';
  if (['upload_complete', 'ready'].includes(status.video_status ?? '')) return 'all';
  return status.uploading_phase?.bytes_transfered ?? 0;
}

function reasonOf(phases: readonly (VideoPhase | undefined)[]): string {
  const messages = phases
    .flatMap((phase) => [phase?.error, ...(phase?.errors ?? [])])
    .map((error) => error?.message);
  return messages.find((message) => message !== undefined && message !== '') ?? 'it gives no reason';
}

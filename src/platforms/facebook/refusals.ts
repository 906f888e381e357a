import type { Problem } from '../../core/errors.ts';

/** Facebook took the bytes and could not make a video of them. */
export function processingFailed(reason: string): Problem {
  return {
    kind: 'rejected',
    code: 'PROCESSING_FAILED',
    message: `Facebook could not process the video (${reason}).`,
    hint: 'Export the video again as MP4 (H.264, AAC), attach the new file and schedule the post again.',
  };
}

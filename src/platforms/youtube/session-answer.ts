import { z } from 'zod';
import type { HttpResponse } from '../../core/http.ts';

export const videoStatus = z.object({
  uploadStatus: z.string().optional(),
  failureReason: z.string().optional(),
  rejectionReason: z.string().optional(),
  privacyStatus: z.string().optional(),
});
export type VideoStatus = z.infer<typeof videoStatus>;

const video = z.object({ id: z.string().min(1), status: videoStatus.optional().catch(undefined) });
export type Video = z.infer<typeof video>;

/** What an upload session says. https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol */
export type SessionAnswer =
  /** The video exists. */
  | { readonly state: 'complete'; readonly video: Video }
  /** So many bytes are stored; no video exists. */
  | { readonly state: 'open'; readonly stored: number }
  /** The session is not known any more; whether it became a video it does not say. */
  | { readonly state: 'gone'; readonly response: HttpResponse }
  | { readonly state: 'other'; readonly response: HttpResponse };

export function sessionAnswer(response: HttpResponse, total: number): SessionAnswer {
  const { status } = response;
  if (status === 200 || status === 201) {
    const parsed = video.safeParse(response.json);
    return parsed.success ? { state: 'complete', video: parsed.data } : { state: 'other', response };
  }
  if (status === 308) {
    const stored = storedBytes(response.headers['range']);
    return stored === null || stored > total ? { state: 'other', response } : { state: 'open', stored };
  }
  return { state: status === 404 || status === 410 ? 'gone' : 'other', response };
}

/** "bytes=0-N" is inclusive; without the header nothing is stored. */
function storedBytes(range: string | undefined): number | null {
  if (range === undefined) return 0;
  const last = /^bytes=0-(\d{1,15})$/.exec(range.trim())?.[1];
  return last === undefined ? null : Number(last) + 1;
}

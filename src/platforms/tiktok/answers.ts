/** TikTok's answers, as far as they are used. https://developers.tiktok.com/doc/tiktok-api-v2-error-handling */
import { z } from 'zod';
import type { HttpResponse } from '../../core/http.ts';

const envelope = z.object({
  error: z.object({
    code: z.string().min(1),
    message: z.string().catch(''),
    log_id: z.string().optional().catch(undefined),
  }),
});
type Said = z.infer<typeof envelope>['error'];

/** What an answer says of itself, or null: HTML, a proxy's page, another service's JSON. */
export function saidIn({ json }: Pick<HttpResponse, 'json'>): Said | null {
  const parsed = envelope.safeParse(json);
  return parsed.success ? parsed.data.error : null;
}

/** The data of an answer that calls itself ok, whatever its status; null for every other one. */
export function dataIn<T>(response: HttpResponse, schema: z.ZodType<T>): T | null {
  if (response.status !== 200 || saidIn(response)?.code !== 'ok') return null;
  const parsed = z.object({ data: schema }).safeParse(response.json);
  return parsed.success ? parsed.data.data : null;
}

export const creatorInfo = z.object({
  creator_username: z.string(),
  privacy_level_options: z.array(z.string()),
  comment_disabled: z.boolean(),
  duet_disabled: z.boolean(),
  stitch_disabled: z.boolean(),
  max_video_post_duration_sec: z.number().positive(),
});
export type CreatorInfo = z.infer<typeof creatorInfo>;

export const uploadOpened = z.object({ publish_id: z.string().min(1), upload_url: z.url() });
export const photosTaken = z.object({ publish_id: z.string().min(1) });

const statusData = z.object({
  status: z.string().min(1),
  fail_reason: z.string().catch(''),
  uploaded_bytes: z.int().nonnegative().optional().catch(undefined),
});

export interface PublishStatus {
  readonly status: string;
  readonly failReason: string;
  readonly uploadedBytes: number | undefined;
  /** Of public posts, once TikTok's moderation has passed them. */
  readonly postIds: readonly string[];
}

export function statusIn(response: HttpResponse): PublishStatus | null {
  const data = dataIn(response, statusData);
  if (data === null) return null;
  const { status, fail_reason: failReason, uploaded_bytes: uploadedBytes } = data;
  return { status, failReason, uploadedBytes, postIds: postIdsIn(response.text) };
}

/** Spelled so. 64-bit numbers, which JSON.parse would round: read from the text. */
function postIdsIn(text: string): string[] {
  const [, list = ''] = /"publicaly_available_post_id"\s*:\s*(\[[^\]]*\]|"?\d+"?)/.exec(text) ?? [];
  return [...list.matchAll(/\d+/g)].map(([id]) => id);
}

/** https://developers.tiktok.com/doc/tiktok-api-v2-video-object */
const video = z.object({
  id: z.string().min(1),
  /** Seconds. */
  create_time: z.number(),
  /** Both cut at 150. */
  title: z.string().catch(''),
  video_description: z.string().catch(''),
  share_url: z.string().catch(''),
  /** Seconds. */
  duration: z.number().catch(0),
});
export type ListedVideo = z.infer<typeof video>;

export const videoList = z.object({
  videos: z.array(video).default([]),
  cursor: z.number().optional(),
  has_more: z.boolean(),
});
export const videosFound = z.object({ videos: z.array(video).default([]) });
export const figuresFound = z.object({
  videos: z
    .array(
      z.object({
        id: z.string(),
        like_count: z.number().optional(),
        comment_count: z.number().optional(),
        share_count: z.number().optional(),
        view_count: z.number().optional(),
      }),
    )
    .default([]),
});

export const owner = z.object({
  user: z.object({ open_id: z.string().min(1), display_name: z.string().catch('') }),
});

/** Of our app, for nobody's account. */
export const clientToken = z.object({ access_token: z.string().min(1) });

/** Bare, without the envelope. https://developers.tiktok.com/doc/oauth-user-access-token-management */
export const tokens = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive(),
  refresh_token: z.string().min(1),
});

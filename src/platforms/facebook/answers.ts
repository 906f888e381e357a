/** Facebook's answers, as far as they are used. */
import { z } from 'zod';
import { tryJson } from '../../core/json-value.ts';

/**
 * Ids are texts, but some answers hold them as bare numbers; above 2^53 JSON.parse has already rounded those, and a
 * rounded id is none.
 */
const id = z.union([z.string().min(1), z.int().transform(String)]);
const offset = z.union([
  z.int(),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);

/** The part of Facebook's addresses that is not the host: '/reel/123/'. */
const SITE = 'https://www.facebook.com';
const address = z
  .string()
  .refine((url) => URL.canParse(url, SITE))
  .transform((url) => new URL(url, SITE).href);

export const me = z.object({ id, name: z.string().catch('') });
export const created = z.object({ id });
export const storyCreated = z.object({ post_id: id });
export const finished = z.object({ success: z.literal(true), post_id: id.optional().catch(undefined) });
export const offsets = z.object({ start_offset: offset, end_offset: offset });
export const videoStart = offsets.extend({ video_id: id, upload_session_id: id });
export const clipStart = z.object({ video_id: id, upload_url: z.url() });
export const photo = z.object({ id, page_story_id: id.optional() });

const phase = z
  .object({
    status: z.string().toLowerCase().optional().catch(undefined),
    publish_status: z.string().toLowerCase().optional().catch(undefined),
    /** Spelled so by Meta. */
    bytes_transfered: offset.optional().catch(undefined),
    error: z
      .object({ message: z.string().catch('') })
      .optional()
      .catch(undefined),
    errors: z
      .array(z.object({ message: z.string().catch('') }))
      .optional()
      .catch(undefined),
  })
  .catch({});

const videoStatus = z.object({
  video_status: z.string().toLowerCase().optional().catch(undefined),
  uploading_phase: phase.optional(),
  processing_phase: phase.optional(),
  publishing_phase: phase.optional(),
});
const NO_STATUS: z.infer<typeof videoStatus> = {};

/** An answer that says neither word is none: silence must not pass for "not published". */
export const video = z
  .object({
    status: videoStatus.optional().catch(undefined),
    published: z.boolean().optional().catch(undefined),
    post_id: id.optional().catch(undefined),
    permalink_url: address.optional().catch(undefined),
  })
  .refine(({ status, published }) => status !== undefined || published !== undefined)
  .transform(({ status, ...rest }) => ({ ...rest, status: status ?? NO_STATUS }));

const target = z.object({ id: id.optional() }).optional().catch(undefined);

const attachment = z.object({
  media_type: z.string().optional(),
  type: z.string().optional(),
  url: z.string().optional(),
  unshimmed_url: z.string().optional(),
  target,
  subattachments: z
    .object({ data: z.array(z.object({ media_type: z.string().optional(), target })) })
    .optional(),
});

const listedPost = z.object({
  id,
  message: z.string().optional(),
  created_time: z.string().transform(toDate).pipe(z.date()),
  permalink_url: address.optional().catch(undefined),
  attachments: z.object({ data: z.array(attachment) }).optional(),
});

const listedStory = z.object({
  post_id: id.optional(),
  media_id: id.optional(),
  /** 'published' or 'archived', in any case. */
  status: z.string().toLowerCase().optional(),
  url: address.optional().catch(undefined),
});

/** `from` is not told to every token. */
const listedComment = z.object({
  id,
  message: z.string().catch(''),
  created_time: z.string().transform(toDate).pipe(z.date()),
  from: z.object({ id }).optional().catch(undefined),
});

export const comments = page(listedComment);
export const posts = page(listedPost);
export const stories = page(listedStory);

const total = z
  .object({ summary: z.object({ total_count: z.int() }) })
  .optional()
  .catch(undefined);

export const counts = z.object({
  shares: z.object({ count: z.int() }).optional().catch(undefined),
  reactions: total,
  likes: total,
  comments: total,
  views: z.int().optional().catch(undefined),
});

export const insights = z.object({
  data: z.array(z.object({ name: z.string(), values: z.array(z.object({ value: z.unknown() })) })),
});

const wrongOffset = z.object({
  error: z.object({
    error_subcode: z.literal(1363037),
    // An object in one place of the documentation, its JSON text in another.
    error_data: z.union([offsets, z.string().transform(tryJson).pipe(offsets)]),
  }),
});

/** What Facebook wants instead, when a chunk began at the wrong place; null: the answer says something else. */
export function wantedOffsets(json: unknown): Offsets | null {
  const parsed = wrongOffset.safeParse(json);
  return parsed.success ? parsed.data.error.error_data : null;
}

export type Me = z.infer<typeof me>;
export type Offsets = z.infer<typeof offsets>;
export type VideoStart = z.infer<typeof videoStart>;
export type ClipStart = z.infer<typeof clipStart>;
export type Video = z.infer<typeof video>;
export type VideoPhase = z.infer<typeof phase>;
export type ListedPost = z.infer<typeof listedPost>;
export type ListedComment = z.infer<typeof listedComment>;
export type ListedStory = z.infer<typeof listedStory>;
export type Counts = z.infer<typeof counts>;
export type Insights = z.infer<typeof insights>;

/** `after` leads to the next page; null: this is the last one. */
export interface Page<T> {
  readonly data: readonly T[];
  readonly after: string | null;
}

/** `paging.next` is not used, because it carries the token in its address. */
function page<T>(item: z.ZodType<T>): z.ZodType<Page<T>> {
  return z
    .object({
      data: z.array(item),
      paging: z
        .object({ next: z.string().optional(), cursors: z.object({ after: z.string() }).optional() })
        .optional(),
    })
    .refine(
      ({ paging }) => paging?.next === undefined || paging.cursors !== undefined,
      'a further page without a cursor',
    )
    .transform(({ data, paging }) => ({
      data,
      after: paging?.next === undefined ? null : (paging.cursors?.after ?? null),
    }));
}

/** '2026-11-21T10:00:00+0000': the offset has no colon. */
function toDate(text: string): Date {
  return new Date(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
}

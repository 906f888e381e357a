import { z } from 'zod';
import type { Arm, HttpRequest, HttpResponse } from '../../core/http.ts';
import type { Account, MediaFile, PlatformContext } from '../../core/platform.ts';
import { Secret } from '../../core/secret.ts';
import { mastodonError } from './errors.ts';

/** Its answers, as far as they are used: https://docs.joinmastodon.org/entities/ */
const owner = z.object({ id: z.string().min(1), username: z.string(), display_name: z.string().catch('') });
const application = z.object({ name: z.string(), scopes: z.array(z.string()).optional() });
const configuration = z.object({
  configuration: z.object({
    statuses: z.object({
      max_characters: z.number(),
      max_media_attachments: z.number().catch(4),
      characters_reserved_per_url: z.number().catch(23),
    }),
    media_attachments: z
      .object({
        supported_mime_types: z.array(z.string()),
        description_limit: z.number(),
        image_size_limit: z.number(),
        image_matrix_limit: z.number(),
        video_size_limit: z.number(),
        video_frame_rate_limit: z.number(),
        video_matrix_limit: z.number(),
      })
      .partial()
      .catch({}),
    polls: z
      .object({
        max_options: z.number(),
        max_characters_per_option: z.number(),
        min_expiration: z.number(),
        max_expiration: z.number(),
      })
      .partial()
      .catch({}),
  }),
});
const media = z.object({ id: z.string().min(1) });
const status = z.object({
  id: z.string().min(1),
  url: z.string().nullish().catch(null),
  created_at: z.string(),
  in_reply_to_id: z.string().nullish().catch(null),
  spoiler_text: z.string().catch(''),
  account: z.object({ id: z.string() }),
  media_attachments: z.array(z.object({ type: z.string() })).catch([]),
});
const counts = z.object({
  replies_count: z.number(),
  reblogs_count: z.number(),
  favourites_count: z.number(),
});
const source = z.object({ text: z.string(), spoiler_text: z.string().catch('') });

export type ServerConfiguration = z.infer<typeof configuration>['configuration'];
export type Status = z.infer<typeof status>;

const PAGE = 40;

/** The only place that knows Mastodon's addresses and the shape of its answers. */
export interface Api {
  owner(): Promise<z.infer<typeof owner>>;
  /** Of the token; null: the server does not tell. */
  scopes(): Promise<readonly string[] | null>;
  configuration(): Promise<ServerConfiguration>;
  /** @returns its id, and whether it can be used already */
  upload(file: MediaFile): Promise<{ readonly id: string; readonly ready: boolean }>;
  /** gone: it is uploaded anew. */
  mediaState(id: string): Promise<'ready' | 'processing' | 'gone' | 'failed'>;
  /** The visible request. Every answer is returned. */
  createStatus(body: string, key: string, arm: Arm): Promise<HttpResponse>;
  /** The account's own, newest first, older than `before`. Every answer but 200 is returned as it is. */
  statuses(accountId: string, before: string | undefined): Promise<readonly Status[] | HttpResponse>;
  /** As it was written; the status itself only has HTML. */
  source(id: string): Promise<z.infer<typeof source> | HttpResponse>;
  /** null: there is no such status, or it is not shown to us. */
  status(id: string): Promise<Status | null>;
  counts(id: string): Promise<z.infer<typeof counts>>;
}

export function createApi(
  context: PlatformContext,
  { token, server }: Pick<Account, 'token' | 'server'>,
): Api {
  const authorization = new Secret(`Bearer ${token.reveal()}`);

  const send = (path: string, request: Omit<HttpRequest, 'url'>): Promise<HttpResponse> =>
    context.http.request({
      ...request,
      url: `${server ?? 'https://unknown.invalid'}${path}`,
      server,
      // Refusals are told apart by their words, which come in the reader's language.
      headers: { 'accept-language': 'en', ...request.headers, authorization },
    });

  async function ask<T>(path: string, schema: z.ZodType<T>, query: HttpRequest['query'] = {}): Promise<T> {
    const response = await send(path, { method: 'GET', query });
    const parsed = schema.safeParse(response.json);
    if (response.status !== 200 || !parsed.success) throw mastodonError(response, context.now(), 'not armed');
    return parsed.data;
  }

  return {
    owner: () => ask('/api/v1/accounts/verify_credentials', owner),
    scopes: async () => (await ask('/api/v1/apps/verify_credentials', application)).scopes ?? null,
    configuration: async () => (await ask('/api/v2/instance', configuration)).configuration,

    async upload(file) {
      const { mime } = file.info;
      const whole = { file: file.source(), filename: `file.${mime.replace(/^.*\//, '')}`, type: mime };
      const response = await send('/api/v2/media', {
        method: 'POST',
        body: {
          multipart: [
            ...(file.altText === undefined ? [] : [{ name: 'description', value: file.altText }]),
            { name: 'file', value: whole },
          ],
        },
      });
      const parsed = media.safeParse(response.json);
      const taken = response.status === 200 || response.status === 202;
      if (!taken || !parsed.success) throw mastodonError(response, context.now(), 'not armed');
      return { id: parsed.data.id, ready: response.status === 200 };
    },

    async mediaState(id) {
      const response = await send(`/api/v1/media/${encodeURIComponent(id)}`, { method: 'GET' });
      const known = media.safeParse(response.json).success;
      if (response.status === 206 && known) return 'processing';
      if (response.status === 200 && known) return 'ready';
      const error = mastodonError(response, context.now(), 'not armed');
      if (error.code === 'NOT_FOUND') return 'gone';
      if (response.status === 422) return 'failed';
      throw error;
    },

    async createStatus(body, key, arm) {
      const bytes = Buffer.from(body);
      return await send('/api/v1/statuses', {
        method: 'POST',
        headers: { 'idempotency-key': key },
        body: {
          source: {
            length: bytes.length,
            async *open() {
              yield bytes;
            },
          },
          type: 'application/json',
        },
        arm,
      });
    },

    async statuses(accountId, before) {
      const response = await send(`/api/v1/accounts/${encodeURIComponent(accountId)}/statuses`, {
        method: 'GET',
        query: { limit: PAGE, exclude_reblogs: 'true', max_id: before },
      });
      const parsed = z.array(status).safeParse(response.json);
      return response.status === 200 && parsed.success ? parsed.data : response;
    },

    async source(id) {
      const response = await send(`/api/v1/statuses/${encodeURIComponent(id)}/source`, { method: 'GET' });
      const parsed = source.safeParse(response.json);
      return response.status === 200 && parsed.success ? parsed.data : response;
    },

    async status(id) {
      const response = await send(`/api/v1/statuses/${encodeURIComponent(id)}`, { method: 'GET' });
      const parsed = status.safeParse(response.json);
      if (response.status === 200 && parsed.success) return parsed.data;
      const error = mastodonError(response, context.now(), 'not armed');
      if (error.code === 'NOT_FOUND') return null;
      throw error;
    },

    counts: (id) => ask(`/api/v1/statuses/${encodeURIComponent(id)}`, counts),
  };
}

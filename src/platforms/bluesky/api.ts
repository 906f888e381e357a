import { z } from 'zod';
import type { Arm, HttpBody, HttpRequest, HttpResponse } from '../../core/http.ts';
import type { Account, MediaFile, PlatformContext } from '../../core/platform.ts';
import { Secret } from '../../core/secret.ts';
import { ENTRYWAY } from './capabilities.ts';
import { blobRef } from './checkpoint.ts';
import { blueskyError } from './errors.ts';

export const COLLECTION = 'app.bsky.feed.post';

/** Its answers, as far as they are used: lexicons of bluesky-social/atproto. */
const session = z.object({ did: z.string(), handle: z.string() });
const tokens = z.object({
  accessJwt: z.string().min(1),
  refreshJwt: z.string().min(1),
  did: z.string(),
  handle: z.string().optional().catch(undefined),
  didDoc: z
    .object({ service: z.array(z.object({ id: z.string(), serviceEndpoint: z.string() })) })
    .optional()
    .catch(undefined),
});
const record = z.object({
  uri: z.string().min(1),
  cid: z.string().optional(),
  value: z.looseObject({
    text: z.string(),
    createdAt: z.string(),
    reply: z.looseObject({ parent: z.looseObject({ uri: z.string() }) }).optional(),
    embed: z.looseObject({ $type: z.string(), images: z.array(z.unknown()).optional() }).optional(),
  }),
});
const listing = z.object({ records: z.array(record), cursor: z.string().optional() });
const post = z.object({
  likeCount: z.number().catch(0),
  repostCount: z.number().catch(0),
  replyCount: z.number().catch(0),
  quoteCount: z.number().catch(0),
});

export type Session = z.infer<typeof tokens>;
export type StoredRecord = z.infer<typeof record>;

/** The only place that knows Bluesky's methods and the shape of their answers. */
export interface Api {
  session(): Promise<z.infer<typeof session>>;
  logIn(password: Secret): Promise<Session>;
  renew(): Promise<Session>;
  /** Largest file that the server takes; null: it does not say. */
  uploadLimit(): Promise<number | null>;
  upload(file: MediaFile): Promise<z.infer<typeof blobRef>>;
  /** null: nobody has that name. */
  resolveHandle(handle: string): Promise<string | null>;
  /** The visible request. Every answer is returned. */
  putRecord(body: string, arm: Arm): Promise<HttpResponse>;
  /** null: the server says that there is no such record. Every answer but that and the record is returned as it is. */
  getRecord(repo: string, rkey: string): Promise<StoredRecord | HttpResponse | null>;
  /** Newest keys first. Every answer but 200 is returned as it is. */
  listRecords(repo: string, cursor: string | undefined): Promise<z.infer<typeof listing> | HttpResponse>;
  counts(uri: string): Promise<z.infer<typeof post> | null>;
}

export function createApi(
  context: PlatformContext,
  { id, token, server }: Pick<Account, 'id' | 'token' | 'server'>,
): Api {
  const headers = { authorization: new Secret(`Bearer ${token.reveal()}`) };

  const call = (method: string, request: Omit<HttpRequest, 'url'>): Promise<HttpResponse> =>
    context.http.request({ headers, ...request, url: `${server ?? ENTRYWAY}/xrpc/${method}`, server });

  async function ask<T>(method: string, schema: z.ZodType<T>, request: Omit<HttpRequest, 'url'>): Promise<T> {
    const response = await call(method, request);
    const parsed = schema.safeParse(response.json);
    if (response.status !== 200 || !parsed.success) throw blueskyError(response, context.now(), 'not armed');
    return parsed.data;
  }
  const query = (params: HttpRequest['query'] = {}) => ({ method: 'GET', query: params }) as const;

  return {
    session: () => ask('com.atproto.server.getSession', session, query()),

    logIn(password) {
      const json = { identifier: id, password: password.reveal() };
      return ask('com.atproto.server.createSession', tokens, { method: 'POST', headers: {}, body: { json } });
    },

    renew: () => ask('com.atproto.server.refreshSession', tokens, { method: 'POST' }),

    async uploadLimit() {
      const schema = z.object({ blobUploadLimit: z.number().nullish().catch(null) });
      return (await ask('com.atproto.server.describeServer', schema, query())).blobUploadLimit ?? null;
    },

    async upload(file) {
      const schema = z.object({ blob: blobRef });
      const body: HttpBody = { source: file.source(), type: file.info.mime };
      return (await ask('com.atproto.repo.uploadBlob', schema, { method: 'POST', body })).blob;
    },

    async resolveHandle(handle) {
      const response = await call('com.atproto.identity.resolveHandle', query({ handle }));
      const parsed = z.object({ did: z.string().startsWith('did:') }).safeParse(response.json);
      if (response.status === 200 && parsed.success) return parsed.data.did;
      const error = blueskyError(response, context.now(), 'not armed');
      if (error.code === 'HandleNotFound' || error.code === 'InvalidRequest') return null;
      throw error;
    },

    async putRecord(text, arm) {
      const bytes = Buffer.from(text);
      const source = {
        length: bytes.length,
        async *open() {
          yield bytes;
        },
      };
      const body = { source, type: 'application/json' };
      return await call('com.atproto.repo.putRecord', { method: 'POST', body, arm });
    },

    async getRecord(repo, rkey) {
      const response = await call(
        'com.atproto.repo.getRecord',
        query({ repo, collection: COLLECTION, rkey }),
      );
      const parsed = record.safeParse(response.json);
      if (response.status === 200 && parsed.success) return parsed.data;
      const error = blueskyError(response, context.now(), 'not armed');
      return response.status === 400 && error.code === 'RecordNotFound' ? null : response;
    },

    async listRecords(repo, cursor) {
      const params = { repo, collection: COLLECTION, limit: 100, cursor };
      const response = await call('com.atproto.repo.listRecords', query(params));
      const parsed = listing.safeParse(response.json);
      return response.status === 200 && parsed.success ? parsed.data : response;
    },

    async counts(uri) {
      const schema = z.object({ posts: z.array(post) });
      return (await ask('app.bsky.feed.getPosts', schema, query({ uris: uri }))).posts[0] ?? null;
    },
  };
}

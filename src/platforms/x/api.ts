/** The only place of X's paths, parameters and answers. https://docs.x.com/x-api, OpenAPI 2.167 */
import type { z } from 'zod';
import type { Arm, HttpRequest, HttpResponse, HttpSource } from '../../core/http.ts';
import type { Account, PlatformContext } from '../../core/platform.ts';
import { Secret } from '../../core/secret.ts';
import {
  type LookedUp,
  looked,
  me,
  type Page,
  page,
  type Tokens,
  tokens,
  type UploadAnswer,
  upload,
} from './answers.ts';
import type { PostBody } from './content.ts';
import { xError } from './errors.ts';

const API = 'https://api.x.com/2';
/** "Reads cost credits": a page holds what one quarantine usually sees. */
const PAGE_SIZE = 10;

/** Who asks. */
export interface Caller {
  readonly context: Pick<PlatformContext, 'http' | 'now'>;
  readonly token: Secret;
}

export function callerOf(context: PlatformContext, account: Pick<Account, 'token'>): Caller {
  return { context, token: account.token };
}

/** The visible request. Every answer is returned. */
export function createPost(caller: Caller, arm: Arm, json: PostBody): Promise<HttpResponse> {
  return send(caller, { method: 'POST', url: `${API}/tweets`, body: { json }, arm });
}

export async function startUpload(
  caller: Caller,
  file: { readonly type: string; readonly category: string; readonly bytes: number },
): Promise<UploadAnswer> {
  const json = { media_type: file.type, media_category: file.category, total_bytes: file.bytes };
  const request = { method: 'POST', url: `${API}/media/upload/initialize`, body: { json } } as const;
  return (await ask(caller, request, upload)).data;
}

export async function appendSegment(
  caller: Caller,
  mediaId: string,
  index: number,
  file: HttpSource,
): Promise<void> {
  const multipart = [
    { name: 'segment_index', value: String(index) },
    { name: 'media', value: { file, filename: 'segment', type: 'application/octet-stream' } },
  ];
  await command(caller, {
    method: 'POST',
    url: `${API}/media/upload/${mediaId}/append`,
    body: { multipart },
  });
}

export async function finishUpload(caller: Caller, mediaId: string): Promise<UploadAnswer> {
  return (await ask(caller, { method: 'POST', url: `${API}/media/upload/${mediaId}/finalize` }, upload)).data;
}

export async function uploadStatus(caller: Caller, mediaId: string): Promise<UploadAnswer> {
  const query = { command: 'STATUS', media_id: mediaId };
  return (await ask(caller, { method: 'GET', url: `${API}/media/upload`, query }, upload)).data;
}

export async function describe(caller: Caller, mediaId: string, altText: string): Promise<void> {
  const json = { id: mediaId, metadata: { alt_text: { text: altText } } };
  await command(caller, { method: 'POST', url: `${API}/media/metadata`, body: { json } });
}

/** Posts of the account made at or after `since`, newest first, without reposts. */
export async function listPosts(
  caller: Caller,
  userId: string,
  since: Date,
  next: string | undefined,
): Promise<Page> {
  const query = {
    max_results: PAGE_SIZE,
    start_time: since.toISOString().replace(/\.\d+Z$/, 'Z'),
    exclude: 'retweets',
    'media.fields': 'type',
    pagination_token: next,
  };
  return await inEitherNaming(caller, `${API}/users/${userId}/tweets`, query, page);
}

/** undefined: there is no such post, or this account may not see it. */
export async function lookUpPost(caller: Caller, postId: string): Promise<LookedUp | undefined> {
  const { data } = await inEitherNaming(caller, `${API}/tweets`, { ids: postId }, looked);
  return data?.find(({ id }) => id === postId);
}

export async function whoAmI(caller: Caller): Promise<z.infer<typeof me>['data']> {
  return (await ask(caller, { method: 'GET', url: `${API}/users/me` }, me)).data;
}

/**
 * https://docs.x.com/fundamentals/authentication/oauth-2-0/user-access-token: Basic for confidential clients, client_id
 * in the form for public ones. Every answer but tokens is returned as it is.
 */
export async function requestTokens(
  context: Pick<PlatformContext, 'http'>,
  client: Client,
  refreshToken: Secret,
): Promise<Tokens | HttpResponse> {
  const grant = { grant_type: 'refresh_token', refresh_token: refreshToken };
  const response = await askForTokens(context, client, grant);
  const parsed = tokens.safeParse(response.json);
  return response.status === 200 && parsed.success ? parsed.data : response;
}

interface Client {
  readonly id: string;
  readonly secret: Secret | undefined;
}

/** Every answer is returned. */
export async function askForTokens(
  context: Pick<PlatformContext, 'http'>,
  { id, secret }: Client,
  form: Readonly<Record<string, string | Secret>>,
): Promise<HttpResponse> {
  const basic = secret && Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret.reveal())}`);
  return await context.http.request({
    method: 'POST',
    url: `${API}/oauth2/token`,
    ...(basic === undefined
      ? { body: { form: { ...form, client_id: id } } }
      : { body: { form }, headers: { authorization: new Secret(`Basic ${basic.toString('base64')}`) } }),
  });
}

const NEW_NAMES = {
  'post.fields': 'attachments,conversation_id,created_at,entities,note_post,public_metrics,text',
  expansions: 'attachments.media_keys,author_id,referenced_posts',
};
const OLD_NAMES = {
  'tweet.fields':
    'attachments,author_id,conversation_id,created_at,entities,note_tweet,public_metrics,referenced_tweets,text',
  expansions: 'attachments.media_keys,author_id',
};

/** Asks with the names of the newest description; where X does not know them yet, or no longer, with the older ones. */
async function inEitherNaming<T>(
  caller: Caller,
  url: string,
  query: Readonly<Record<string, string | number | undefined>>,
  schema: z.ZodType<T>,
): Promise<T> {
  const response = await send(caller, { method: 'GET', url, query: { ...query, ...NEW_NAMES } });
  // Whole JSON: a cut answer says nothing of our names.
  const strange =
    response.status === 400 && response.json !== undefined && response.text.includes('post.fields');
  if (!strange) return read(caller, response, schema);
  return await ask(caller, { method: 'GET', url, query: { ...query, ...OLD_NAMES } }, schema);
}

function send(caller: Caller, request: HttpRequest): Promise<HttpResponse> {
  const authorization = new Secret(`Bearer ${caller.token.reveal()}`);
  return caller.context.http.request({ ...request, headers: { authorization } });
}

async function ask<T>(caller: Caller, request: HttpRequest, schema: z.ZodType<T>): Promise<T> {
  return read(caller, await send(caller, request), schema);
}

async function command(caller: Caller, request: HttpRequest): Promise<void> {
  const response = await send(caller, request);
  if (response.status < 200 || response.status > 299)
    throw xError(response, caller.context.now(), 'not armed');
}

function read<T>(caller: Caller, response: HttpResponse, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(response.json);
  if (response.status !== 200 || !parsed.success) throw xError(response, caller.context.now(), 'not armed');
  return parsed.data;
}

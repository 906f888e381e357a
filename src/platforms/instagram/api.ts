import { z } from 'zod';
import type { Arm, HttpResponse } from '../../core/http.ts';
import type { Account, PlatformContext } from '../../core/platform.ts';
import { Secret } from '../../core/secret.ts';
import { bearer, type GraphPage, graphPage, graphTime } from '../../http/graph.ts';
import { CONTAINER_CODES } from '../../http/graph-containers.ts';
import { address, get, loginWorld, parse } from './call.ts';

/** A form to be sent; addresses of files are secrets because they may be signed. */
export type Form = Readonly<Record<string, string | Secret>>;

const id = z.string().regex(/^\d+$/);
const created = z.object({ id });
const statusAnswer = z.object({
  status_code: z.enum(CONTAINER_CODES),
  status: z.string().catch(''),
});
const quotaAnswer = z.object({
  data: z.array(
    z.object({
      quota_usage: z.number(),
      config: z.object({ quota_total: z.number() }).optional(),
    }),
  ),
});
const listed = z.object({
  id,
  caption: z.string().catch(''),
  timestamp: graphTime,
  media_type: z.string(),
  media_product_type: z.string().optional(),
  permalink: z.string().optional(),
  children: z.object({ data: z.array(z.unknown()) }).optional(),
});
const listedComment = z.object({
  id,
  text: z.string().catch(''),
  timestamp: graphTime,
  username: z.string().optional().catch(undefined),
});
const user = z.object({ user_id: id, username: z.string() });

type ContainerStatus = z.infer<typeof statusAnswer>;
export type ListedComment = z.infer<typeof listedComment>;
export type ListedMedia = z.infer<typeof listed>;

/** POST /{ig-id}/media. @returns the container's id. An answer that is lost costs one of 400 containers a day. */
export async function createContainer(
  context: PlatformContext,
  account: Account,
  form: Form,
): Promise<string> {
  const response = await context.http.request({
    method: 'POST',
    url: address(context, account.token, `${account.id}/media`),
    headers: bearer(account.token),
    body: { form },
  });
  return parse(context, response, created).id;
}

/** GET /{container}: the platform's own word about it. */
export async function containerStatus(
  context: PlatformContext,
  account: Account,
  container: string,
): Promise<ContainerStatus> {
  return get(context, account.token, container, { fields: 'status_code,status' }, statusAnswer);
}

/** POST /{ig-id}/media_publish: the one visible request. The answer is the caller's to judge. */
export async function mediaPublish(
  context: PlatformContext,
  account: Account,
  container: string,
  arm: Arm,
): Promise<HttpResponse> {
  return context.http.request({
    method: 'POST',
    url: address(context, account.token, `${account.id}/media_publish`),
    headers: bearer(account.token),
    body: { form: { creation_id: container } },
    arm,
  });
}

/** The media id in an answer of media_publish, or null. */
export function publishedId(response: HttpResponse): string | null {
  const parsed = created.safeParse(response.json);
  return response.status === 200 && parsed.success ? parsed.data.id : null;
}

export async function permalink(context: PlatformContext, account: Account, media: string): Promise<string> {
  const answer = z.object({ permalink: z.string() });
  return (await get(context, account.token, media, { fields: 'permalink' }, answer)).permalink;
}

/** Posts of the last 24 hours and how many there may be; null where the platform does not say. */
export async function quota(
  context: PlatformContext,
  account: Account,
): Promise<{ readonly used: number; readonly total: number } | null> {
  const path = `${account.id}/content_publishing_limit`;
  const { data } = await get(context, account.token, path, { fields: 'quota_usage,config' }, quotaAnswer);
  const total = data[0]?.config?.quota_total;
  return data[0] === undefined || total === undefined ? null : { used: data[0].quota_usage, total };
}

/** One page of GET /{ig-id}/media or /stories, newest first, and the cursor of the next one. */
export async function listMedia(
  context: PlatformContext,
  account: Account,
  edge: 'media' | 'stories',
  after: string | undefined,
): Promise<GraphPage<ListedMedia>> {
  const fields = 'id,caption,timestamp,media_type,media_product_type,permalink,children{id}';
  const query = { fields, limit: 50, after };
  return get(context, account.token, `${account.id}/${edge}`, query, graphPage(listed));
}

/** The Instagram account behind a Page (Facebook Login); null when none is linked. */
export async function accountOfPage(
  context: PlatformContext,
  token: Secret,
  page: string,
): Promise<string | null> {
  const answer = z.object({ instagram_business_account: z.object({ id }).optional() });
  const found = await get(context, token, page, { fields: 'instagram_business_account' }, answer);
  return found.instagram_business_account?.id ?? null;
}

/** Whose token it is (Instagram Login); `user_id` is the id to publish with, `id` would be app-scoped. */
export async function accountOfToken(
  context: PlatformContext,
  token: Secret,
): Promise<{ id: string; name: string }> {
  // The reference wraps it in `data`, the service answers it bare.
  const answer = z.union([user, z.object({ data: z.tuple([user]) }).transform(({ data }) => data[0])]);
  const me = await get(context, token, 'me', { fields: 'user_id,username' }, answer);
  return { id: me.user_id, name: me.username };
}

export async function accountName(
  context: PlatformContext,
  account: Account,
): Promise<{ id: string; name: string }> {
  const answer = z.object({ id, username: z.string() });
  const found = await get(context, account.token, account.id, { fields: 'id,username' }, answer);
  return { id: found.id, name: found.username };
}

/** POST /{media}/comments: visible. The answer is the caller's to judge. */
export async function createComment(
  context: PlatformContext,
  account: Account,
  media: string,
  message: string,
  arm: Arm,
): Promise<HttpResponse> {
  return context.http.request({
    method: 'POST',
    url: address(context, account.token, `${media}/comments`),
    headers: bearer(account.token),
    body: { form: { message } },
    arm,
  });
}

/** One page of GET /{media}/comments, and the cursor of the next one. */
export async function listComments(
  context: PlatformContext,
  account: Account,
  media: string,
  after: string | undefined,
): Promise<GraphPage<ListedComment>> {
  const query = { fields: 'id,text,timestamp,username', limit: 50, after };
  return get(context, account.token, `${media}/comments`, query, graphPage(listedComment));
}

/** Under which name the account's own comments are listed. */
export async function ownUsername(context: PlatformContext, account: Account): Promise<string> {
  const own = loginWorld(account.token) === 'instagram';
  return (own ? await accountOfToken(context, account.token) : await accountName(context, account)).name;
}

export async function counts(
  context: PlatformContext,
  account: Account,
  media: string,
): Promise<{
  readonly product: string;
  readonly likes: number | undefined;
  readonly comments: number | undefined;
}> {
  const fields = 'media_product_type,like_count,comments_count';
  const answer = z.object({
    media_product_type: z.string().catch('FEED'),
    // Absent where the person hides likes.
    like_count: z.number().optional(),
    comments_count: z.number().optional(),
  });
  const found = await get(context, account.token, media, { fields }, answer);
  return { product: found.media_product_type, likes: found.like_count, comments: found.comments_count };
}

/** GET /{media}/insights as name → value; what the platform has no data for is missing, not 0. */
export async function insights(
  context: PlatformContext,
  account: Account,
  media: string,
  metrics: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const answer = z.object({
    data: z.array(z.object({ name: z.string(), values: z.array(z.object({ value: z.number() })) })),
  });
  const { data } = await get(
    context,
    account.token,
    `${media}/insights`,
    { metric: metrics.join(',') },
    answer,
  );
  return new Map(
    data.flatMap(({ name, values }) => (values[0] === undefined ? [] : [[name, values[0].value]])),
  );
}

/** A new 60-day token for an Instagram Login token that is at least a day old and still valid. */
export async function refreshedToken(
  context: PlatformContext,
  token: Secret,
): Promise<{ readonly token: Secret; readonly expiresInSeconds: number }> {
  // https://developers.facebook.com/docs/instagram-platform/reference/refresh_access_token: the token is a required
  // query parameter here, so the whole URL is a secret.
  const url = new URL('https://graph.instagram.com/refresh_access_token');
  url.searchParams.set('grant_type', 'ig_refresh_token');
  url.searchParams.set('access_token', token.reveal());
  const response = await context.http.request({ method: 'GET', url: new Secret(url.href) });
  const answer = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });
  const fresh = parse(context, response, answer);
  return { token: new Secret(fresh.access_token), expiresInSeconds: fresh.expires_in };
}

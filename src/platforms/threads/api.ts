/** The only place of the paths, parameters and answers of the Threads API. https://developers.facebook.com/docs/threads */
import { z } from 'zod';
import type { Arm, HttpResponse } from '../../core/http.ts';
import type { Account, PlatformContext } from '../../core/platform.ts';
import { Secret } from '../../core/secret.ts';
import { bearer, type GraphPage, graphPage, graphTime } from '../../http/graph.ts';
import { CONTAINER_CODES } from '../../http/graph-containers.ts';
import { requestError } from './errors.ts';

// The documentation shows the token as a parameter; Meta's own collection (github.com/fbsamples/threads_api) sends a header.
export const ORIGIN = 'https://graph.threads.net';
const DEFAULT_VERSION = 'v1.0';
const PAGE_SIZE = 50;

/** A form to be sent; addresses of files are secrets because they may be signed. */
export type Form = Readonly<Record<string, string | Secret>>;

const id = z.string().regex(/^\d+$/);
const created = z.object({ id });
const user = z.object({ id, username: z.string() });
const statusAnswer = z.object({
  status: z.enum(CONTAINER_CODES),
  error_message: z.string().nullish().catch(undefined),
});
const total = z.object({ quota_total: z.number() }).optional();
const quotaAnswer = z.object({
  data: z.array(
    z.object({
      quota_usage: z.number().optional(),
      config: total,
      reply_quota_usage: z.number().optional(),
      reply_config: total,
    }),
  ),
});
const listed = z.object({
  id,
  text: z.string().catch(''),
  timestamp: graphTime,
  media_type: z.string(),
  permalink: z.string().optional().catch(undefined),
  shortcode: z.string().optional().catch(undefined),
  children: z.object({ data: z.array(z.unknown()) }).optional(),
  replied_to: z.object({ id }).optional().catch(undefined),
});
const LISTED_FIELDS = 'id,text,timestamp,media_type,permalink,shortcode,children';

export type ListedPost = z.infer<typeof listed>;

/** Posts, or answers, of the last 24 hours and how many there may be. */
interface Quota {
  readonly used: number;
  readonly total: number;
}

/** POST /{user}/threads. @returns the container's id */
export async function createContainer(
  context: PlatformContext,
  account: Account,
  form: Form,
): Promise<string> {
  const response = await context.http.request({
    method: 'POST',
    url: address(context, `${account.id}/threads`),
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
): Promise<z.infer<typeof statusAnswer>> {
  return get(context, account.token, container, { fields: 'status,error_message' }, statusAnswer);
}

/** POST /{user}/threads_publish: the one visible request. The answer is the caller's to judge. */
export async function threadsPublish(
  context: PlatformContext,
  account: Account,
  container: string,
  arm: Arm,
): Promise<HttpResponse> {
  return context.http.request({
    method: 'POST',
    url: address(context, `${account.id}/threads_publish`),
    headers: bearer(account.token),
    body: { form: { creation_id: container } },
    arm,
  });
}

/** The post's id in an answer of threads_publish, or null. */
export function publishedId(response: HttpResponse): string | null {
  const parsed = created.safeParse(response.json);
  return response.status === 200 && parsed.success ? parsed.data.id : null;
}

export async function permalink(context: PlatformContext, account: Account, post: string): Promise<string> {
  const answer = z.object({ permalink: z.string() });
  return (await get(context, account.token, post, { fields: 'permalink' }, answer)).permalink;
}

/** What is left of posts, or of answers, which are counted by themselves (and need threads_manage_replies); null: not said. */
export async function quota(
  context: PlatformContext,
  account: Account,
  of: 'posts' | 'replies',
): Promise<Quota | null> {
  const path = `${account.id}/threads_publishing_limit`;
  const prefix = of === 'posts' ? '' : 'reply_';
  const fields = `${prefix}quota_usage,${prefix}config`;
  const { data } = await get(context, account.token, path, { fields }, quotaAnswer);
  const [row] = data;
  const used = of === 'posts' ? row?.quota_usage : row?.reply_quota_usage;
  const most = (of === 'posts' ? row?.config : row?.reply_config)?.quota_total;
  return used === undefined || most === undefined ? null : { used, total: most };
}

/** One page of GET /{user}/threads or /replies, newest first, and the cursor of the next one. */
export async function listPosts(
  context: PlatformContext,
  account: Account,
  edge: 'threads' | 'replies',
  after: string | undefined,
): Promise<GraphPage<ListedPost>> {
  const fields = edge === 'threads' ? LISTED_FIELDS : `${LISTED_FIELDS},replied_to`;
  const query = { fields, limit: PAGE_SIZE, after };
  return get(context, account.token, `${account.id}/${edge}`, query, graphPage(listed));
}

/** Whose token it is. */
export async function whoAmI(context: PlatformContext, token: Secret): Promise<z.infer<typeof user>> {
  return get(context, token, 'me', { fields: 'id,username' }, user);
}

/** GET /{post}/insights as name → value; what the platform has no data for is missing, not 0. */
export async function insights(
  context: PlatformContext,
  account: Account,
  post: string,
  metrics: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const answer = z.object({
    data: z.array(z.object({ name: z.string(), values: z.array(z.object({ value: z.number() })) })),
  });
  const path = `${post}/insights`;
  const { data } = await get(context, account.token, path, { metric: metrics.join(',') }, answer);
  return new Map(
    data.flatMap(({ name, values }) => (values[0] === undefined ? [] : [[name, values[0].value]])),
  );
}

/** A new 60-day token for one that is at least a day old and still valid. */
export async function refreshedToken(
  context: PlatformContext,
  token: Secret,
): Promise<{ readonly token: Secret; readonly expiresInSeconds: number }> {
  // https://developers.facebook.com/docs/threads/get-started/long-lived-tokens: the token is a required query parameter
  // here, so the whole URL is a secret.
  const url = new URL(`${ORIGIN}/refresh_access_token`);
  url.searchParams.set('grant_type', 'th_refresh_token');
  url.searchParams.set('access_token', token.reveal());
  const response = await context.http.request({ method: 'GET', url: new Secret(url.href) });
  const answer = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });
  const fresh = parse(context, response, answer);
  return { token: new Secret(fresh.access_token), expiresInSeconds: fresh.expires_in };
}

async function get<T>(
  context: PlatformContext,
  token: Secret,
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
  schema: z.ZodType<T>,
): Promise<T> {
  const url = address(context, path);
  const response = await context.http.request({ method: 'GET', url, query, headers: bearer(token) });
  return parse(context, response, schema);
}

/** What a successful answer holds. @throws PublishError for every other one: nothing became visible */
function parse<T>(context: PlatformContext, response: HttpResponse, schema: z.ZodType<T>): T {
  const parsed = response.status === 200 ? schema.safeParse(response.json) : undefined;
  if (parsed?.success === true) return parsed.data;
  throw requestError(response, context.now());
}

export function address({ settings }: PlatformContext, path: string): string {
  return `${ORIGIN}/${settings.version ?? DEFAULT_VERSION}/${path}`;
}

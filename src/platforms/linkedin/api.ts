import { z } from 'zod';
import type { Arm, HttpRequest, HttpResponse, HttpSource } from '../../core/http.ts';
import type { Account, PlatformContext } from '../../core/platform.ts';
import { Secret } from '../../core/secret.ts';
import {
  type AssetStatus,
  acls,
  assetStatus,
  comments,
  creatorAnalytics,
  introspection,
  type ListedComment,
  type ListedPost,
  listing,
  type OrganizationRole,
  organization,
  type ShareStatistics,
  shareStatistics,
  type Tokens,
  tokens,
  type Userinfo,
  uploadInit,
  userinfo,
  videoInit,
} from './answers.ts';
import { TOKEN_RULES } from './error-table.ts';
import { linkedinError } from './errors.ts';

/** Served until September 2027 (learn.microsoft.com/en-us/linkedin/marketing/integrations/migrations). */
const DEFAULT_VERSION = '202609';

const REST = 'https://api.linkedin.com/rest';
const USERINFO = 'https://api.linkedin.com/v2/userinfo';
const ACCESS_TOKEN = 'https://www.linkedin.com/oauth/v2/accessToken';
const INTROSPECT = 'https://www.linkedin.com/oauth/v2/introspectToken';

type ImageOrDocument = 'image' | 'document';
interface StartedUpload {
  readonly urn: string;
  readonly url: string;
  readonly expiresAt: number | undefined;
}
interface StartedVideo {
  readonly urn: string;
  readonly token: string;
  readonly expiresAt: number | undefined;
  /** Byte ranges as LinkedIn cut them, `last` inclusive. */
  readonly parts: readonly { readonly url: string; readonly first: number; readonly last: number }[];
}

interface CommentBody {
  readonly actor: string;
  readonly object: string;
  readonly message: { readonly text: string };
}

/** The only place that knows LinkedIn's addresses, headers and the shape of its answers. */
export interface Api {
  startUpload(what: ImageOrDocument, owner: string): Promise<StartedUpload>;
  putFile(url: string, source: HttpSource, type: string): Promise<void>;
  startVideo(owner: string, bytes: number): Promise<StartedVideo>;
  /** @returns the part's ETag */
  putPart(url: string, source: HttpSource): Promise<string>;
  finishVideo(urn: string, token: string, etags: readonly string[]): Promise<void>;
  /** null: this token may publish, but not look at uploads. */
  status(urn: string): Promise<AssetStatus | null>;
  /** The visible request. Every answer is returned. */
  createPost(body: string, arm: Arm): Promise<HttpResponse>;
  /** Newest first. Every answer but 200 is returned as it is. */
  listPosts(author: string, start: number, count: number): Promise<readonly ListedPost[] | HttpResponse>;
  /** Visible. Every answer is returned. */
  createComment(post: string, body: CommentBody, arm: Arm): Promise<HttpResponse>;
  listComments(post: string, start: number, count: number): Promise<readonly ListedComment[]>;
  userinfo(): Promise<Userinfo>;
  organizationRoles(): Promise<readonly OrganizationRole[]>;
  /** null: this member may not see it. */
  organizationName(id: string): Promise<string | null>;
  shareStatistics(
    organization: string,
    urn: string,
    type: 'share' | 'ugcPost',
  ): Promise<ShareStatistics | null>;
  creatorAnalytics(urn: string, type: 'share' | 'ugcPost', query: string): Promise<number | null>;
}

export function createApi(context: PlatformContext, account: Pick<Account, 'token'>): Api {
  const authorization = new Secret(`Bearer ${account.token.reveal()}`);
  const headers = {
    authorization,
    'linkedin-version': context.settings.version ?? DEFAULT_VERSION,
    'x-restli-protocol-version': '2.0.0',
  };

  const send = (request: HttpRequest): Promise<HttpResponse> => context.http.request({ headers, ...request });

  async function ask<T>(request: HttpRequest, schema: z.ZodType<T>): Promise<T> {
    const response = await send(request);
    const parsed = schema.safeParse(response.json);
    if (response.status !== 200 || !parsed.success) throw linkedinError(response, context.now(), 'not armed');
    return parsed.data;
  }

  async function command(request: HttpRequest): Promise<HttpResponse> {
    const response = await send(request);
    if (response.status < 200 || response.status > 299)
      throw linkedinError(response, context.now(), 'not armed');
    return response;
  }

  return {
    async startUpload(what, owner) {
      const body = { json: { initializeUploadRequest: { owner } } };
      const url = `${REST}/${what}s?action=initializeUpload`;
      const started =
        what === 'image'
          ? uploadInit.extend({ image: urnOf(what) })
          : uploadInit.extend({ document: urnOf(what) });
      const { value } = await ask({ method: 'POST', url, body }, z.object({ value: started }));
      const urn = 'image' in value ? value.image : value.document;
      return { urn, url: value.uploadUrl, expiresAt: value.uploadUrlExpiresAt };
    },

    async putFile(url, source, type) {
      await command({
        method: 'PUT',
        url: new Secret(url),
        headers: { authorization },
        body: { source, type },
      });
    },

    async startVideo(owner, bytes) {
      const json = {
        initializeUploadRequest: {
          owner,
          fileSizeBytes: bytes,
          uploadCaptions: false,
          uploadThumbnail: false,
        },
      };
      const url = `${REST}/videos?action=initializeUpload`;
      const { value } = await ask({ method: 'POST', url, body: { json } }, z.object({ value: videoInit }));
      const parts = value.uploadInstructions.map(({ uploadUrl, firstByte, lastByte }) => ({
        url: uploadUrl,
        first: firstByte,
        last: lastByte,
      }));
      return { urn: value.video, token: value.uploadToken, expiresAt: value.uploadUrlsExpireAt, parts };
    },

    async putPart(url, source) {
      // Without Authorization: the address is the permission.
      const body = { source, type: 'application/octet-stream' };
      const response = await command({ method: 'PUT', url: new Secret(url), headers: {}, body });
      const etag = response.headers['etag'];
      if (etag === undefined) throw linkedinError(response, context.now(), 'not armed');
      return etag;
    },

    async finishVideo(urn, token, etags) {
      const json = { finalizeUploadRequest: { video: urn, uploadToken: token, uploadedPartIds: etags } };
      await command({ method: 'POST', url: `${REST}/videos?action=finalizeUpload`, body: { json } });
    },

    async status(urn) {
      const what = /^urn:li:(image|video|document):/.exec(urn)?.[1] ?? 'image';
      const response = await send({ method: 'GET', url: `${REST}/${what}s/${encodeURIComponent(urn)}` });
      if (response.status === 403) return null;
      const parsed = assetStatus.safeParse(response.json);
      if (response.status !== 200 || !parsed.success)
        throw linkedinError(response, context.now(), 'not armed');
      return parsed.data;
    },

    async createPost(body, arm) {
      const bytes = Buffer.from(body);
      const source: HttpSource = {
        length: bytes.length,
        async *open() {
          yield bytes;
        },
      };
      return await send({
        method: 'POST',
        url: `${REST}/posts`,
        body: { source, type: 'application/json' },
        arm,
      });
    },

    async listPosts(author, start, count) {
      const response = await send({
        method: 'GET',
        url: `${REST}/posts`,
        query: { q: 'author', author, start, count, sortBy: 'CREATED' },
        headers: { ...headers, 'x-restli-method': 'FINDER' },
      });
      const parsed = listing.safeParse(response.json);
      return response.status === 200 && parsed.success ? parsed.data.elements : response;
    },

    createComment: (post, body, arm) =>
      send({ method: 'POST', url: commentsOf(post), body: { json: body }, arm }),

    listComments: async (post, start, count) =>
      (await ask({ method: 'GET', url: commentsOf(post), query: { start, count } }, comments)).elements,

    userinfo: async () => await ask({ method: 'GET', url: USERINFO, headers: { authorization } }, userinfo),

    async organizationRoles() {
      const query = { q: 'roleAssignee', state: 'APPROVED' };
      return (await ask({ method: 'GET', url: `${REST}/organizationAcls`, query }, acls)).elements;
    },

    async organizationName(id) {
      const response = await send({ method: 'GET', url: `${REST}/organizations/${encodeURIComponent(id)}` });
      const parsed = organization.safeParse(response.json);
      return response.status === 200 && parsed.success ? parsed.data.localizedName : null;
    },

    async shareStatistics(organization, urn, type) {
      // Rest.li lists want literal parentheses around encoded URNs, which a query object would encode.
      const list = `${type === 'share' ? 'shares' : 'ugcPosts'}=List(${encodeURIComponent(urn)})`;
      const url = `${REST}/organizationalEntityShareStatistics?q=organizationalEntity&organizationalEntity=${encodeURIComponent(organization)}&${list}`;
      return (await ask({ method: 'GET', url }, shareStatistics)).elements[0]?.totalShareStatistics ?? null;
    },

    async creatorAnalytics(urn, type, query) {
      const entity = `(${type === 'share' ? 'share' : 'ugc'}:${encodeURIComponent(urn)})`;
      const url = `${REST}/memberCreatorPostAnalytics?q=entity&entity=${entity}&queryType=${query}&aggregation=TOTAL`;
      return (await ask({ method: 'GET', url }, creatorAnalytics)).elements[0]?.count ?? null;
    },
  };
}

/** Rest.li wants URNs in a path encoded. */
function commentsOf(post: string): string {
  return `${REST}/socialActions/${encodeURIComponent(post)}/comments`;
}

function urnOf(what: ImageOrDocument): z.ZodString {
  return z.string().startsWith(`urn:li:${what}:`);
}

/**
 * https://learn.microsoft.com/en-us/linkedin/shared/authentication/programmatic-refresh-tokens
 * Every answer but tokens is returned as it is.
 */
export async function requestTokens(
  context: PlatformContext,
  form: Readonly<Record<string, string | Secret>>,
): Promise<Tokens | HttpResponse> {
  const response = await askForTokens(context, form);
  const parsed = tokens.safeParse(response.json);
  return response.status === 200 && parsed.success ? parsed.data : response;
}

/** Every answer is returned. */
export function askForTokens(
  context: PlatformContext,
  form: Readonly<Record<string, string | Secret>>,
): Promise<HttpResponse> {
  return context.http.request({ method: 'POST', url: ACCESS_TOKEN, body: { form } });
}

/** https://learn.microsoft.com/en-us/linkedin/shared/authentication/token-introspection: what the token permits. */
export async function introspect(
  context: PlatformContext,
  form: Readonly<Record<string, string | Secret>>,
): Promise<readonly string[] | null> {
  const response = await context.http.request({ method: 'POST', url: INTROSPECT, body: { form } });
  const parsed = introspection.safeParse(response.json);
  if (response.status !== 200 || !parsed.success) {
    throw linkedinError(response, context.now(), 'not armed', TOKEN_RULES);
  }
  return parsed.data.scope?.split(/[ ,]+/).filter(Boolean) ?? null;
}

import { z } from 'zod';
import { isPost } from '../comments.ts';
import { refuse } from '../refusal.ts';
import type { SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { units } from '../units.ts';
import { accessDenied, badRequest, duplicatePost, missingField, unrecognizedField } from './answers.ts';
import { type Caller, isOrganization } from './gate.ts';
import { renderLittleText } from './little.ts';
import { parseBody } from './parse.ts';
import { type Asset, type State, statusOf } from './state.ts';

const MAX_COMMENTARY = 3000;
/** "About 10 minutes". */
const DUPLICATE_WINDOW_MS = 10 * 60_000;
const MAX_PAGE = 100;

const altText = units(4086).optional();
const content = z.union([
  z.strictObject({
    article: z.strictObject({
      source: z.url(),
      title: units(400, 1),
      description: units(4000).optional(),
      thumbnail: z.string().optional(),
    }),
  }),
  z.strictObject({ media: z.strictObject({ id: z.string(), altText, title: z.string().min(1).optional() }) }),
  z.strictObject({
    poll: z.strictObject({
      question: units(140, 1),
      options: z
        .array(z.strictObject({ text: units(30, 1) }))
        .min(2)
        .max(4),
      settings: z.strictObject({
        duration: z.enum(['ONE_DAY', 'THREE_DAYS', 'SEVEN_DAYS', 'FOURTEEN_DAYS']),
        voteSelectionType: z.enum(['SINGLE_VOTE', 'MULTIPLE_VOTE']).optional(),
        isVoterVisibleToAuthor: z.boolean().optional(),
      }),
    }),
  }),
  z.strictObject({
    multiImage: z.strictObject({
      images: z
        .array(z.strictObject({ id: z.string(), altText }))
        .min(2)
        .max(20),
    }),
  }),
]);
type Content = z.infer<typeof content>;

const createRequest = z.strictObject({
  author: z.string().regex(/^urn:li:(person:[\w-]+|organization:\d+)$/),
  commentary: z.string(),
  visibility: z.enum(['PUBLIC', 'CONNECTIONS', 'LOGGED_IN', 'CONTAINER']),
  distribution: z.strictObject({
    feedDistribution: z.enum(['MAIN_FEED', 'NONE']),
    targetEntities: z.array(z.unknown()),
    thirdPartyDistributionChannels: z.array(z.unknown()),
  }),
  lifecycleState: z.literal('PUBLISHED'),
  isReshareDisabledByAuthor: z.boolean(),
  content: content.optional(),
});

/** POST /rest/posts */
export function createPost(request: SimRequest, caller: Caller, state: State, world: SimWorld): SimResponse {
  const body = parseBody(request, createRequest);
  const { author, commentary } = body;
  caller.as(author, 'posts.CREATE', { member: 'w_member_social', organization: 'w_organization_social' });
  const text = renderLittleText(commentary);
  if (text === null)
    return refuse(badRequest('INVALID_VALUE_FOR_FIELD', 'commentary is not valid little text'));
  if (text.length > MAX_COMMENTARY) {
    return refuse(badRequest('FIELD_LENGTH_TOO_LONG', `commentary exceeds ${MAX_COMMENTARY} characters`));
  }
  if (text.trim() === '' && body.content === undefined) {
    return refuse(badRequest('INVALID_VALUE_BLANK_FIELD', 'commentary must not be blank'));
  }
  const shown = showContent(body.content, author, state, world);

  const now = world.now().getTime();
  const sameness = JSON.stringify([author, commentary, body.content ?? null]);
  const twin = [...state.posts.values()].find(
    (post) => post.sameness === sameness && now - post.createdAt < DUPLICATE_WINDOW_MS,
  );
  if (twin !== undefined) return refuse(duplicatePost(twin.urn));

  // As in LinkedIn's ids, the time stands in the upper 41 bits.
  const id = (BigInt(now) << 22n) | BigInt(world.nextNumber() % 2 ** 22);
  const urn = `urn:li:${shown.type}:${id}`;
  state.posts.set(urn, { urn, author, createdAt: now, sameness, body });
  world.publish({
    account: author,
    id: urn,
    kind: shown.kind,
    text,
    media: shown.media,
    url: `https://www.linkedin.com/feed/update/${urn}/`,
  });
  return { status: 201, headers: { 'x-restli-id': urn } };
}

interface Shown {
  readonly kind: string;
  readonly type: 'share' | 'ugcPost';
  readonly media: readonly string[];
}

function showContent(shown: Content | undefined, author: string, state: State, world: SimWorld): Shown {
  if (shown === undefined) return { kind: 'text', type: 'share', media: [] };
  const use = (urn: string, what: readonly Asset['what'][]): { asset: Asset; sha256: string } =>
    useAsset(urn, what, author, state, world);
  if ('article' in shown) {
    const { thumbnail } = shown.article;
    const media = thumbnail === undefined ? [] : [use(thumbnail, ['image']).sha256];
    return { kind: 'link', type: 'share', media };
  }
  if ('poll' in shown) return { kind: 'text', type: 'ugcPost', media: [] };
  if ('multiImage' in shown) {
    const media = shown.multiImage.images.map(({ id }) => use(id, ['image']).sha256);
    return { kind: 'carousel', type: 'ugcPost', media };
  }
  const { asset, sha256 } = use(shown.media.id, ['image', 'video', 'document']);
  if (asset.what === 'document' && shown.media.title === undefined)
    refuse(missingField('/content/media/title'));
  return { kind: asset.what, type: asset.what === 'image' ? 'share' : 'ugcPost', media: [sha256] };
}

function useAsset(
  urn: string,
  what: readonly Asset['what'][],
  author: string,
  state: State,
  world: SimWorld,
): { readonly asset: Asset; readonly sha256: string } {
  const type = /^urn:li:(\w+):\w/.exec(urn)?.[1];
  if (!what.some((name) => name === type))
    return refuse(badRequest('INVALID_URN_TYPE', `Invalid URN type: ${urn}`));
  const asset = state.assets.get(urn);
  if (asset === undefined) {
    return refuse(badRequest(`INVALID_${type?.toUpperCase()}_ID`, `This ${type} ID is invalid: ${urn}`));
  }
  if (asset.owner !== author) return refuse(accessDenied(`${urn}: owner is not the author`));
  const status = statusOf(asset, world.now().getTime(), world.processingMs);
  if (status === 'PROCESSING_FAILED') {
    return refuse(badRequest('MEDIA_ASSET_PROCESSING_FAILED', 'Media asset failed processing'));
  }
  // Pictures may be posted while they are processed; who may not look at them has no choice.
  if (asset.arrived === undefined || (status === 'PROCESSING' && asset.what === 'video')) {
    return refuse(badRequest('MEDIA_ASSET_WAITING_UPLOAD', 'Media asset is waiting upload'));
  }
  return { asset, sha256: asset.arrived.sha256 };
}

const LIST_PARAMETERS = ['q', 'author', 'count', 'start', 'sortBy', 'isDsc'];

/** GET /rest/posts?q=author: closed to members, whatever their scopes. */
export function listPosts(request: SimRequest, caller: Caller, state: State, world: SimWorld): SimResponse {
  const { query } = request;
  const strange = [...query.keys()].find((name) => !LIST_PARAMETERS.includes(name));
  if (strange !== undefined) return refuse(unrecognizedField(`parameter ${strange}`));
  if (query.get('q') !== 'author')
    return refuse(badRequest('INVALID_VALUE_FOR_FIELD', 'There is no such finder'));
  const author = query.get('author');
  if (author === null) return refuse(missingField('author'));
  if (!isOrganization(author)) return refuse(accessDenied('posts.FINDER-author'));
  caller.as(author, 'posts.FINDER-author', { member: '', organization: 'r_organization_social' });
  const sortBy = query.get('sortBy') ?? 'LAST_MODIFIED';
  const count = Number(query.get('count') ?? 10);
  const start = Number(query.get('start') ?? 0);
  const sane =
    Number.isInteger(count) && count >= 1 && count <= MAX_PAGE && Number.isInteger(start) && start >= 0;
  if (!sane || !['LAST_MODIFIED', 'CREATED'].includes(sortBy)) {
    return refuse(badRequest('INVALID_VALUE_FOR_FIELD', 'count, start or sortBy is invalid'));
  }
  const elements = world
    .visible(author)
    .filter(isPost)
    .slice(start, start + count)
    .flatMap(({ id }) => {
      const post = state.posts.get(id);
      if (post === undefined) return [];
      const { createdAt } = post;
      return [{ ...post.body, id, createdAt, publishedAt: createdAt, lastModifiedAt: createdAt }];
    });
  return { status: 200, json: { paging: { start, count, links: [] }, elements } };
}

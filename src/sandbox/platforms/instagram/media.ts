import { isPost } from '../comments.ts';
import { graphTime, insightsOf, onlyQuery, pageOf, pick, requestedFields, timesIn } from '../graph-fields.ts';
import { refuse } from '../graph-refusal.ts';
import type { PublicPost, SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import type { Container } from './containers.ts';
import { ERRORS } from './refusals.ts';

const DAY_MS = 24 * 3_600_000;

// specs: IGMedia; permalink is not available on children.
export const MEDIA_FIELDS = [
  'id',
  'caption',
  'timestamp',
  'media_type',
  'media_product_type',
  'permalink',
  'shortcode',
  'username',
  'like_count',
  'comments_count',
  'is_shared_to_feed',
  'children',
  'children{id}',
  'children{id,media_type}',
];

// https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/insights
const METRICS: Readonly<Record<string, readonly string[]>> = {
  FEED: [
    'comments',
    'follows',
    'likes',
    'profile_activity',
    'profile_visits',
    'reach',
    'reposts',
    'saved',
    'shares',
    'total_interactions',
    'views',
  ],
  REELS: [
    'comments',
    'likes',
    'reach',
    'reposts',
    'saved',
    'shares',
    'total_interactions',
    'views',
    'ig_reels_avg_watch_time',
    'ig_reels_video_view_total_time',
    'reels_skip_rate',
  ],
  STORY: [
    'follows',
    'link_clicks',
    'navigation',
    'profile_activity',
    'profile_visits',
    'reach',
    'replies',
    'reposts',
    'shares',
    'total_interactions',
    'views',
  ],
};

/** Published media and their listings. What is public stands in the world's ledger; the rest of a medium stands here. */
export class MediaShelf {
  readonly #world: SimWorld;
  readonly #containers = new Map<string, Container>();
  readonly #published: PublicPost[] = [];

  constructor(world: SimWorld) {
    this.#world = world;
  }

  /** Makes a container public: the ledger entry and the answer of media_publish are one synchronous step. */
  publish(account: SimAccount, container: Container): PublicPost {
    const number = this.#world.nextNumber();
    const id = `18${number}`;
    const shortcode = `C${number.toString(36).toUpperCase().padStart(10, 'x')}`;
    const parts = container.children.length === 0 ? [container] : container.children;
    container.publishedAs = id;
    this.#containers.set(id, container);
    const post = this.#world.publish({
      account: account.id,
      id,
      kind:
        container.kind === 'carousel' || container.kind === 'reel' || container.kind === 'story'
          ? container.kind
          : 'image',
      text: container.caption,
      media: parts.flatMap((part) => (part.sha256 === null ? [] : [part.sha256])),
      url:
        container.kind === 'story'
          ? `https://www.instagram.com/stories/${account.name}/${id}/`
          : `https://www.instagram.com/${container.kind === 'reel' ? 'reel' : 'p'}/${shortcode}/`,
    });
    this.#published.push(post);
    return post;
  }

  /** How many posts of the account went out since then; the platform's quota counts hidden ones too. */
  publishedSince(account: SimAccount, since: number): number {
    return this.#published.filter((post) => post.account === account.id && Date.parse(post.at) > since)
      .length;
  }

  /** GET /{ig-id}/media and /stories, newest first. */
  list(account: SimAccount, edge: 'media' | 'stories', request: SimRequest): SimResponse {
    const { query } = request;
    onlyQuery(
      query,
      edge === 'media' ? ['fields', 'limit', 'after', 'since', 'until'] : ['fields', 'limit', 'after'],
    );
    const names = requestedFields(query, MEDIA_FIELDS, ['id']);
    const within = timesIn(query);
    const story = edge === 'stories';
    const all = this.#world.visible(account.id).filter((post) => {
      const at = Date.parse(post.at);
      const alive = !story || at > this.#world.now().getTime() - DAY_MS;
      return isPost(post) && (post.kind === 'story') === story && alive && within(at);
    });
    return pageOf(this.#world, request, all, (post) => pick(this.#fields(account, post), ['id', ...names]));
  }

  /** GET /{media}; undefined when this account has no such medium. */
  read(account: SimAccount, id: string, query: URLSearchParams): SimResponse | undefined {
    const post = this.#find(account, id);
    if (post === undefined) return undefined;
    onlyQuery(query, ['fields']);
    const names = requestedFields(query, MEDIA_FIELDS, ['id']);
    return { status: 200, json: pick(this.#fields(account, post), ['id', ...names]) };
  }

  /** GET /{media}/insights: one metric that the product does not have fails the whole call. */
  insights(account: SimAccount, id: string, query: URLSearchParams): SimResponse {
    const post = this.#find(account, id);
    if (post === undefined) return refuse(ERRORS.objectMissing);
    onlyQuery(query, ['metric', 'period']);
    const product = String(this.#fields(account, post)['media_product_type']);
    return insightsOf(id, query, METRICS[product] ?? [], (index) => index + 1);
  }

  #find(account: SimAccount, id: string): PublicPost | undefined {
    return this.#published.find((post) => post.id === id && post.account === account.id);
  }

  #fields(account: SimAccount, post: PublicPost): Record<string, unknown> {
    const container = this.#containers.get(post.id);
    if (container === undefined) return refuse(ERRORS.objectMissing);
    const product = container.kind === 'reel' ? 'REELS' : container.kind === 'story' ? 'STORY' : 'FEED';
    const carousel = container.children.length > 0;
    return {
      id: post.id,
      ...(post.text === '' ? {} : { caption: post.text }),
      timestamp: graphTime(post.at),
      media_type: carousel ? 'CAROUSEL_ALBUM' : container.video ? 'VIDEO' : 'IMAGE',
      media_product_type: product,
      permalink: post.url,
      shortcode: post.url.split('/').at(-2),
      username: account.name,
      like_count: 0,
      comments_count: 0,
      ...(product === 'REELS' ? { is_shared_to_feed: container.sharedToFeed } : {}),
      ...(carousel
        ? {
            children: {
              data: container.children.map((child) => ({
                id: child.id,
                media_type: child.video ? 'VIDEO' : 'IMAGE',
              })),
            },
          }
        : {}),
    };
  }
}

import { graphTime, insightsOf, onlyQuery, pageOf, pick, requestedFields, timesIn } from '../graph-fields.ts';
import { refuse } from '../graph-refusal.ts';
import type { PublicPost, SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import type { Container } from './containers.ts';
import { ERRORS } from './refusals.ts';

// https://developers.facebook.com/docs/threads/threads-media, …/retrieve-and-manage-replies
const FIELDS = [
  'id',
  'media_product_type',
  'media_type',
  'permalink',
  'username',
  'text',
  'timestamp',
  'shortcode',
  'children',
  'is_reply',
];
const REPLY_FIELDS = [...FIELDS, 'replied_to', 'root_post'];
const METRICS = ['views', 'likes', 'replies', 'reposts', 'quotes', 'shares'];

const TYPES = { text: 'TEXT_POST', image: 'IMAGE', video: 'VIDEO', carousel: 'CAROUSEL_ALBUM' } as const;

/** Posts and answers, and their lists. What is public stands in the world's ledger; the rest stands here. */
export class Posts {
  readonly #world: SimWorld;
  readonly #containers = new Map<string, Container>();
  readonly #published: PublicPost[] = [];

  constructor(world: SimWorld) {
    this.#world = world;
  }

  has(id: string): boolean {
    return this.#containers.has(id);
  }

  /** Makes a container public: the ledger entry and the answer of threads_publish are one synchronous step. */
  publish(account: SimAccount, container: Container): PublicPost {
    const number = this.#world.nextNumber();
    const id = `18${number}`;
    const parts = container.children.length === 0 ? [container] : container.children;
    container.published = true;
    this.#containers.set(id, container);
    const post = this.#world.publish({
      account: account.id,
      id,
      kind: container.replyTo !== null ? 'reply' : container.link ? 'link' : container.kind,
      text: container.text,
      media: parts.flatMap(({ sha256 }) => (sha256 === null ? [] : [sha256])),
      url: `https://www.threads.com/@${account.name}/post/D${number.toString(36).toUpperCase().padStart(10, 'x')}`,
    });
    this.#published.push(post);
    return post;
  }

  /** How much of a quota was used since then; hidden posts count too. */
  usedSince(account: SimAccount, since: number, replies: boolean): number {
    return this.#published.filter(
      ({ account: by, at, id }) =>
        by === account.id && Date.parse(at) > since && this.#isReply(id) === replies,
    ).length;
  }

  /** GET /{user}/threads and /replies, newest first. */
  list(account: SimAccount, edge: 'threads' | 'replies', request: SimRequest): SimResponse {
    const { query } = request;
    onlyQuery(query, ['fields', 'limit', 'after', 'since', 'until']);
    const replies = edge === 'replies';
    const names = requestedFields(query, replies ? REPLY_FIELDS : FIELDS, ['id']);
    const within = timesIn(query);
    const all = this.#world
      .visible(account.id)
      .filter(({ id, at }) => this.#isReply(id) === replies && within(Date.parse(at)));
    return pageOf(this.#world, request, all, (post) => pick(this.#fields(account, post), ['id', ...names]));
  }

  /** GET /{post}; undefined when this account has no such post. */
  read(account: SimAccount, id: string, query: URLSearchParams): SimResponse | undefined {
    const post = this.#find(account, id);
    if (post === undefined) return undefined;
    onlyQuery(query, ['fields']);
    const names = requestedFields(query, REPLY_FIELDS, ['id']);
    return { status: 200, json: pick(this.#fields(account, post), ['id', ...names]) };
  }

  insights(account: SimAccount, id: string, query: URLSearchParams): SimResponse {
    if (this.#find(account, id) === undefined) return refuse(ERRORS.objectMissing);
    onlyQuery(query, ['metric', 'since', 'until']);
    return insightsOf(id, query, METRICS, (index) => index + 1);
  }

  #isReply(id: string): boolean {
    return (this.#containers.get(id)?.replyTo ?? null) !== null;
  }

  #rootOf(id: string): string {
    const parent = this.#containers.get(id)?.replyTo ?? null;
    return parent === null ? id : this.#rootOf(parent);
  }

  #find(account: SimAccount, id: string): PublicPost | undefined {
    return this.#published.find((post) => post.id === id && post.account === account.id);
  }

  #fields(account: SimAccount, post: PublicPost): Record<string, unknown> {
    const container = this.#containers.get(post.id);
    if (container === undefined) return refuse(ERRORS.objectMissing);
    const { kind, replyTo, children } = container;
    return {
      id: post.id,
      media_product_type: 'THREADS',
      media_type: TYPES[kind as keyof typeof TYPES],
      permalink: post.url,
      username: account.name,
      ...(post.text === '' ? {} : { text: post.text }),
      timestamp: graphTime(post.at),
      shortcode: post.url.split('/').at(-1),
      is_reply: replyTo !== null,
      ...(replyTo === null ? {} : { replied_to: { id: replyTo }, root_post: { id: this.#rootOf(post.id) } }),
      ...(children.length === 0 ? {} : { children: { data: children.map(({ id }) => ({ id })) } }),
    };
  }
}

import { refuse } from '../refusal.ts';
import type { SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { invalidRequest, missingPost, notFound } from './answers.ts';
import { checkFields, type Shown } from './gate.ts';
import { usernameOf } from './posts.ts';
import { LIST_PARAMETERS, LOOKUP_PARAMETERS } from './spec.ts';
import type { State, StoredPost } from './state.ts';
import { cutText, lengthOf, shownText } from './text.ts';

const MEDIA_TYPES = { tweet_image: 'photo', tweet_gif: 'animated_gif', tweet_video: 'video' } as const;

/** GET /2/users/{id}/tweets: newest first. */
export function listPosts(
  request: SimRequest,
  userId: string,
  account: SimAccount,
  state: State,
  world: SimWorld,
): SimResponse {
  const shown = checkFields(request, account, LIST_PARAMETERS);
  const { query } = request;
  const count = Number(query.get('max_results') ?? 10);
  if (!Number.isInteger(count) || count < 5 || count > 100)
    return refuse(
      invalidRequest('The `max_results` query parameter value is not between 5 and 100', 'max_results'),
    );
  const since = query.get('start_time');
  if (since !== null && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(since))
    return refuse(invalidRequest('The `start_time` query parameter value is not a date-time', 'start_time'));
  const owner = world.accounts.find(({ id }) => id === userId);
  if (owner === undefined) return refuse(notFound());
  const from = since === null ? 0 : Date.parse(since);
  const all = world
    .visible(userId)
    .flatMap(({ id }) => state.posts.get(id) ?? [])
    .filter(({ createdAt }) => createdAt >= from);
  const start = Number(/^page-(\d+)$/.exec(query.get('pagination_token') ?? '')?.[1] ?? 0);
  const page = all.slice(start, start + count);
  const more = start + count < all.length;
  return {
    status: 200,
    json: {
      ...(page.length === 0 ? {} : { data: page.map((post) => viewOf(post, owner, shown)) }),
      ...includesOf(page, shown),
      meta: {
        result_count: page.length,
        ...(page.length === 0 ? {} : { newest_id: page[0]?.id, oldest_id: page.at(-1)?.id }),
        ...(more ? { next_token: `page-${start + count}` } : {}),
      },
    },
  };
}

/** GET /2/tweets?ids= */
export function lookUpPosts(
  request: SimRequest,
  account: SimAccount,
  state: State,
  world: SimWorld,
): SimResponse {
  const shown = checkFields(request, account, LOOKUP_PARAMETERS);
  const ids = (request.query.get('ids') ?? '').split(',');
  if (!ids.every((id) => /^\d{1,19}$/.test(id)))
    return refuse(invalidRequest('The `ids` query parameter value is not valid', 'ids'));
  const found = ids.flatMap((id) => state.posts.get(id) ?? []);
  const missing = ids.filter((id) => !state.posts.has(id));
  return {
    status: 200,
    json: {
      ...(found.length === 0
        ? {}
        : {
            data: found.map((post) => viewOf(post, authorOf(post, world), shown)),
            ...includesOf(found, shown),
          }),
      ...(missing.length === 0 ? {} : { errors: missing.map(missingPost) }),
    },
  };
}

function authorOf({ author }: StoredPost, world: SimWorld): SimAccount {
  return world.accounts.find(({ id }) => id === author) ?? refuse(notFound());
}

function viewOf(post: StoredPost, author: SimAccount, { naming, fields, expansions }: Shown): object {
  const [first] = post.media;
  const address = `https://x.com/${usernameOf(author)}/status/${post.id}/${first?.category === 'tweet_video' ? 'video' : 'photo'}/1`;
  const whole = shownText(post.id, post.text, first === undefined ? null : { key: first.key, address });
  const long = lengthOf(post.text) > 280;
  const { text, urls } = long ? cutText(whole) : whole;
  const bare = shownText(post.id, post.text, null);
  const attachments = {
    ...(first === undefined ? {} : { media_keys: post.media.map(({ key }) => key) }),
    ...(post.poll ? { poll_ids: [`${post.id}1`] } : {}),
  };
  const references =
    post.replyTo === null ? {} : { [naming.references]: [{ type: 'replied_to', id: post.replyTo }] };
  const all: Readonly<Record<string, object>> = {
    attachments: Object.keys(attachments).length === 0 ? {} : { attachments },
    author_id: { author_id: post.author },
    conversation_id: { conversation_id: post.root },
    created_at: { created_at: new Date(post.createdAt).toISOString() },
    entities: urls.length === 0 ? {} : { entities: { urls } },
    [naming.note]: long ? { [naming.note]: { text: bare.text, entities: { urls: bare.urls } } } : {},
    public_metrics: {
      public_metrics: {
        [naming.reposts]: 0,
        reply_count: 0,
        like_count: 0,
        quote_count: 0,
        bookmark_count: 0,
        impression_count: 0,
      },
    },
    referenced_tweets: references,
    'referenced_tweets.id': references,
    referenced_posts: references,
  };
  const asked = [...fields, ...expansions].map((name) => all[name] ?? {});
  return Object.assign({ id: post.id, text, [naming.history]: [post.id] }, ...asked) as object;
}

function includesOf(posts: readonly StoredPost[], { expansions }: Shown): object {
  const media = posts.flatMap((post) => post.media);
  if (media.length === 0 || !expansions.includes('attachments.media_keys')) return {};
  return {
    includes: { media: media.map(({ key, category }) => ({ media_key: key, type: MEDIA_TYPES[category] })) },
  };
}

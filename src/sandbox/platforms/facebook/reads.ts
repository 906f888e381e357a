import { isPost } from '../comments.ts';
import { graphTime, insightsOf, onlyQuery, pageOf, pick, timesIn } from '../graph-fields.ts';
import type { PublicPost, SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { fieldsOf } from './parameters.ts';
import { isDone, permalinkOf, statusOf } from './processing.ts';
import { missingObject } from './refusals.ts';
import type { SimPhoto, SimVideo, State } from './state.ts';

const COUNT = { summary: { total_count: 0 }, data: [] };
const METRICS = [
  'post_media_view',
  'post_total_media_view_unique',
  'post_clicks',
  'post_reactions_by_type_total',
];

export function readNode(
  world: SimWorld,
  state: State,
  account: SimAccount,
  id: string,
  query: URLSearchParams,
): SimResponse {
  onlyQuery(query, ['fields']);
  if (id === 'me' || id === account.id) {
    const page = { id: account.id, name: account.name, link: `https://www.facebook.com/${account.id}` };
    return { status: 200, json: pick(page, fieldsOf(query, 'Page', ['name'])) };
  }
  const photo = state.photos.get(id);
  if (photo?.account === account.id) {
    return { status: 200, json: pick(photoView(world, photo), fieldsOf(query, 'Photo', ['created_time'])) };
  }
  const video = state.videos.get(id);
  if (video?.account === account.id) {
    return {
      status: 200,
      json: pick(videoView(world, account, video), fieldsOf(query, 'Video', ['created_time'])),
    };
  }
  const post = world
    .visible(account.id)
    .find((candidate) => candidate.id === id && candidate.kind !== 'story' && isPost(candidate));
  if (post === undefined) return missingObject(id);
  return {
    status: 200,
    json: pick(postView(state, post), fieldsOf(query, 'PagePost', ['message', 'created_time'])),
  };
}

export function readEdge(
  world: SimWorld,
  state: State,
  account: SimAccount,
  [id = '', edge = '']: readonly string[],
  request: SimRequest,
): SimResponse {
  const { query } = request;
  if (edge === 'insights') return insights(world, account, id, query);
  if (id !== account.id && id !== 'me') return missingObject(id);
  if (edge === 'published_posts') {
    onlyQuery(query, ['fields', 'limit', 'after']);
    const names = fieldsOf(query, 'PagePost', ['message', 'created_time']);
    const posts = world.visible(account.id).filter((post) => post.kind !== 'story' && isPost(post));
    return pageOf(world, request, posts, (post) => pick(postView(state, post), names));
  }
  if (edge !== 'stories') return missingObject(`${id}/${edge}`);
  onlyQuery(query, ['fields', 'limit', 'after', 'since', 'until', 'status']);
  const names = fieldsOf(query, 'Stories', [
    'post_id',
    'status',
    'creation_time',
    'media_type',
    'media_id',
    'url',
  ]);
  const within = timesIn(query);
  const stories = world
    .visible(account.id)
    .filter(({ kind, at }) => kind === 'story' && within(Date.parse(at)));
  return pageOf(world, request, stories, (story) => pick(storyView(state, story), names));
}

function photoView(world: SimWorld, photo: SimPhoto): Record<string, unknown> {
  // Only what can be seen: listings may lag.
  const shown = world.visible(photo.account).some(({ id }) => id === photo.shownIn);
  return {
    id: photo.id,
    alt_text_custom: photo.altText,
    created_time: graphTime(photo.uploadedAt.toISOString()),
    link: `https://www.facebook.com/photo.php?fbid=${photo.id}`,
    page_story_id: shown ? (photo.shownIn ?? undefined) : undefined,
  };
}

function videoView(world: SimWorld, account: SimAccount, video: SimVideo): Record<string, unknown> {
  const postId = video.finish?.postId ?? '';
  const id = video.kind === 'video_story' ? postId : `${video.account}_${postId}`;
  const shown = video.isPublic && world.visible(account.id).some((post) => post.id === id);
  return {
    id: video.id,
    status: statusOf(world, video),
    published: video.isPublic,
    permalink_url: isDone(world, video) ? permalinkOf(video) : undefined,
    post_id: shown ? postId : undefined,
    description: video.finish?.text,
    created_time: graphTime(video.startedAt.toISOString()),
    views: 0,
    likes: COUNT,
    comments: COUNT,
  };
}

function postView(state: State, post: PublicPost): Record<string, unknown> {
  return {
    id: post.id,
    message: post.text === '' ? undefined : post.text,
    created_time: graphTime(post.at),
    permalink_url: post.url,
    status_type:
      {
        image: 'added_photos',
        carousel: 'added_photos',
        video: 'added_video',
        reel: 'added_video',
        link: 'shared_story',
      }[post.kind] ?? 'mobile_status_update',
    is_published: true,
    attachments: attachmentsOf(state, post),
    reactions: COUNT,
    comments: COUNT,
  };
}

/** https://developers.facebook.com/docs/graph-api/reference/story-attachment */
function attachmentsOf(state: State, { id, url }: PublicPost): unknown {
  const post = state.posts.get(id);
  if (post === undefined) return undefined;
  const photos = post.photoIds.map((photoId) => ({
    media_type: 'photo',
    type: 'photo',
    target: { id: photoId, url: `https://www.facebook.com/photo.php?fbid=${photoId}` },
  }));
  const [photo] = photos;
  if (post.link !== null) {
    const shim = `https://l.facebook.com/l.php?u=${encodeURIComponent(post.link)}`;
    return {
      data: [
        { media_type: 'link', type: 'share', url: shim, unshimmed_url: post.link, target: { url: shim } },
      ],
    };
  }
  if (post.videoId !== null) {
    return { data: [{ media_type: 'video', type: 'video_inline', url, target: { id: post.videoId, url } }] };
  }
  if (photo === undefined) return undefined;
  if (photos.length === 1) return { data: [photo] };
  return {
    data: [
      {
        media_type: 'album',
        type: 'album',
        url,
        target: { id: id.split('_')[1], url },
        subattachments: { data: photos },
      },
    ],
  };
}

/** `creation_time` is in seconds, as text. */
function storyView(state: State, { id, at, url }: PublicPost): Record<string, unknown> {
  const story = state.stories.get(id);
  return {
    post_id: id,
    status: 'published',
    creation_time: String(Math.floor(Date.parse(at) / 1000)),
    media_type: story?.mediaType,
    media_id: story?.mediaId,
    url,
  };
}

function insights(world: SimWorld, account: SimAccount, id: string, query: URLSearchParams): SimResponse {
  onlyQuery(query, ['metric', 'period']);
  if (!world.visible(account.id).some((post) => post.id === id)) return missingObject(id);
  return insightsOf(id, query, METRICS, () => 0);
}

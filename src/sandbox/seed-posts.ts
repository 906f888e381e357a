import { linkedinAuthor } from './accounts.ts';
import type { Row } from './insert-rows.ts';
import { campaignOf, type Person, people, seedId } from './people.ts';
import { schedule } from './schedule.ts';
import type { SeedMedia } from './seed-media.ts';

export interface SeedPosts {
  readonly created_content: readonly Row[];
  readonly content_posts: readonly Row[];
}

interface Mould {
  readonly table: keyof SeedPosts;
  make(media: SeedMedia): Row;
}

const inContent = (make: Mould['make']): Mould => ({ table: 'created_content', make });
const inPosts = (make: Mould['make']): Mould => ({ table: 'content_posts', make });

/** Every platform with every kind it takes. Their number and that of the people have no common divisor: see below. */
const MOULDS: readonly Mould[] = [
  inContent(() => ({ platform: 'facebook', content_type: 'static_post' })),
  inContent((m) => ({ platform: 'Instagram', content_type: 'static_post', images: [m.croissant] })),
  inPosts(() => ({ platform: 'linkedin', post_type: 'post' })),
  inContent((m) => ({ platform: 'YouTube', content_type: 'short_video or reel', media_url: m.bakeryReel })),
  inContent(() => ({ platform: 'twitter', content_type: 'static_post' })),
  inContent(() => ({ platform: 'Mastodon', content_type: 'static_post' })),
  inContent((m) => ({ platform: 'bluesky', content_type: 'static_post', images: [m.croissant] })),
  inContent(() => ({ platform: 'Threads', content_type: 'static_post' })),
  inContent((m) => ({ platform: 'TikTok', content_type: 'short_video or reel', media_url: m.cyclingStory })),
  inContent((m) => ({ platform: 'facebook', content_type: 'static_post', images: [m.roadBike] })),
  inPosts(() => ({ platform: 'linkedin', post_type: 'article', metadata: { publish_options: LINK } })),
  inContent((m) => ({
    platform: 'instagram',
    content_type: 'carousel',
    carousel_images: [m.sourdough, m.chainring],
    metadata: { total_images: 2 },
  })),
  inPosts(() => ({ platform: 'Facebook', post_type: 'text', metadata: { publish_options: LINK } })),
  inContent((m) => ({ platform: 'LinkedIn', content_type: 'static_post', images: [m.winterTyres] })),
  inContent((m) => ({
    platform: 'facebook',
    content_type: 'carousel',
    carousel_images: [m.sourdough, m.croissant],
  })),
  inContent((m) => ({
    platform: 'instagram',
    content_type: 'reel',
    media_url: m.cyclingStory,
    images: [m.chainring],
  })),
  inPosts((m) => ({ platform: 'youtube', post_type: 'video', primary_image_url: m.cyclingFilm })),
  inPosts((m) => ({ platform: 'facebook', post_type: 'video', primary_image_url: m.cyclingFilm })),
  inContent((m) => ({
    platform: 'linkedin',
    content_type: 'carousel',
    carousel_images: [m.mountainPass, m.croissant],
  })),
  inPosts((m) => ({ platform: 'instagram', post_type: 'story', primary_image_url: m.cyclingStory })),
  inPosts((m) => ({ platform: 'linkedin', post_type: 'post', primary_image_url: m.menu })),
  inContent((m) => ({ platform: 'facebook', content_type: 'reel', media_url: m.bakeryReel })),
  inPosts((m) => ({ platform: 'Twitter', post_type: 'post', primary_image_url: m.chainring })),
  inPosts(() => ({ platform: 'bluesky', post_type: 'post' })),
  inContent((m) => ({ platform: 'mastodon', content_type: 'static_post', images: [m.winterTyres] })),
  inPosts(() => ({ platform: 'bluesky', post_type: 'article', metadata: { publish_options: LINK } })),
  inContent((m) => ({
    platform: 'mastodon',
    content_type: 'carousel',
    carousel_images: [m.mountainPass, m.chainring],
  })),
  inContent((m) => ({ platform: 'bluesky', content_type: 'reel', media_url: m.bakeryReel })),
  inPosts((m) => ({ platform: 'mastodon', post_type: 'video', primary_image_url: m.cyclingFilm })),
  inContent((m) => ({
    platform: 'bluesky',
    content_type: 'carousel',
    carousel_images: [m.sourdough, m.roadBike],
  })),
  inPosts(() => ({ platform: 'mastodon', post_type: 'article', metadata: { publish_options: LINK } })),
  inPosts((m) => ({ platform: 'bluesky', post_type: 'video', primary_image_url: m.cyclingFilm })),
  inContent((m) => ({ platform: 'mastodon', content_type: 'reel', media_url: m.cyclingStory })),
  inContent((m) => ({ platform: 'threads', content_type: 'static_post', images: [m.croissant] })),
  inPosts(() => ({ platform: 'threads', post_type: 'article', metadata: { publish_options: LINK } })),
  inContent((m) => ({
    platform: 'threads',
    content_type: 'carousel',
    carousel_images: [m.chainring, m.bakeryReel],
  })),
  inPosts((m) => ({ platform: 'threads', post_type: 'video', primary_image_url: m.cyclingFilm })),
  inContent((m) => ({ platform: 'threads', content_type: 'reel', media_url: m.bakeryReel })),
  inContent((m) => ({ platform: 'tiktok', content_type: 'static_post', images: [m.croissant] })),
  inPosts((m) => ({ platform: 'tiktok', post_type: 'video', primary_image_url: m.cyclingFilm })),
  inContent((m) => ({
    platform: 'tiktok',
    content_type: 'carousel',
    carousel_images: [m.mountainPass, m.winterTyres],
  })),
];
const LINK = { link: 'https://raobakes.example/news' };

const OPENINGS = [
  'New this week',
  'From the workshop',
  'Seen on Saturday',
  'A small question',
  'Back in stock',
];
const BODIES = [
  'we changed one thing and kept the rest.',
  'it took three tries and one good night’s sleep.',
  'you asked for it more than once, so here it is.',
  'the first twelve are spoken for; the rest wait on the counter.',
  'what looks simple took the longest, as always.',
  'bring a friend and tell us which one of you was right.',
  'made by hand, packed by hand, carried by bike.',
];

const publishers = people.filter(({ accounts }) => accounts === 'all');

/**
 * `count` posts that can be published, due within the minute before `now`, each with a text of its own; the same ones
 * every time. Any number of neighbours differ in kind and owner, so that even a few cover much.
 */
export function seedPosts(count: number, now: Date, media: SeedMedia): SeedPosts {
  const posts = { created_content: [] as Row[], content_posts: [] as Row[] };
  for (let index = 0; index < count; index += 1) {
    const mould = pick(MOULDS, index);
    const owner = pick(publishers, index);
    const own = mould.table === 'created_content';
    const made = mould.make(media);
    posts[mould.table].push({
      id: seedId(own ? 6 : 7, index + 1),
      ...(own ? { user_id: owner.id } : { campaign_id: campaignOf(owner) }),
      status: 'scheduled',
      title: `${pick(OPENINGS, index)}, no. ${index + 1}`,
      content: `${owner.shop}: ${pick(BODIES, index)}`,
      hashtags: [`#${owner.shop.replaceAll(' ', '')}`],
      ...when(index, own, owner, now),
      ...made,
      metadata: { ...(made['metadata'] as Row | undefined), ...author(index, made, owner) },
    });
  }
  return posts;
}

function when(index: number, own: boolean, owner: Person, now: Date): Row {
  const due = new Date(now.getTime() - 2_000 - ((index * 7) % 50) * 1_000);
  const ways = own ? [schedule.instant, schedule.chat, schedule.wallClock] : [schedule.wallClock];
  return pick(ways, Math.floor(index / MOULDS.length))(due, owner.timezone);
}

/** On LinkedIn everybody has two accounts. */
function author(index: number, made: Row, owner: Person): Row {
  if (String(made['platform']).toLowerCase() !== 'linkedin') return {};
  const turn = Math.floor(index / publishers.length) % 2;
  return { account_id: linkedinAuthor(owner, turn === 0 ? 'member' : 'organization') };
}

function pick<T>(list: readonly T[], index: number): T {
  const found = list[index % list.length];
  if (found === undefined) throw new RangeError('nothing to pick from');
  return found;
}

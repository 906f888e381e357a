import type { PostKind } from '../../src/core/media.ts';
import type { MediaRule } from '../../src/core/platform.ts';
import { platforms } from '../../src/platforms/index.ts';
import { accountsOf, type SeedAccount } from '../../src/sandbox/accounts.ts';
import type { Row } from '../../src/sandbox/insert-rows.ts';
import { type Person, seedId } from '../../src/sandbox/people.ts';
import type { SeedMedia } from '../../src/sandbox/seed-media.ts';

export type Table = 'created_content' | 'content_posts';

/** A post of one kind for one account, as the app would write it. */
export interface Example {
  /** 'facebook reel with a cover'. */
  readonly name: string;
  readonly platform: SeedAccount['platform'];
  readonly table: Table;
  /** Index among the owner's accounts on that platform. */
  readonly account: number;
  /** Whether the platform shows the text; else only the file tells which post it is. */
  readonly showsText: boolean;
  readonly follows: Follows | null;
  columns(media: SeedMedia): Row;
}

/** What stands below the post: a first comment, or the two parts of a text that fits only into three. */
export type Follows = 'comment' | 'thread';

/** Behind the sandbox's own people; their accounts' ids have room for two digits. */
const FIRST_PERSON = 15;
const LAST_PERSON = 99;
export const MOST_OWNERS = LAST_PERSON - FIRST_PERSON + 1;

interface Form {
  readonly name: string;
  readonly kind: PostKind;
  /** Roles of media beyond the kind's usual one; the platform must take them. */
  readonly needs: MediaRule['role'];
  /** The platform must have such a thing. */
  readonly follows: Follows;
  columns(media: SeedMedia): Row;
}

const LINK = { publish_options: { link: 'https://raobakes.example/news' } };

/** What the app writes into created_content for each kind. */
const FORMS: Readonly<
  Record<PostKind, readonly (Omit<Form, 'kind' | 'needs' | 'follows'> & Partial<Form>)[]>
> = {
  text: [
    { name: 'text', columns: () => ({ content_type: 'static_post' }) },
    { name: 'text with a comment', follows: 'comment', columns: () => ({ content_type: 'static_post' }) },
    { name: 'thread', follows: 'thread', columns: () => ({ content_type: 'static_post' }) },
  ],
  link: [
    { name: 'link', columns: () => ({ content_type: 'static_post', metadata: LINK }) },
    {
      name: 'link with a picture',
      needs: 'cover',
      columns: (m) => ({ content_type: 'static_post', metadata: LINK, images: [m.openingHours] }),
    },
  ],
  image: [
    { name: 'image', columns: (m) => ({ content_type: 'static_post', images: [m.sourdough] }) },
    // Converted where the platform takes no PNG.
    { name: 'PNG image', columns: (m) => ({ content_type: 'static_post', images: [m.croissant] }) },
  ],
  carousel: [
    { name: 'carousel', columns: (m) => carousel([m.sourdough, m.croissant]) },
    {
      name: 'carousel with a video',
      needs: 'video',
      columns: (m) => carousel([m.sourdough, m.bakeryReel]),
    },
  ],
  video: [
    { name: 'video', columns: (m) => ({ content_type: 'long_video', media_url: m.cyclingFilm }) },
    {
      name: 'video with a comment',
      follows: 'comment',
      columns: (m) => ({ content_type: 'long_video', media_url: m.cyclingFilm }),
    },
  ],
  reel: [
    { name: 'reel', columns: (m) => ({ content_type: 'short_video or reel', media_url: m.bakeryReel }) },
    {
      name: 'reel with a cover',
      needs: 'cover',
      columns: (m) => ({
        content_type: 'short_video or reel',
        media_url: m.bakeryReel,
        images: [m.sourdough],
      }),
    },
  ],
  story: [
    {
      name: 'photo story',
      needs: 'image',
      columns: (m) => ({ content_type: 'story', images: [m.mountainPass] }),
    },
    {
      name: 'video story',
      needs: 'video',
      columns: (m) => ({ content_type: 'story', media_url: m.cyclingStory }),
    },
  ],
  document: [{ name: 'document', columns: (m) => ({ content_type: 'document', media_url: m.menu }) }],
};

function carousel(urls: readonly string[]): Row {
  return { content_type: 'carousel', carousel_images: urls, metadata: { total_images: urls.length } };
}

/** One row of content_posts per platform: the other table's way through the program. */
const FROM_CAMPAIGN: Readonly<Record<SeedAccount['platform'], (media: SeedMedia) => Row>> = {
  facebook: () => ({ post_type: 'text' }),
  instagram: (m) => ({ post_type: 'post', primary_image_url: m.sourdough }),
  linkedin: () => ({ post_type: 'post' }),
  mastodon: () => ({ post_type: 'post' }),
  bluesky: () => ({ post_type: 'post' }),
  threads: () => ({ post_type: 'post' }),
  tiktok: (m) => ({ post_type: 'video', primary_image_url: m.cyclingFilm }),
  youtube: (m) => ({ post_type: 'video', primary_image_url: m.cyclingFilm }),
  x: () => ({ post_type: 'post' }),
};

/** Every platform with every kind of post that it takes, in every form, and every account where that matters. */
export const examples: readonly Example[] = (Object.keys(platforms) as (keyof typeof platforms)[]).flatMap(
  (platform) => {
    const kinds: Readonly<Partial<Record<PostKind, { readonly media: readonly MediaRule[] }>>> =
      platforms[platform].capabilities.kinds;
    const forms = Object.entries(kinds).flatMap(([kind, { media }]) =>
      FORMS[kind as PostKind]
        .filter(({ needs }) => needs === undefined || media.some(({ role }) => role === needs))
        .filter(({ follows = null }) => follows === null || canFollow(platform, follows))
        .map(({ name, columns, follows = null }) => ({ name, kind: kind as PostKind, follows, columns })),
    );
    const inContent = forms.map(({ name, kind, follows, columns }) => ({
      name: `${platform} ${name}`,
      platform,
      table: 'created_content' as const,
      account: 0,
      showsText: kind !== 'story',
      follows,
      columns,
    }));
    const others = accountsOf(personOf(0)).filter((one) => one.platform === platform).length - 1;
    const byOthers = Array.from({ length: others }, (_, index) =>
      inContent.slice(0, 2).map((example) => ({
        ...example,
        name: `${example.name} by account ${index + 2}`,
        account: index + 1,
      })),
    );
    const inPosts = {
      name: `${platform} post of a campaign`,
      platform,
      table: 'content_posts' as const,
      account: 0,
      showsText: true,
      follows: null,
      columns: FROM_CAMPAIGN[platform],
    };
    return [...inContent, ...byOthers.flat(), inPosts];
  },
);

export function canFollow(platform: SeedAccount['platform'], follows: Follows): boolean {
  return (follows === 'comment' ? 'first_comment' : 'thread') in platforms[platform].options;
}

/** An example that is the same post in the other table, where there is one. */
export function copyOf({ platform, name, table, account }: Example): Example | undefined {
  const original = {
    facebook: 'text',
    linkedin: 'text',
    instagram: 'image',
    youtube: 'video',
    x: 'text',
    mastodon: 'text',
    bluesky: 'text',
    threads: 'text',
    tiktok: 'video',
  }[platform];
  if (table !== 'created_content' || account !== 0 || name !== `${platform} ${original}`) return undefined;
  return examples.find((one) => one.platform === platform && one.table === 'content_posts');
}

/** Somebody with an account on every platform, from 0. */
export function personOf(index: number): Person {
  const number = FIRST_PERSON + index;
  if (number > LAST_PERSON) throw new RangeError(`only ${MOST_OWNERS} people`);
  return {
    number,
    id: seedId(1, number),
    email: `owner-${number}@example.test`,
    name: `Owner ${number}`,
    shop: `Shop ${number}`,
    timezone: 'UTC',
    accounts: 'all',
  };
}

import { appendHashtags } from '../../src/core/compose.ts';
import type { PostKind } from '../../src/core/media.ts';
import type { Post } from '../../src/core/post.ts';
import { platforms } from '../../src/platforms/index.ts';
import {
  COMMENT_SCOPES,
  FACEBOOK_LOGIN_SCOPES,
  INSTAGRAM_LOGIN_SCOPES,
} from '../../src/sandbox/platforms/instagram/gate.ts';
import { FULL_SCOPES as MASTODON_SCOPES } from '../../src/sandbox/platforms/mastodon/gate.ts';
import type { SimAccount } from '../../src/sandbox/platforms/simulator.ts';
import { FULL_SCOPES as THREADS_SCOPES } from '../../src/sandbox/platforms/threads/gate.ts';
import { FULL_SCOPES as TIKTOK_SCOPES } from '../../src/sandbox/platforms/tiktok/gate.ts';

export type RegisteredPlatform = keyof typeof platforms;

/** One post that the contract suite takes through everything that can happen to it. */
export interface Example {
  /** For test names: 'a carousel with a video'. */
  readonly name: string;
  readonly kind: PostKind;
  readonly account: SimAccount;
  /** Names of files in supabase/seed/media. */
  readonly files: readonly string[];
  /** Preview picture of a video or link. */
  readonly cover?: string;
  /** Its whole text, where that matters. */
  readonly text?: string;
  /** metadata.publish_options */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A post that something follows. */
export interface FollowedExample extends Example {
  /** What the public then reads, by effect, in order. */
  readonly says: Readonly<Record<string, string>>;
  /** Permissions that only what follows needs, as the platform calls them. */
  readonly needs: readonly string[];
  /** Nobody may list it: what is lost is a person's. */
  readonly unlisted?: true;
  /** It is prepared like a post: a container, a key of its own. */
  readonly prepared?: true;
}

/** What the contract suite has to know about a platform that its module does not say. */
interface PlatformFacts {
  readonly accounts: readonly [SimAccount, ...SimAccount[]];
  /** Somebody else's account, which can post the same. */
  readonly stranger: SimAccount;
  /** Every form in which the platform writes the address of a post; none of them is there. */
  readonly addresses: readonly [string, ...string[]];
  /** What may follow posts of this platform; without it nothing does. */
  readonly followed?: readonly FollowedExample[];
  /** Beside one post of each kind of the capabilities from the first account. */
  readonly more: readonly Example[];
  /** Where the public sees something else than the post's kind. */
  readonly shownKind?: (post: Post) => string;
  /** Where the public does not see the post's text as it is. */
  readonly shownText?: (post: Post) => string;
  /** Whether a cover is a medium of the public post. */
  readonly showsCover?: boolean;
  /** Kinds whose public address the platform keeps to itself. */
  readonly withoutUrl?: readonly PostKind[];
  /** Kinds that the platform documents no figures of. */
  readonly withoutFigures?: readonly PostKind[];
  /**
   * How the platform counts the characters of a text. 'weights': an emoji as two, every other character as one. 'emoji
   * bytes': an emoji by its bytes.
   */
  readonly counts: 'code points' | 'code units' | 'bytes' | 'weights' | 'graphemes' | 'emoji bytes';
  /** A second limit of the text, in bytes. */
  readonly maxBytes?: number;
  /** What the text's limit has to hold beside the text itself, as the platform counts it. */
  readonly beside?: (post: Post) => number;
  /** How long a repeat names the first one, where that is not the usual 7 minutes. */
  readonly repeatWindowMs?: number;
  /** A value for each of its options that makes what is sent longer or shorter than without it. */
  readonly samples: Readonly<Record<string, unknown>>;
  /** A refusal in the platform's own shape, with a code that nobody has ever seen. */
  readonly unknownCode: { readonly status: number; readonly json: unknown };
  /** Headers by which the platform says "seven minutes from now". */
  readonly sevenMinutes: (now: Date) => Readonly<Record<string, string>>;
  /** Paths of questions that are asked by POST and change nothing. */
  readonly askedByPost?: readonly string[];
  /** Paths whose documentation demands the token in the query. */
  readonly tokenInQuery?: readonly string[];
}

const graphUsage = {
  'x-business-use-case-usage': JSON.stringify({ '1': [{ estimated_time_to_regain_access: 7 }] }),
};
const graphUnknownCode = {
  status: 400,
  json: { error: { message: 'Never seen before', type: 'OAuthException', code: 98_765, fbtrace_id: 'AbC' } },
};

const facebookPage: SimAccount = {
  id: '102030405060708',
  name: 'Rao Bakes',
  token: 'EAAB-contract-page-token',
  scopes: ['pages_manage_posts', 'pages_read_engagement', 'pages_show_list', 'pages_manage_engagement'],
};
const instagramByFacebook: SimAccount = {
  id: '17841400000000001',
  name: 'raobakes',
  token: 'EAAB-contract-instagram-token',
  scopes: [...FACEBOOK_LOGIN_SCOPES, COMMENT_SCOPES['facebook login']],
  extra: { pageId: '102030405060708' },
};
const instagramByInstagram: SimAccount = {
  id: '17841400000000002',
  name: 'colecycles',
  token: 'IGAA-contract-instagram-token',
  scopes: [...INSTAGRAM_LOGIN_SCOPES, COMMENT_SCOPES['instagram login']],
};
const linkedinMember: SimAccount = {
  id: 'urn:li:person:aB3_x-9',
  name: 'Asha Rao',
  token: 'AQV-contract-member-token',
  refreshToken: 'AQX-contract-refresh-token',
  scopes: ['openid', 'profile', 'w_member_social', 'w_member_social_feed', 'r_member_postAnalytics'],
};
const linkedinOrganization: SimAccount = {
  id: 'urn:li:organization:79988552',
  name: 'Rao Bakes',
  token: 'AQV-contract-organization-token',
  scopes: [
    'w_organization_social',
    'w_organization_social_feed',
    'r_organization_social',
    'rw_organization_admin',
  ],
};
const blueskyAccount: SimAccount = {
  id: 'did:plc:ewvi7nxzyoun6zhxrhs64oiz',
  name: 'raobakes.example',
  token: 'eyJhbGciOiJFUzI1NksifQ.eyJzY29wZSI6ImNvbnRyYWN0In0.c2lnbmF0dXJl',
  refreshToken: 'cont-ract-pass-word',
  scopes: [],
  extra: { server: 'https://pds.example' },
};
const mastodonAccount: SimAccount = {
  id: '109500000000000001@mastodon.example',
  name: 'Rao Bakes',
  token: 'contract-mastodon-token',
  scopes: MASTODON_SCOPES,
  extra: { server: 'https://mastodon.example' },
};
const threadsAccount: SimAccount = {
  id: '25000000000000001',
  name: 'raobakes',
  token: 'THAA-contract-threads-token',
  scopes: THREADS_SCOPES,
};
const youtubeChannel: SimAccount = {
  id: 'UCabcdefghijklmnopqrstuv',
  name: 'Cole Cycles TV',
  token: 'ya29.contract-token',
  refreshToken: '1//0contract-refresh-token',
  scopes: [
    'https://www.googleapis.com/auth/youtube.upload',
    'https://www.googleapis.com/auth/youtube.readonly',
    'https://www.googleapis.com/auth/youtube.force-ssl',
  ],
};
const tiktokAccount: SimAccount = {
  id: '_000contractcontractcontract1',
  name: 'Rao Bakes',
  token: 'act.contract-access-token-of-tiktok',
  refreshToken: 'rft.contract-refresh-token-of-tiktok',
  scopes: TIKTOK_SCOPES,
  extra: { username: 'raobakes' },
};
const xUser: SimAccount = {
  id: '1445566778899001122',
  name: 'Rao Bakes',
  token: 'x-contract-access-token',
  refreshToken: 'x-contract-refresh-token',
  scopes: ['tweet.read', 'tweet.write', 'users.read', 'media.write', 'offline.access'],
};
const xUserInOldNames: SimAccount = {
  ...xUser,
  id: '1445566778899003344',
  name: 'Cole Cycles',
  token: 'x-contract-second-access-token',
  refreshToken: 'x-contract-second-refresh-token',
  extra: { naming: 'tweet' },
};

const stranger = (of: SimAccount, id: string): SimAccount => ({
  ...of,
  id,
  name: 'Somebody else',
  token: `${of.token}-of-somebody-else`,
});

const FILES: Readonly<Record<PostKind, readonly string[]>> = {
  text: [],
  link: [],
  image: ['bakery-sourdough.jpg'],
  // WebP: where a platform does not take it, a converted copy is published.
  carousel: ['bakery-sourdough.jpg', 'bakery-cinnamon-roll.webp'],
  video: ['cycling-film.mp4'],
  reel: ['bakery-reel.mp4'],
  story: ['cycling-story.mp4'],
  document: ['bakery-menu.pdf'],
};

/** Every character that some platform has been seen to stumble over. */
const COMMENT =
  'The recipe & more: https://bakery.example/roggen?day=sat (really) [yes] 👩‍👩‍👧\n#bread 100 %';

/** The first fills a post on LinkedIn, each of the others a comment. */
const LONG_PARAGRAPHS = [170, 72, 70].map(
  (many, index) => `Chapter ${index + 1}: ${'all about (rye). '.repeat(many).slice(0, -1)}`,
);

/** Add a platform here; the contract suite does not compile without it. */
export const facts = {
  bluesky: {
    accounts: [blueskyAccount],
    stranger: { ...stranger(blueskyAccount, 'did:plc:z72i7hdynmk6r22z27h6tvur'), name: 'somebody.example' },
    addresses: [
      'https://bsky.app/profile/raobakes.example/post/3lbxyzabcde2f',
      'https://bsky.app/profile/did:plc:ewvi7nxzyoun6zhxrhs64oiz/post/3lbxyzabcde2f?ref=share',
      'at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3lbxyzabcde2f',
    ],
    more: [
      {
        name: 'a link with a picture',
        kind: 'link',
        account: blueskyAccount,
        files: [],
        cover: 'bakery-opening-hours.jpg',
      },
      {
        name: 'a picture with labels in two languages',
        kind: 'image',
        account: blueskyAccount,
        files: ['bakery-sourdough.jpg'],
        options: { labels: ['nudity'], language: ['en', 'de'] },
      },
    ],
    followed: [{ ...inParts(blueskyAccount, 300), prepared: true }],
    shownKind: ({ kind }) => (kind === 'reel' ? 'video' : kind),
    showsCover: true,
    counts: 'graphemes',
    maxBytes: 3_000,
    samples: { alt_text: 'A loaf', language: 'en', labels: ['nudity'] },
    unknownCode: { status: 400, json: { error: 'NeverSeen', message: 'Never seen before' } },
    sevenMinutes: () => ({ 'retry-after': '420' }),
  },
  facebook: {
    accounts: [facebookPage],
    stranger: stranger(facebookPage, '998877665544332'),
    addresses: [
      'https://www.facebook.com/permalink.php?story_fbid=122100000000000001&id=102030405060708',
      'https://m.facebook.com/story.php?story_fbid=pfbid02AbCdEfGhIjKlMnOpQrStUv&id=102030405060708',
      'https://www.facebook.com/raobakes/posts/pfbid02AbCdEfGhIjKlMnOpQrStUv',
      'https://www.facebook.com/raobakes/posts/sourdough-is-back/122100000000000001/',
      'https://www.facebook.com/photo/?fbid=122100000000000001&set=a.1',
      'https://www.facebook.com/raobakes/photos/a.11/122100000000000001/',
      'https://www.facebook.com/reel/122100000000000001',
      'https://www.facebook.com/watch/?v=122100000000000001',
      'https://www.facebook.com/raobakes/videos/122100000000000001/',
      'https://www.facebook.com/102030405060708_122100000000000001',
      '102030405060708_122100000000000001',
    ],
    more: [
      { name: 'a photo story', kind: 'story', account: facebookPage, files: ['cycling-mountain-pass.jpg'] },
      {
        name: 'a text with a place',
        kind: 'text',
        account: facebookPage,
        files: [],
        options: { location_id: '7640348500' },
      },
    ],
    followed: [
      commented('text', facebookPage, { needs: ['pages_manage_engagement'] }),
      commented('carousel', facebookPage, { needs: ['pages_manage_engagement'] }),
      commented('reel', facebookPage, { needs: ['pages_manage_engagement'] }),
    ],
    shownText: withoutStoryText,
    withoutUrl: ['story'],
    withoutFigures: ['story'],
    counts: 'code points',
    samples: { alt_text: 'A loaf', first_comment: 'More', location_id: '7640348500' },
    unknownCode: graphUnknownCode,
    sevenMinutes: () => graphUsage,
  },
  instagram: {
    accounts: [instagramByFacebook, instagramByInstagram],
    stranger: stranger(instagramByFacebook, '17841400000000009'),
    addresses: [
      'https://www.instagram.com/p/C1234567890/',
      'https://www.instagram.com/raobakes/p/C1234567890/',
      'https://instagram.com/reel/C1234567890/?igsh=x',
      'https://www.instagram.com/reels/C1234567890/',
      'https://www.instagram.com/tv/C1234567890/',
      'https://www.instagram.com/stories/raobakes/3500000000000000000/',
      '18000000000000000',
    ],
    more: [
      {
        name: 'a photo story',
        kind: 'story',
        account: instagramByFacebook,
        files: ['cycling-mountain-pass.jpg'],
      },
      {
        name: 'a carousel with a video',
        kind: 'carousel',
        account: instagramByFacebook,
        files: ['bakery-croissant.png', 'bakery-reel.mp4'],
      },
      {
        name: 'a carousel with people on its second picture',
        kind: 'carousel',
        account: instagramByFacebook,
        files: ['bakery-sourdough.jpg', 'bakery-croissant.png'],
        options: { user_tags: [{ username: 'colecycles', x: 0.5, y: 0.8, file: 1 }] },
      },
      {
        name: 'a story with people',
        kind: 'story',
        account: instagramByInstagram,
        files: ['cycling-story.mp4'],
        options: { user_tags: [{ username: 'colecycles' }] },
      },
      {
        name: 'a picture with people and a place',
        kind: 'image',
        account: instagramByFacebook,
        files: ['bakery-sourdough.jpg'],
        options: {
          user_tags: [{ username: 'colecycles', x: 0.5, y: 0.8 }],
          collaborators: ['colecycles'],
          location_id: '7640348500',
          alt_text: 'A loaf of bread',
        },
      },
      {
        name: 'a reel with a cover by Instagram Login',
        kind: 'reel',
        account: instagramByInstagram,
        files: ['bakery-reel.mp4'],
        cover: 'bakery-croissant.png',
      },
    ],
    followed: [
      commented('image', instagramByFacebook, { needs: ['instagram_manage_comments'] }),
      commented('reel', instagramByInstagram, { needs: ['instagram_business_manage_comments'] }),
    ],
    shownKind: ({ kind }) => (kind === 'video' ? 'reel' : kind),
    shownText: withoutStoryText,
    counts: 'code points',
    samples: {
      alt_text: 'A loaf',
      first_comment: 'More',
      collaborators: ['colecycles'],
      location_id: '7640348500',
      share_to_feed: false,
      thumb_offset: 1_000,
      user_tags: [{ username: 'colecycles', x: 0.5, y: 0.5 }],
    },
    unknownCode: graphUnknownCode,
    sevenMinutes: () => graphUsage,
    // https://developers.facebook.com/docs/instagram-platform/reference/refresh_access_token
    tokenInQuery: ['/refresh_access_token'],
  },
  linkedin: {
    accounts: [linkedinMember, linkedinOrganization],
    stranger: stranger(linkedinOrganization, 'urn:li:organization:5005'),
    addresses: [
      'https://www.linkedin.com/feed/update/urn:li:share:7265000000000000000/',
      'https://www.linkedin.com/feed/update/urn%3Ali%3AugcPost%3A7265000000000000000',
      'https://www.linkedin.com/feed/update/urn:li:activity:7265000000000000000?utm_source=share',
      'https://www.linkedin.com/posts/asha-rao_sourdough-is-back-activity-7265000000000000000-AbCd',
      'https://www.linkedin.com/posts/asha-rao_share-7265000000000000000-AbCd?utm_medium=member_desktop',
      'https://www.linkedin.com/embed/feed/update/urn:li:ugcPost:7265000000000000000',
      'urn:li:share:7265000000000000000',
    ],
    more: [
      { name: 'a text of an organization', kind: 'text', account: linkedinOrganization, files: [] },
      {
        name: 'a poll of an organization',
        kind: 'text',
        account: linkedinOrganization,
        files: [],
        options: { poll: { question: 'Rye or spelt?', options: ['Rye', 'Spelt (whole)'], duration_days: 7 } },
      },
      {
        name: 'a text of an organization that mentions somebody',
        kind: 'text',
        account: linkedinOrganization,
        files: [],
        text: 'With thanks to @Rao & Sons (Bakers), who made #bread.',
        options: { mentions: [{ name: 'Rao & Sons (Bakers)', urn: 'urn:li:organization:2414183' }] },
      },
      {
        name: 'a carousel of an organization',
        kind: 'carousel',
        account: linkedinOrganization,
        files: ['bakery-sourdough.jpg', 'bakery-croissant.png', 'bakery-cinnamon-roll.webp'],
      },
      {
        name: 'a link with a picture',
        kind: 'link',
        account: linkedinMember,
        files: [],
        cover: 'bakery-opening-hours.jpg',
      },
    ],
    followed: [
      commented('text', linkedinMember, { needs: ['w_member_social_feed'], unlisted: true }),
      commented('image', linkedinOrganization, { needs: ['w_organization_social_feed'] }),
      {
        name: 'a long text with comments',
        kind: 'text',
        account: linkedinOrganization,
        files: [],
        text: LONG_PARAGRAPHS.join('\n\n'),
        options: { thread: true, first_comment: COMMENT },
        says: { 'part:2': LONG_PARAGRAPHS[1] ?? '', 'part:3': LONG_PARAGRAPHS[2] ?? '', comment: COMMENT },
        needs: ['w_organization_social_feed'],
      },
    ],
    shownKind: ({ kind }) => (kind === 'reel' ? 'video' : kind),
    // Of a mention the name is seen.
    shownText: ({ text, options }) => (options['mentions'] === undefined ? text : text.replace('@', '')),
    showsCover: true,
    counts: 'code units',
    samples: {
      alt_text: 'A loaf',
      first_comment: 'More',
      document_title: 'A card',
      link_title: 'A card',
      poll: { question: 'Rye?', options: ['Yes', 'No'], duration_days: 1 },
    },
    unknownCode: { status: 400, json: { status: 400, code: 'NEVER_SEEN', message: 'Never seen before' } },
    sevenMinutes: () => ({ 'retry-after': '420' }),
  },
  mastodon: {
    accounts: [mastodonAccount],
    stranger: stranger(mastodonAccount, '109500000000000009@mastodon.example'),
    addresses: [
      'https://mastodon.example/@rao_bakes/115000000000000000',
      'https://mastodon.example/web/@rao_bakes/115000000000000000',
      'https://mastodon.example/deck/@rao_bakes/115000000000000000?utm_source=share',
      'https://mastodon.example/users/rao_bakes/statuses/115000000000000000',
      '115000000000000000',
    ],
    more: [
      {
        name: 'a poll',
        kind: 'text',
        account: mastodonAccount,
        files: [],
        options: { poll: { options: ['Rye', 'Spelt'], duration_minutes: 60, multiple: true } },
      },
    ],
    followed: [{ ...inParts(mastodonAccount, 500), prepared: true }],
    shownKind: ({ kind }) => ({ link: 'text', reel: 'video' })[kind as string] ?? kind,
    // The server makes the card, of an address in the text.
    shownText: ({ text, link }) => (link === null ? text : `${text}\n\n${link.url}`),
    counts: 'graphemes',
    repeatWindowMs: 51 * 60_000,
    samples: {
      alt_text: 'A loaf',
      visibility: 'private',
      content_warning: 'Bread',
      sensitive: true,
      language: 'en',
      poll: { options: ['Yes', 'No'], duration_minutes: 60 },
    },
    unknownCode: { status: 422, json: { error: 'Never seen before' } },
    sevenMinutes: (now) => ({ 'x-ratelimit-reset': new Date(now.getTime() + 420_000).toISOString() }),
  },
  threads: {
    accounts: [threadsAccount],
    stranger: { ...stranger(threadsAccount, '25000000000000009'), name: 'somebody' },
    addresses: [
      'https://www.threads.com/@raobakes/post/DA1234567890',
      'https://www.threads.net/@raobakes/post/DA1234567890?xmt=AQ',
      'https://threads.net/t/DA1234567890/',
      '18000000000000000',
    ],
    more: [
      {
        name: 'a carousel with a video',
        kind: 'carousel',
        account: threadsAccount,
        files: ['bakery-croissant.png', 'bakery-reel.mp4'],
        options: { spoiler: true, quote: '18000000000000000' },
      },
      {
        name: 'a poll at a place',
        kind: 'text',
        account: threadsAccount,
        files: [],
        options: { poll: { options: ['Rye', 'Spelt', 'Both'] }, location_id: '7640348500' },
      },
      { name: 'a GIF', kind: 'text', account: threadsAccount, files: [], options: { gif: 'JIX9t2j0ZTN9S' } },
    ],
    followed: [{ ...inParts(threadsAccount, 500), prepared: true }],
    shownKind: ({ kind }) => (kind === 'reel' ? 'video' : kind),
    counts: 'emoji bytes',
    samples: {
      alt_text: 'A loaf',
      reply_control: 'everyone',
      topic_tag: 'bread',
      poll: { options: ['Yes', 'No'] },
      quote: '18000000000000000',
      gif: 'JIX9t2j0ZTN9S',
      location_id: '7640348500',
      spoiler: true,
    },
    unknownCode: graphUnknownCode,
    sevenMinutes: () => graphUsage,
    // https://developers.facebook.com/docs/threads/get-started/long-lived-tokens
    tokenInQuery: ['/refresh_access_token'],
  },
  tiktok: {
    accounts: [tiktokAccount],
    stranger: {
      ...stranger(tiktokAccount, '_000contractcontractcontract9'),
      extra: { username: 'somebodyelse' },
    },
    addresses: [
      'https://www.tiktok.com/@raobakes/video/7300000000000000000',
      'https://www.tiktok.com/@raobakes/photo/7300000000000000000?is_from_webapp=1',
      'https://m.tiktok.com/@somebody.else/video/7300000000000000000',
      '7300000000000000000',
    ],
    more: [],
    shownKind: ({ kind }) => (kind === 'reel' ? 'video' : kind),
    counts: 'code units',
    samples: {
      privacy: 'private',
      draft: true,
      disable_comment: true,
      disable_duet: true,
      disable_stitch: true,
      thumb_offset: 1_000,
      photo_title: 'Bread',
      auto_add_music: true,
      brand_content: true,
      brand_organic: true,
      ai_generated: true,
    },
    unknownCode: {
      status: 400,
      json: { data: {}, error: { code: 'never_seen', message: 'Never seen before', log_id: '2026' } },
    },
    // It documents none; this is everybody's.
    sevenMinutes: () => ({ 'retry-after': '420' }),
    askedByPost: [
      '/v2/post/publish/creator_info/query/',
      '/v2/post/publish/status/fetch/',
      '/v2/video/list/',
      '/v2/video/query/',
    ],
  },
  youtube: {
    accounts: [youtubeChannel],
    stranger: stranger(youtubeChannel, 'UCzzzzzzzzzzzzzzzzzzzzzz'),
    addresses: [
      'https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=1s',
      'https://youtu.be/dQw4w9WgXcQ?si=abc',
      'https://www.youtube.com/shorts/dQw4w9WgXcQ',
      'https://m.youtube.com/watch?v=dQw4w9WgXcQ',
      'https://www.youtube.com/embed/dQw4w9WgXcQ',
      'https://studio.youtube.com/video/dQw4w9WgXcQ/edit',
      'dQw4w9WgXcQ',
    ],
    more: [],
    followed: [
      {
        ...commented('video', youtubeChannel, {
          needs: ['https://www.googleapis.com/auth/youtube.force-ssl'],
        }),
        name: 'a first comment, a playlist and a thumbnail',
        cover: 'bakery-croissant.png',
        options: { first_comment: COMMENT, playlist: 'PLcontract0000000001', thumbnail: true },
        says: { comment: COMMENT, playlist: '', thumbnail: '' },
      },
    ],
    // YouTube decides by the film's shape; the example of a reel is upright.
    shownKind: ({ kind }) => (kind === 'reel' ? 'short' : kind),
    shownText: ({ title, body, hashtags }) => `${title}\n\n${appendHashtags(body, hashtags)}`,
    counts: 'bytes',
    samples: {
      first_comment: 'More',
      privacy: 'private',
      made_for_kids: true,
      category_id: '2',
      notify_subscribers: false,
      tags: ['rye'],
      playlist: 'PLcontract0000000001',
      thumbnail: true,
      publish_at: '2026-12-24T18:00:00+01:00',
    },
    unknownCode: {
      status: 400,
      json: { error: { code: 400, message: 'Never seen before', errors: [{ reason: 'neverSeen' }] } },
    },
    sevenMinutes: () => ({ 'retry-after': '420' }),
  },
  x: {
    accounts: [xUser, xUserInOldNames],
    stranger: stranger(xUser, '1445566778899009999'),
    addresses: [
      'https://x.com/raobakes/status/1990000000000000000',
      'https://x.com/raobakes/status/1990000000000000000/photo/1?s=20',
      'https://twitter.com/raobakes/status/1990000000000000000',
      'https://mobile.twitter.com/raobakes/statuses/1990000000000000000',
      'https://x.com/i/web/status/1990000000000000000',
      '1990000000000000000',
    ],
    more: [
      { name: 'a text where X speaks the older names', kind: 'text', account: xUserInOldNames, files: [] },
      {
        name: 'four pictures where X speaks the older names',
        kind: 'carousel',
        account: xUserInOldNames,
        files: [
          'bakery-sourdough.jpg',
          'bakery-croissant.png',
          'bakery-cinnamon-roll.webp',
          'cycling-road-bike.jpg',
        ],
      },
    ],
    followed: [inParts(xUser, 280)],
    shownKind: ({ kind }) => (kind === 'reel' ? 'video' : kind),
    shownText: ({ text, link }) => (link === null ? text : `${text}\n\n${link.url}`),
    counts: 'weights',
    // '.example' is no top-level domain, so X sees letters there and no address of 23.
    beside: ({ link }) => (link === null ? 0 : link.url.length + 2),
    samples: {
      alt_text: 'A loaf',
      poll: { options: ['Yes', 'No'], duration_minutes: 60 },
      reply_settings: 'following',
    },
    unknownCode: {
      status: 400,
      json: {
        title: 'Never seen',
        detail: 'Never seen before.',
        type: 'https://api.x.com/2/problems/never-seen',
        status: 400,
      },
    },
    sevenMinutes: (now) => ({
      'x-rate-limit-remaining': '0',
      'x-rate-limit-reset': String(Math.floor(now.getTime() / 1000) + 420),
    }),
  },
} as const satisfies Record<RegisteredPlatform, PlatformFacts>;

export function factsOf(name: RegisteredPlatform): PlatformFacts {
  return facts[name];
}

export const ALL_KINDS = Object.keys(FILES) as readonly PostKind[];

/** One post of every kind that the platform takes, and its special ones. */
export function examplesOf(name: RegisteredPlatform): Example[] {
  const { accounts, more } = factsOf(name);
  const taken: Readonly<Partial<Record<PostKind, unknown>>> = platforms[name].capabilities.kinds;
  const plain = ALL_KINDS.filter((kind) => taken[kind] !== undefined).map((kind) => ({
    name: `a post of kind ${kind}`,
    kind,
    account: accounts[0],
    files: FILES[kind],
  }));
  return [...plain, ...more];
}

function commented(
  kind: PostKind,
  account: SimAccount,
  more: Pick<FollowedExample, 'needs' | 'unlisted'>,
): FollowedExample {
  return {
    ...more,
    name: `a first comment on a post of kind ${kind} by ${account.name}`,
    kind,
    account,
    files: FILES[kind],
    options: { first_comment: COMMENT },
    says: { comment: COMMENT },
  };
}

/** A thread of three parts, each over half of what one may hold. */
function inParts(account: SimAccount, max: number): FollowedExample {
  const paragraphs = ['Rye', 'Wheat', 'Spelt'].map((flour) => `${flour} ${'and water '.repeat(max / 20)}.`);
  const [, second = '', third = ''] = paragraphs;
  return {
    name: 'a thread',
    kind: 'text',
    account,
    files: [],
    text: paragraphs.join('\n\n'),
    options: { thread: true },
    says: { 'part:2': second, 'part:3': third },
    needs: [],
  };
}

function withoutStoryText({ kind, text }: Post): string {
  return kind === 'story' ? '' : text;
}

import { asFilledText } from '../../core/json-value.ts';
import { firstCommentAsFollowUp } from '../../core/own-comment.ts';
import type { FollowUp } from '../../core/platform.ts';
import type { Post, PostMedia } from '../../core/post.ts';
import type { PostLink } from '../../core/post-link.ts';
import { splitText } from '../../core/split-text.ts';
import { MAX_PARTS, threadFollowUps } from '../../core/thread.ts';
import { capabilities } from './capabilities.ts';
import { toLittleText } from './little-text.ts';
import { type Poll, readOptions } from './options.ts';

/** Not in LinkedIn's documentation; what its own page and other tools take. */
export const MAX_COMMENT = 1_250;

const DURATIONS: Readonly<Record<Poll['duration_days'], string>> = {
  1: 'ONE_DAY',
  3: 'THREE_DAYS',
  7: 'SEVEN_DAYS',
  14: 'FOURTEEN_DAYS',
};

/** UTF-16 code units, as problems.ts counts. */
const count = (text: string) => text.length;

/** The text of the post and, where a thread was asked for, of the comments that go on with it; null: it cannot be cut. */
export function partsOf({ text, options }: Post): readonly string[] | null {
  const { max } = capabilities.text;
  if (!readOptions(options).thread || text.length <= max) return [text];
  if (text.length > max + MAX_COMMENT * MAX_PARTS) return null;
  const [head] = splitText(text, { max, count }) ?? [];
  if (head === undefined) return null;
  const comments = splitText(text.trim().slice(head.length), { max: MAX_COMMENT, count });
  return comments === null || comments.length >= MAX_PARTS ? null : [head, ...comments];
}

/** What stands in the post itself. */
export function postText(post: Post): string {
  return partsOf(post)?.[0] ?? post.text;
}

/** The same in LinkedIn's own format. */
export function commentaryOf(post: Post): string {
  return toLittleText(postText(post), readOptions(post.options).mentions);
}

export function followUps(post: Post): readonly FollowUp[] {
  return [...threadFollowUps(partsOf(post), count), ...firstCommentAsFollowUp(post)];
}

/** A file of the post with the URN that LinkedIn gave its upload. */
export interface UploadedMedia extends PostMedia {
  readonly urn: string;
}

/**
 * The visible request's body. Written once and kept as text in the checkpoint, because only a byte-identical
 * repeat is answered with the first one's URN.
 * https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api
 */
export function postBody(author: string, post: Post, media: readonly UploadedMedia[]): string {
  const content = contentOf(post, media);
  return JSON.stringify({
    author,
    commentary: commentaryOf(post),
    visibility: 'PUBLIC',
    distribution: { feedDistribution: 'MAIN_FEED', targetEntities: [], thirdPartyDistributionChannels: [] },
    lifecycleState: 'PUBLISHED',
    isReshareDisabledByAuthor: false,
    ...(content === null ? {} : { content }),
  });
}

function contentOf(post: Post, media: readonly UploadedMedia[]): Readonly<Record<string, unknown>> | null {
  const [first] = media;
  if (post.kind === 'link' && post.link !== null) {
    const { url: source, description } = post.link;
    const title = linkTitle(post, post.link);
    return { article: { source, title, description, thumbnail: first?.urn } };
  }
  const { poll } = readOptions(post.options);
  if (poll !== null && post.kind === 'text') {
    const options = poll.options.map((text) => ({ text }));
    return {
      poll: { question: poll.question, options, settings: { duration: DURATIONS[poll.duration_days] } },
    };
  }
  if (first === undefined) return null;
  if (post.kind === 'carousel') {
    return { multiImage: { images: media.map(({ urn, altText }) => ({ id: urn, altText })) } };
  }
  const title = post.kind === 'document' ? documentTitle(post) : first.role === 'video' ? post.title : null;
  return { media: { id: first.urn, altText: first.altText, title: title ?? undefined } };
}

/** LinkedIn fetches nothing from the page itself, so a card needs a title from us. */
export function linkTitle(post: Post, link: PostLink): string {
  return asFilledText(post.options['link_title']) ?? link.title ?? post.title ?? new URL(link.url).host;
}

export function documentTitle(post: Post): string | null {
  return asFilledText(post.options['document_title']) ?? post.title;
}

/** Kind and number of files, as they can be told from a listing too: 'carousel:3'. */
export function shapeOfPost(post: Post): string {
  const files = post.media.filter(({ role }) => role !== 'cover').length;
  return `${post.kind === 'reel' ? 'video' : post.kind}:${files}`;
}

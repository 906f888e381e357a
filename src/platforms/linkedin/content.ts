import { asFilledText } from '../../core/json-value.ts';
import type { Post, PostMedia } from '../../core/post.ts';
import type { PostLink } from '../../core/post-link.ts';
import { toLittleText } from './little-text.ts';

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
    commentary: toLittleText(post.text),
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

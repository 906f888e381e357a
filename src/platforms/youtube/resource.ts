/** What a post becomes on YouTube: title and description are fields of their own. */
import { appendHashtags } from '../../core/compose.ts';
import type { Post } from '../../core/post.ts';
import { readOptions } from './options.ts';

/** https://developers.google.com/youtube/v3/docs/videos#resource, as far as an upload sets it. */
export interface VideoResource {
  readonly snippet: {
    readonly title: string;
    readonly description: string;
    readonly tags?: readonly string[];
    readonly categoryId: string;
  };
  readonly status: {
    readonly privacyStatus: 'public' | 'unlisted' | 'private';
    /** Only of a video that is private until then. */
    readonly publishAt?: string;
    readonly selfDeclaredMadeForKids: boolean;
  };
}

/** '' when the post has no title for the public; problems.ts refuses that. */
export function titleOf(post: Post): string {
  return (post.title ?? '').trim();
}

/** Body and hashtags: the text without its title line. */
export function descriptionOf(post: Post): string {
  return appendHashtags(post.body, post.hashtags);
}

/** Hashtags without '#', then options.tags; each once, without regard to case. */
export function tagsOf(post: Post): string[] {
  const all = [...post.hashtags, ...readOptions(post.options).tags]
    .map((tag) => tag.replace(/^#+/, '').trim())
    .filter((tag) => tag !== '');
  return all.filter((tag, index) => all.findIndex((other) => sameTag(tag, other)) === index);
}

function sameTag(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

export function videoResource(post: Post): VideoResource {
  const { privacy, madeForKids, categoryId, publishAt } = readOptions(post.options);
  const tags = tagsOf(post);
  return {
    snippet: {
      title: titleOf(post),
      description: descriptionOf(post),
      ...(tags.length === 0 ? {} : { tags }),
      categoryId,
    },
    status: {
      ...(publishAt === null
        ? { privacyStatus: privacy }
        : { privacyStatus: 'private', publishAt: new Date(publishAt).toISOString() }),
      selfDeclaredMadeForKids: madeForKids,
    },
  };
}

import type { Published } from '../../core/platform.ts';
import type { Post } from '../../core/post.ts';

const SITE = 'https://www.facebook.com';

/** Facebook leads from a post's id to its address. */
export function postUrl(id: string): string {
  return `${SITE}/${id}`;
}

/** Video nodes name their post without the Page; everything else names it with. */
export function fullPostId(pageId: string, postId: string): string {
  return postId.includes('_') ? postId : `${pageId}_${postId}`;
}

/** Stories have no field for a text. The person is told, because the row of a story may well have one. */
export function storyWarning(post: Post): Pick<Published, 'warning'> {
  if (post.kind !== 'story' || post.text.trim() === '') return {};
  return {
    warning: 'A Facebook story shows only its photo or video; the text of the post was not published.',
  };
}

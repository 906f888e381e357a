import type { Published } from '../../core/platform.ts';
import type { Post } from '../../core/post.ts';

/** A post that is out. `container`: the public id is not known yet, so our container's stands for it. */
export function published(
  post: Post,
  idKind: 'media' | 'container',
  id: string,
  url: string | null,
): Published {
  const silent = post.kind === 'story' && post.text.trim() !== '';
  return {
    state: 'published',
    id,
    idKind,
    url,
    ...(silent ? { warning: 'A story on Instagram has no caption: its text is not shown.' } : {}),
  };
}

import type { FollowUp, KindCapabilities } from './platform.ts';
import type { Post, PostMedia } from './post.ts';

/** What the platform takes of this very post: what belongs to an option only where that is set. */
export function takenOf(kind: KindCapabilities, { options }: Pick<Post, 'options'>): KindCapabilities {
  return {
    ...kind,
    media: kind.media.filter(({ onlyWith }) => onlyWith === undefined || options[onlyWith] === true),
  };
}

/** The files that these acts show, and the rules for them: a comment below a film does not need the film again. */
export function shownBy(
  followUps: readonly FollowUp[],
  kind: KindCapabilities,
  post: Post,
): { readonly media: readonly PostMedia[]; readonly kind: KindCapabilities } {
  const isShown = ({ role }: { readonly role: PostMedia['role'] }) =>
    followUps.some((followUp) => followUp.role === role);
  return {
    media: post.media.filter(isShown),
    kind: { ...kind, media: takenOf(kind, post).media.filter(isShown) },
  };
}

import type { PublicPost, SimAccount, SimWorld } from './simulator.ts';

export interface SimComment {
  readonly id: string;
  readonly author: SimAccount;
  readonly text: string;
  readonly at: string;
}

/** Comments below simulated posts, whoever wrote them; what everybody sees stands in the ledger, as kind 'comment'. */
export interface Comments {
  add(author: SimAccount, on: string, comment: Pick<PublicPost, 'id' | 'text' | 'url'>): void;
  /** Newest first, without those that the fault 'listing_lag' still hides. */
  below(on: string): readonly SimComment[];
}

export function makeComments(world: SimWorld): Comments {
  const all: (SimComment & { readonly on: string })[] = [];
  return {
    add(author, on, comment) {
      const { at } = world.publish({ ...comment, account: author.id, kind: 'comment', media: [] });
      all.unshift({ id: comment.id, author, text: comment.text, at, on });
    },
    below: (on) =>
      all.filter((one) => one.on === on && world.visible(one.author.id).some(({ id }) => id === one.id)),
  };
}

/** A reply is a part of a thread. */
const FOLLOWING: readonly string[] = ['comment', 'reply', 'playlist', 'thumbnail'];

/** Whether it is a post of its own, and nothing that was done with one. */
export const isPost = ({ kind }: PublicPost): boolean => !FOLLOWING.includes(kind);

/** The public post of any account that has this id and may be commented on. */
export function postToComment(world: SimWorld, id: string): PublicPost | undefined {
  return world.accounts
    .flatMap((account) => world.visible(account.id))
    .find((post) => post.id === id && post.kind !== 'story' && isPost(post));
}

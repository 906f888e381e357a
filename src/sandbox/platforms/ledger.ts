import type { PublicPost } from './simulator.ts';

export interface Ledger {
  add(post: PublicPost): PublicPost;
  all(): PublicPost[];
  /** Newest first, without those younger than `lagMs` at `now`. */
  visible(platform: string, account: string, now: Date, lagMs: number): PublicPost[];
}

/** What became public, in order. Append-only: nothing that was visible once is ever taken back. */
export function createLedger(): Ledger {
  const posts: PublicPost[] = [];
  return {
    add(post) {
      posts.push(post);
      return post;
    },
    all: () => [...posts],
    visible: (platform, account, now, lagMs) =>
      posts
        .filter((post) => post.platform === platform && post.account === account)
        .filter((post) => lagMs === 0 || Date.parse(post.at) <= now.getTime() - lagMs)
        .reverse(),
  };
}

import type { Category } from './spec.ts';

export interface Finished {
  readonly at: number;
  readonly sha256: string;
  readonly flaw: string | null;
}

/** One uploaded file, from initialize on. */
export interface Media {
  readonly id: string;
  readonly key: string;
  readonly owner: string;
  readonly category: Category;
  readonly type: string;
  readonly totalBytes: number;
  readonly expiresAt: number;
  /** By segment_index: where the bytes lie. */
  readonly segments: Map<number, { readonly file: string; readonly bytes: number }>;
  altText?: string;
  /** Set by finalize. */
  finished?: Finished;
}

/** A post as created. */
export interface StoredPost {
  readonly id: string;
  readonly author: string;
  readonly text: string;
  readonly createdAt: number;
  readonly media: readonly Media[];
  readonly poll: boolean;
  readonly replyTo: string | null;
  readonly root: string;
}

export interface State {
  readonly media: Map<string, Media>;
  readonly posts: Map<string, StoredPost>;
}

export function emptyState(): State {
  return { media: new Map(), posts: new Map() };
}

type ProcessingState = 'none' | 'in_progress' | 'succeeded' | 'failed';

/** Photos are there at once; GIFs and videos are processed. */
export function processingOf(media: Media, now: number, processingMs: number): ProcessingState {
  if (media.finished === undefined || media.category === 'tweet_image') return 'none';
  if (now < media.finished.at + processingMs) return 'in_progress';
  return media.finished.flaw === null ? 'succeeded' : 'failed';
}

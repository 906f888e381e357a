import type { Found } from '../../core/platform.ts';
import type { ListedPost, ListedStory, Page } from './answers.ts';
import { type Caller, readPosts, readStories } from './api.ts';

/** 500 posts: a Page that publishes more within one quarantine needs a person. */
const MAX_PAGES = 20;
const PAGE_SIZE = 25;
/** Facebook's clock and the database's may differ. */
export const CLOCK_SKEW_MS = 60_000;

export interface Listing<T> {
  readonly items: readonly T[];
  /** Back to before the moment that was asked for, or to the very beginning. */
  readonly complete: boolean;
}

/** Posts from `since` on, and at least one page. */
export function listPosts(from: Caller, since: Date): Promise<Listing<ListedPost>> {
  return list(
    (after) => readPosts(from, PAGE_SIZE, after),
    // The last one, not any one: a pinned or backdated post may stand before newer ones.
    (page) => (page.at(-1)?.created_time ?? since) < since,
  );
}

export function listStories(from: Caller, armedAt: Date): Promise<Listing<ListedStory>> {
  const since = new Date(armedAt.getTime() - CLOCK_SKEW_MS);
  return list(
    (after) => readStories(from, since, after),
    () => false,
  );
}

export function unreadable(reason: string, lookAt: Date | null): Found {
  return { state: 'unknown', reason, lookAt };
}

export async function list<T>(
  read: (after: string | undefined) => Promise<Page<T>>,
  isEnough: (page: readonly T[]) => boolean,
): Promise<Listing<T>> {
  const items: T[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page = await read(after);
    items.push(...page.data);
    if (page.after === null || isEnough(page.data)) return { items, complete: true };
    after = page.after;
  }
  return { items, complete: false };
}

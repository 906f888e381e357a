import type { ListedPost } from './answers.ts';
import { type Caller, listPosts } from './api.ts';

/** 200 posts: an account that publishes more within one quarantine needs a person. */
const MAX_PAGES = 20;

interface Listing {
  readonly posts: readonly ListedPost[];
  /** By media key: 'photo', 'video', 'animated_gif'. */
  readonly mediaTypes: ReadonlyMap<string, string>;
  /** Back to `since`, with nothing that X could not show. */
  readonly complete: boolean;
}

/** Posts of the account from `since` on. */
export async function listSince(caller: Caller, userId: string, since: Date): Promise<Listing> {
  const posts: ListedPost[] = [];
  const mediaTypes = new Map<string, string>();
  let next: string | undefined;
  let whole = true;
  for (let read = 0; read < MAX_PAGES; read += 1) {
    const page = await listPosts(caller, userId, since, next);
    posts.push(...page.data);
    for (const { media_key, type } of page.includes?.media ?? []) mediaTypes.set(media_key, type);
    // Posts that are counted but not shown, or partial errors: something is there that nobody can place.
    whole &&= page.data.length === page.meta.result_count && (page.errors ?? []).length === 0;
    next = page.meta.next_token;
    if (next === undefined) return { posts, mediaTypes, complete: whole };
  }
  return { posts, mediaTypes, complete: false };
}

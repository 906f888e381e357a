import { normalizeText } from '../../core/fingerprint.ts';
import { HttpFailure } from '../../core/http.ts';
import type { Found, Job } from '../../core/platform.ts';
import type { ListedPost } from './answers.ts';
import { createApi } from './api.ts';
import { commentaryOf, shapeOfPost } from './content.ts';
import { fromLittleText } from './little-text.ts';
import { isOrganization, parsePostUrn, published } from './urn.ts';

/** How far LinkedIn's clock and the database's may be apart. */
const CLOCK_SKEW_MS = 60_000;
/** Looked through when we never sent it and somebody else may have. */
const RECENT_MS = 30 * 60_000;
const LOOK_AGAIN_MS = 60_000;
/** What cannot be read or attributed by then is a person's. */
const GIVE_UP_MS = 60 * 60_000;

const PAGE = 50;
const MAX_PAGES = 4;

type Reading =
  | { readonly posts: readonly ListedPost[] }
  /** `forever`: asking again does not help. */
  | { readonly failed: string; readonly forever: boolean };

/** What the list of an organization's posts tells; r_organization_social. Members' posts cannot be listed. */
export async function findInListing(job: Job): Promise<Found> {
  if (!isOrganization(job.account.id))
    return unknown('LinkedIn does not let the posts of a member be read.', null);
  const now = job.now().getTime();
  const from = (job.armedAt?.getTime() ?? now - RECENT_MS) - CLOCK_SKEW_MS;
  const to = (job.lastPossibleAt?.getTime() ?? now) + CLOCK_SKEW_MS;
  const again = now < to + GIVE_UP_MS ? new Date(now + LOOK_AGAIN_MS) : null;

  const reading = await readBackTo(job, from);
  if ('failed' in reading) return unknown(reading.failed, reading.forever ? null : again);
  const inWindow = reading.posts.filter(({ createdAt }) => createdAt >= from && createdAt <= to);
  const known = await Promise.all(inWindow.map(({ id }) => job.isKnownId(id)));
  const strangers = inWindow.filter((_post, index) => known[index] !== true);
  if (strangers.length === 0) return { state: 'absent', proof: 'listing', checkpoint: null };

  const wanted = normalizeText(fromLittleText(commentaryOf(job.post)));
  const matches = strangers.filter(
    (post) =>
      normalizeText(fromLittleText(post.commentary)) === wanted && shapeOf(post) === shapeOfPost(job.post),
  );
  const [match] = matches;
  if (match === undefined)
    return unknown('A post of that time on the page belongs to nothing we know of.', again);
  if (matches.length > 1) return unknown('Several posts of that time on the page look like this one.', again);
  const urn = parsePostUrn(match.id);
  if (urn === null || match.lifecycleState !== 'PUBLISHED')
    return unknown('LinkedIn still works on the post.', again);
  return published(urn);
}

/** All posts back to `from`, or why they cannot be told. */
async function readBackTo(job: Job, from: number): Promise<Reading> {
  const api = createApi(job, job.account);
  const posts: ListedPost[] = [];
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await api.listPosts(job.account.id, page * PAGE, PAGE).catch((error: unknown) => {
      if (error instanceof HttpFailure) return null;
      throw error;
    });
    if (answer === null) return { failed: 'LinkedIn did not answer.', forever: false };
    if ('status' in answer) {
      const forever = answer.status === 403;
      return { failed: `LinkedIn does not list the posts of the page (HTTP ${answer.status}).`, forever };
    }
    posts.push(...answer);
    // Only a list in order is complete up to where it ends.
    const inOrder = posts.every((post, index) => post.createdAt <= (posts[index - 1]?.createdAt ?? Infinity));
    if (!inOrder) return { failed: 'LinkedIn lists the posts of the page in no order.', forever: false };
    if (answer.length === 0 || answer.some(({ createdAt }) => createdAt < from)) return { posts };
  }
  return { failed: 'The page has more posts since then than are looked through.', forever: true };
}

/** As shapeOfPost: 'image:1'. */
function shapeOf({ content }: ListedPost): string {
  if (content?.multiImage !== undefined) return `carousel:${content.multiImage.images.length}`;
  if (content?.article !== undefined) return 'link:0';
  if (content?.media === undefined) return 'text:0';
  return `${/^urn:li:(\w+):/.exec(content.media.id)?.[1] ?? 'unknown'}:1`;
}

function unknown(reason: string, lookAt: Date | null): Found {
  return { state: 'unknown', reason, lookAt };
}

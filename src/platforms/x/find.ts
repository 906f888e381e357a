import { PublishError } from '../../core/errors.ts';
import { type Found, type Job, MAIN_EFFECT } from '../../core/platform.ts';
import type { ListedPost } from './answers.ts';
import { callerOf } from './api.ts';
import { readCheckpoint } from './checkpoint.ts';
import { partOf } from './content.ts';
import { listSince } from './listing.ts';
import { isOurs } from './match.ts';
import { published } from './published.ts';

/** X's clock and the database's may differ. */
const CLOCK_SKEW_MS = 60_000;
/** X may still have worked on the request when the connection was lost. */
const AFTERMATH_MS = 5 * 60_000;
const LOOK_AGAIN_MS = 60_000;

/** X has no key of ours, so the list of the account's posts decides. */
export async function find(job: Job): Promise<Found> {
  if (job.armedAt === null) return unknown('Nothing was sent that could be looked for.', null);
  try {
    return await lookThrough(job, job.armedAt);
  } catch (error) {
    if (!(error instanceof PublishError)) throw error;
    // 402 too: without credits X shows nothing, and that tells nothing.
    return unknown(
      `The posts of the account could not be read: ${error.message}`,
      error.retryAt ?? later(job),
    );
  }
}

async function lookThrough(job: Job, armedAt: Date): Promise<Found> {
  const since = new Date(armedAt.getTime() - CLOCK_SKEW_MS);
  const until = (job.lastPossibleAt ?? job.now()).getTime() + AFTERMATH_MS;
  const { posts, mediaTypes, complete } = await listSince(callerOf(job, job.account), job.account.id, since);
  const inWindow = posts.filter(({ created_at }) => Date.parse(created_at) <= until);
  const strangers: ListedPost[] = [];
  for (const post of inWindow) if (!(await job.isKnownId(post.id))) strangers.push(post);

  const { text, before } = partOf(job.post, job.effect);
  const root = job.out[MAIN_EFFECT];
  const to = before === null ? undefined : job.out[before];
  const answers = root === undefined || to === undefined ? null : { root, to };
  const mediaKeys =
    before === null
      ? readCheckpoint(job.checkpoint).uploads.flatMap(({ mediaKey }) =>
          mediaKey === null ? [] : [mediaKey],
        )
      : [];
  const ours = strangers.filter((post) =>
    isOurs({ post: job.post, text, mediaKeys, answers }, post, mediaTypes),
  );
  const [only] = ours;
  if (only !== undefined && ours.length === 1) return published(only.id);
  if (ours.length > 1) return unknown(`${ours.length} posts of the account look like this one.`, null);
  if (!complete) return unknown('X did not show all posts back to the moment of sending.', later(job));
  if (strangers.length > 0) {
    const ids = strangers.map(({ id }) => id).join(', ');
    return unknown(`Posts of the account around that time belong to no known post: ${ids}.`, later(job));
  }
  return { state: 'absent', proof: 'listing', checkpoint: job.checkpoint };
}

function later(job: Job): Date {
  return new Date(job.now().getTime() + LOOK_AGAIN_MS);
}

function unknown(reason: string, lookAt: Date | null): Found {
  return { state: 'unknown', reason, lookAt };
}

import { PublishError } from '../../core/errors.ts';
import { HttpFailure } from '../../core/http.ts';
import type { Found, Job, Published } from '../../core/platform.ts';
import { type ContainerStatus, containerStatus, type ListedMedia } from './api.ts';
import { type Part, readCheckpoint } from './checkpoint.ts';
import { type Reading, readBack } from './listing.ts';
import { published } from './outcome.ts';

const LOOK_AGAIN_MS = 30_000;
const PROCESSING_MS = 5_000;

/**
 * Whether an armed post went out: the platform's word about our container decides; the account's list gives the public
 * id, and is asked where the container cannot tell. What cannot be read proves nothing.
 */
export async function find(job: Job): Promise<Found> {
  try {
    const state = readCheckpoint(job.checkpoint);
    if (state === null || state === 'unreadable' || state.container === null) {
      return await findWithoutContainer(job, state === 'unreadable');
    }
    return await findByContainer(job, state.container);
  } catch (error) {
    if (!(error instanceof PublishError) && !(error instanceof HttpFailure)) throw error;
    const retryAt = error instanceof PublishError ? error.retryAt : undefined;
    return unknown(`Instagram could not be read: ${error.message}`, retryAt ?? later(job, LOOK_AGAIN_MS));
  }
}

async function findByContainer(job: Job, container: Part): Promise<Found> {
  const code = await codeOf(job, container);
  if (code === 'PUBLISHED') return publishedMedia(job, container);
  if (code === 'IN_PROGRESS') return unknown('Instagram is still working on it.', later(job, PROCESSING_MS));
  // Before that moment our own request may still be on its way.
  const last = job.lastPossibleAt;
  if (last !== null && last > job.now()) return unknown('The request may still be on its way.', last);
  if (code === 'FINISHED') return findUnpublished(job);

  const seen = job.armedAt === null ? null : await readBack(job, job.armedAt);
  if (seen === null) return unknown('Nobody knows since when it could be out.', null);
  if (seen.candidates.length > 0) return candidate(job, seen.candidates);
  if (code === 'UNREADABLE')
    return unknown('Instagram does not show the container.', later(job, LOOK_AGAIN_MS));
  return judgeAbsence(job, seen, `The container is ${code}`);
}

/** Without our container only the list can tell. */
async function findWithoutContainer(job: Job, unreadable: boolean): Promise<Found> {
  if (job.armedAt === null) return unknown('Nothing was armed and nothing prepared.', null);
  const seen = await readBack(job, job.armedAt);
  if (seen.candidates.length > 0) return candidate(job, seen.candidates);
  // A container that we can no longer name could still be published.
  if (unreadable) return unknown('What was prepared can no longer be read.', null);
  return judgeAbsence(job, seen, 'No container is known');
}

/**
 * FINISHED: not published. The list is asked all the same, because that word may lag behind; a story cannot be told
 * from any other, so for stories the word counts alone.
 */
async function findUnpublished(job: Job): Promise<Found> {
  const seen = job.armedAt === null || job.post.kind === 'story' ? null : await readBack(job, job.armedAt);
  if (seen !== null && seen.candidates.length > 0) return candidate(job, seen.candidates);
  return { state: 'absent', proof: 'own-key', checkpoint: job.checkpoint };
}

/** It is out. Its public id is looked for; until it is found the container's id stands for it. */
async function publishedMedia(job: Job, container: Part): Promise<Published> {
  const byContainer = published(job.post, 'container', container.id, null);
  if (job.armedAt === null) return byContainer;
  try {
    const { candidates } = await readBack(job, job.armedAt);
    const [only, ...others] = candidates;
    return only === undefined || others.length > 0 ? byContainer : publicPost(job, only);
  } catch (error) {
    if (error instanceof PublishError || error instanceof HttpFailure) return byContainer;
    throw error;
  }
}

/**
 * Meta has answered 100/33 for containers that exist, for days, while lists and writes went on working
 * (github.com/gitroomhq/postiz-app/issues/1562).
 */
async function codeOf(job: Job, container: Part): Promise<ContainerStatus['status_code'] | 'UNREADABLE'> {
  try {
    return (await containerStatus(job, job.account, container.id)).status_code;
  } catch (error) {
    if (error instanceof PublishError && error.platformCode === '100/33') return 'UNREADABLE';
    throw error;
  }
}

function candidate(job: Job, [only, ...others]: readonly ListedMedia[]): Found {
  // Stories look all alike: without the container's word a match would be a guess.
  if (only === undefined || others.length > 0 || job.post.kind === 'story') {
    return unknown('Posts on the account could be this one, and nothing tells which.', null);
  }
  return publicPost(job, only);
}

function judgeAbsence(job: Job, seen: Reading, why: string): Found {
  if (seen.provesAbsence) return { state: 'absent', proof: 'listing', checkpoint: null };
  return unknown(
    `${why}, and the account holds posts that cannot be attributed or is not listed back far enough.`,
    later(job, LOOK_AGAIN_MS),
  );
}

function publicPost(job: Job, { id, permalink }: ListedMedia): Published {
  return published(job.post, 'media', id, permalink ?? null);
}

function unknown(reason: string, lookAt: Date | null): Found {
  return { state: 'unknown', reason, lookAt };
}

function later(job: Job, ms: number): Date {
  return new Date(job.now().getTime() + ms);
}

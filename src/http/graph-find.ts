/**
 * Whether a post went out that was prepared as a container (graph-containers.ts): the platform's word about our container
 * decides; the account's list gives the public id, and is asked where the container cannot tell. What cannot be read
 * proves nothing.
 */
import { PublishError } from '../core/errors.ts';
import { HttpFailure } from '../core/http.ts';
import type { Accepted, Found, Job, Published } from '../core/platform.ts';
import type { GraphPage } from './graph.ts';
import { type ContainerCode, readContainers } from './graph-containers.ts';

const LOOK_AGAIN_MS = 30_000;
const PROCESSING_MS = 5_000;
/** Their clock against the database's; their times are whole seconds. */
const SKEW_MS = 60_000;
/** How long after our last possible request a post may still appear as ours. */
const DELAY_MS = 10 * 60_000;
const MAX_PAGES = 20;

export interface Listed {
  readonly id: string;
  readonly timestamp: Date;
}

/** How one platform is asked. */
export interface FindKit<T extends Listed> {
  readonly label: string;
  /** 'UNREADABLE': it does not show the container, which says nothing. */
  status(job: Job, container: string): Promise<ContainerCode | 'UNREADABLE'>;
  /** One page, newest first, of the list that the post would stand in, and the cursor of the next one. */
  page(job: Job, after: string | undefined): Promise<GraphPage<T>>;
  isSame(job: Job, item: T): boolean;
  /** Whether a list that is complete since then must show the post. */
  mustList(job: Job, since: Date): boolean;
  /** Whether its words tell it from others of its kind. */
  hasWords(job: Job): boolean;
  shown(job: Job, item: T): Published;
  /** It is out, and the list does not tell under which id. */
  withoutId(job: Job, container: string): Published | Accepted;
}

interface Reading<T> {
  /** Posts of the time around the arm that are this one by all that the list shows and belong to no other target. */
  readonly candidates: readonly T[];
  /** The listing reaches back to before the arm, and every post since then belongs to another target. */
  readonly provesAbsence: boolean;
}

export async function findByContainers<T extends Listed>(job: Job, kit: FindKit<T>): Promise<Found> {
  try {
    const state = readContainers(job);
    if (state === null || state === 'unreadable' || state.container === null) {
      return await findWithoutContainer(job, kit, state === 'unreadable');
    }
    return await findByContainer(job, kit, state.container.id);
  } catch (error) {
    if (!(error instanceof PublishError) && !(error instanceof HttpFailure)) throw error;
    const retryAt = error instanceof PublishError ? error.retryAt : undefined;
    return unknown(`${kit.label} could not be read: ${error.message}`, retryAt ?? later(job, LOOK_AGAIN_MS));
  }
}

async function findByContainer<T extends Listed>(
  job: Job,
  kit: FindKit<T>,
  container: string,
): Promise<Found> {
  const code = await kit.status(job, container);
  if (code === 'PUBLISHED') return publishedPost(job, kit, container);
  if (code === 'IN_PROGRESS')
    return unknown(`${kit.label} is still working on it.`, later(job, PROCESSING_MS));
  // Before that moment our own request may still be on its way.
  const last = job.lastPossibleAt;
  if (last !== null && last > job.now()) return unknown('The request may still be on its way.', last);
  if (code === 'FINISHED') return findUnpublished(job, kit);

  const seen = job.armedAt === null ? null : await readBack(job, kit, job.armedAt);
  if (seen === null) return unknown('Nobody knows since when it could be out.', null);
  if (seen.candidates.length > 0) return candidate(job, kit, seen.candidates);
  if (code === 'UNREADABLE')
    return unknown(`${kit.label} does not show the container.`, later(job, LOOK_AGAIN_MS));
  return judgeAbsence(job, seen, `The container is ${code}`);
}

/** Without our container only the list can tell. */
async function findWithoutContainer<T extends Listed>(
  job: Job,
  kit: FindKit<T>,
  unreadable: boolean,
): Promise<Found> {
  if (job.armedAt === null) return unknown('Nothing was armed and nothing prepared.', null);
  const seen = await readBack(job, kit, job.armedAt);
  if (seen.candidates.length > 0) return candidate(job, kit, seen.candidates);
  // A container that we can no longer name could still be published.
  if (unreadable) return unknown('What was prepared can no longer be read.', null);
  return judgeAbsence(job, seen, 'No container is known');
}

/**
 * FINISHED: not published. The list is asked all the same, because that word may lag behind; where nothing in it tells
 * one post from the other, the word counts alone.
 */
async function findUnpublished<T extends Listed>(job: Job, kit: FindKit<T>): Promise<Found> {
  const seen = job.armedAt === null || !kit.hasWords(job) ? null : await readBack(job, kit, job.armedAt);
  if (seen !== null && seen.candidates.length > 0) return candidate(job, kit, seen.candidates);
  return { state: 'absent', proof: 'own-key', checkpoint: job.checkpoint };
}

/** It is out. Its public id is looked for. */
async function publishedPost<T extends Listed>(job: Job, kit: FindKit<T>, container: string): Promise<Found> {
  const withoutId = kit.withoutId(job, container);
  if (job.armedAt === null) return withoutId;
  try {
    const { candidates } = await readBack(job, kit, job.armedAt);
    const [only, ...others] = candidates;
    return only === undefined || others.length > 0 ? withoutId : kit.shown(job, only);
  } catch (error) {
    if (error instanceof PublishError || error instanceof HttpFailure) return withoutId;
    throw error;
  }
}

function candidate<T extends Listed>(job: Job, kit: FindKit<T>, [only, ...others]: readonly T[]): Found {
  // Without the container's word a match of posts that look all alike would be a guess.
  if (only === undefined || others.length > 0 || !kit.hasWords(job)) {
    return unknown('Posts on the account could be this one, and nothing tells which.', null);
  }
  return kit.shown(job, only);
}

function judgeAbsence<T>(job: Job, seen: Reading<T>, why: string): Found {
  if (seen.provesAbsence) return { state: 'absent', proof: 'listing', checkpoint: null };
  return unknown(
    `${why}, and the account holds posts that cannot be attributed or is not listed back far enough.`,
    later(job, LOOK_AGAIN_MS),
  );
}

/** Reads the account's posts back to the first moment the request could have left. */
async function readBack<T extends Listed>(job: Job, kit: FindKit<T>, armedAt: Date): Promise<Reading<T>> {
  const since = new Date(armedAt.getTime() - SKEW_MS);
  const { items, complete } = await readSince(job, kit, since);
  const until = (job.lastPossibleAt ?? job.now()).getTime() + DELAY_MS;
  const candidates: T[] = [];
  let attributed = true;
  for (const item of items) {
    if (await job.isKnownId(item.id)) continue;
    attributed = false;
    if (item.timestamp.getTime() <= until && kit.isSame(job, item)) candidates.push(item);
  }
  return { candidates, provesAbsence: complete && attributed && kit.mustList(job, since) };
}

async function readSince<T extends Listed>(
  job: Job,
  kit: FindKit<T>,
  since: Date,
): Promise<{ readonly items: readonly T[]; readonly complete: boolean }> {
  const items: T[] = [];
  let after: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const read = await kit.page(job, after);
    items.push(...read.items.filter(({ timestamp }) => timestamp >= since));
    const last = read.items.at(-1);
    if (read.after === undefined || (last !== undefined && last.timestamp < since)) {
      return { items, complete: true };
    }
    after = read.after;
  }
  return { items, complete: false };
}

function unknown(reason: string, lookAt: Date | null): Found {
  return { state: 'unknown', reason, lookAt };
}

function later(job: Job, ms: number): Date {
  return new Date(job.now().getTime() + ms);
}

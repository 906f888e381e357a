/**
 * What Meta's platforms share that publish in containers: built of addresses of files, looked at until they are FINISHED,
 * then made public by their id with one request. Everything before that is invisible and may be repeated.
 */
import { z } from 'zod';
import { PublishError } from '../core/errors.ts';
import { type Job, MAIN_EFFECT, type MediaFile, type Prepared } from '../core/platform.ts';

/** A container is kept for 24 hours (…/docs/instagram-platform/content-publishing, …/docs/threads/troubleshooting). */
const PART_LIFE_MS = 20 * 3_600_000;
// The same pages: "querying a container's status once per minute". Images take seconds, so the first looks come sooner.
const FIRST_LOOK_MS = 1_000;
const MAX_LOOK_MS = 60_000;
/** About 25 minutes; the documentation speaks of 5. After that another container is built. */
const MAX_LOOKS = 30;

export const CONTAINER_CODES = ['IN_PROGRESS', 'FINISHED', 'PUBLISHED', 'ERROR', 'EXPIRED'] as const;
export type ContainerCode = (typeof CONTAINER_CODES)[number];

const part = z.strictObject({
  id: z.string().regex(/^\d+$/),
  expiresAt: z.iso.datetime(),
  /** The platform has said FINISHED. */
  ready: z.boolean(),
});

const schema = z.strictObject({
  version: z.literal(1),
  /** The visible act that they are for. */
  effect: z.string().default(MAIN_EFFECT),
  /** Items of a carousel in the order of its files; null where there is none yet. */
  children: z.array(part.nullable()),
  /** What is published. */
  container: part.nullable(),
  /** How often the parts being processed have been looked at; decides when to look again. */
  looks: z.int().nonnegative(),
});

type Part = z.infer<typeof part>;
type Containers = z.infer<typeof schema>;

/** What one platform's containers are made of. */
export interface ContainerKit {
  readonly label: string;
  /** Files of a carousel, each of which gets a container of its own first. */
  items(job: Job): readonly MediaFile[];
  createItem(job: Job, file: MediaFile): Promise<string>;
  create(job: Job, items: readonly string[]): Promise<string>;
  status(job: Job, id: string): Promise<{ readonly code: ContainerCode; readonly detail: string }>;
  /** The error of a container that is in ERROR. */
  failure(detail: string, now: Date): PublishError;
}

/** null: nothing was prepared for this visible act. 'unreadable': something was, and we cannot tell what. */
export function readContainers(job: Pick<Job, 'checkpoint' | 'effect'>): Containers | 'unreadable' | null {
  if (job.checkpoint === null) return null;
  const parsed = schema.safeParse(job.checkpoint);
  if (!parsed.success) return 'unreadable';
  return parsed.data.effect === job.effect ? parsed.data : null;
}

/**
 * Builds containers until the one to publish is FINISHED. Repeated calls go on where the last one stopped.
 * @param mayBegin asked before the first container: throws when the account may publish no more today
 */
export async function prepareContainers(
  job: Job,
  kit: ContainerKit,
  mayBegin: (job: Job) => Promise<void>,
): Promise<Prepared> {
  const known = readContainers(job);
  if (known === 'unreadable' && job.armedAt !== null)
    throw unsettled('what was prepared can no longer be read');
  const start = known === null || known === 'unreadable' ? nothing(job) : known;
  // A container that is not ready was built after the last send, once its absence had been proved.
  if (job.sentBefore && start.container?.ready) return prepareAgain(job, kit, start, start.container);

  const items = kit.items(job);
  let state = livingParts(job, start, items.length);
  if (state.container === null) {
    if (state.children.every((child) => child === null)) await mayBegin(job);
    state = await buildItems(job, kit, state, items);
    state = await lookAtItems(job, kit, state);
    if (!state.children.every((child) => child?.ready)) return notYet(job, state);
    const ids = state.children.flatMap((child) => (child === null ? [] : [child.id]));
    state = { ...state, container: newPart(await kit.create(job, ids), job.now()), looks: 0 };
    await job.save(state);
  }
  const container = await look(job, kit, state.container, () => ({ ...state, container: null }));
  state = { ...state, container };
  return container?.ready === true ? { ready: true, checkpoint: state } : notYet(job, state);
}

/** The id to publish. @throws PublishError: nothing is sent */
export function preparedContainer(job: Job): string {
  const state = readContainers(job);
  const container = state === null || state === 'unreadable' ? null : state.container;
  // After a send of unknown outcome no other container may be built: the platform decides whether this one still lives.
  if (container !== null && (job.sentBefore || !isExpired(container, job.now()))) return container.id;
  throw new PublishError({
    kind: 'temporary',
    code: 'NOTHING_PREPARED',
    message: 'The post is not prepared, or was prepared too long ago. Nothing was sent.',
    hint: 'Nothing: it is prepared again by itself.',
  });
}

/** Only the same container may go out after a send of unknown outcome, and only while the platform calls it FINISHED. */
async function prepareAgain(
  job: Job,
  kit: ContainerKit,
  state: Containers,
  container: Part,
): Promise<Prepared> {
  const { code } = await kit.status(job, container.id);
  if (code !== 'FINISHED') throw unsettled(`${kit.label} says ${code} about the container that was sent`);
  return { ready: true, checkpoint: state };
}

/** What has expired, or belongs to another number of files, is built anew. */
function livingParts(job: Job, state: Containers, items: number): Containers {
  const now = job.now();
  const empty = { ...nothing(job), children: Array.from({ length: items }, () => null) };
  if (state.container !== null) return isExpired(state.container, now) ? empty : state;
  if (state.children.length !== items) return empty;
  const children = state.children.map((child) => (child !== null && isExpired(child, now) ? null : child));
  return { ...state, children };
}

async function buildItems(
  job: Job,
  kit: ContainerKit,
  before: Containers,
  files: readonly MediaFile[],
): Promise<Containers> {
  let state = before;
  for (const [index, file] of files.entries()) {
    if (state.children[index] != null) continue;
    const child = newPart(await kit.createItem(job, file), job.now());
    state = { ...state, children: state.children.with(index, child) };
    await job.save(state);
  }
  return state;
}

async function lookAtItems(job: Job, kit: ContainerKit, state: Containers): Promise<Containers> {
  const children = [...state.children];
  for (const [index, child] of children.entries()) {
    children[index] = await look(job, kit, child, () => ({ ...state, children: children.with(index, null) }));
  }
  return { ...state, children };
}

/** The part after a look at it. A part that failed is forgotten (`without` it) before the reason is thrown. */
async function look(
  job: Job,
  kit: ContainerKit,
  part: Part | null,
  without: () => Containers,
): Promise<Part | null> {
  if (part === null || part.ready) return part;
  const { code, detail } = await kit.status(job, part.id);
  switch (code) {
    case 'FINISHED':
      return { ...part, ready: true };
    case 'IN_PROGRESS':
      if (without().looks < MAX_LOOKS) return part;
      await job.save({ ...without(), looks: 0 });
      throw again(
        'PROCESSING_TOO_LONG',
        `${kit.label} has been processing the file for more than 20 minutes.`,
      );
    case 'PUBLISHED':
      throw unsettled(`${kit.label} says that it is published already`);
    case 'EXPIRED':
      await job.save(without());
      throw again('CONTAINER_EXPIRED', `${kit.label} no longer has the prepared post.`);
    case 'ERROR':
      await job.save(without());
      throw kit.failure(detail, job.now());
  }
}

function nothing({ effect }: Pick<Job, 'effect'>): Containers {
  return { version: 1, effect, children: [], container: null, looks: 0 };
}

function newPart(id: string, now: Date): Part {
  return { id, expiresAt: new Date(now.getTime() + PART_LIFE_MS).toISOString(), ready: false };
}

function isExpired(part: Part, now: Date): boolean {
  return Date.parse(part.expiresAt) <= now.getTime();
}

function notYet(job: Job, state: Containers): Prepared {
  const delay = Math.min(MAX_LOOK_MS, FIRST_LOOK_MS * 2 ** state.looks);
  const lookAt = new Date(job.now().getTime() + delay);
  return { ready: false, checkpoint: { ...state, looks: state.looks + 1 }, lookAt };
}

function again(code: string, message: string): PublishError {
  return new PublishError({
    kind: 'temporary',
    code,
    message,
    hint: 'Nothing: it is prepared again by itself.',
  });
}

function unsettled(why: string): PublishError {
  return new PublishError({
    kind: 'unknown',
    code: 'CONTAINER_UNSETTLED',
    message: `The post may be out already: ${why}.`,
    hint: 'Look at the account to see whether the post is there.',
  });
}

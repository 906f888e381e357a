import { PublishError } from '../../core/errors.ts';
import type { Job, MediaFile, Prepared } from '../../core/platform.ts';
import { containerStatus, createContainer, quota } from './api.ts';
import { type Containers, isExpired, NOTHING, newPart, type Part, readCheckpoint } from './checkpoint.ts';
import { containerError } from './errors.ts';
import { carouselForm, itemForm, singleForm } from './forms.ts';

// https://developers.facebook.com/docs/instagram-platform/content-publishing: "query a container's status once per
// minute". Images take seconds, so the first looks come sooner.
const FIRST_LOOK_MS = 1_000;
const MAX_LOOK_MS = 60_000;
/** About 25 minutes; the documentation speaks of 5. After that another container is built. */
const MAX_LOOKS = 30;
/** The quota rolls: the platform does not say when the oldest post leaves it. */
const QUOTA_LOOK_MS = 3_600_000;

/** Builds containers until the one to publish is FINISHED. Repeated calls go on where the last one stopped. */
export async function prepare(job: Job): Promise<Prepared> {
  const known = readCheckpoint(job.checkpoint);
  if (known === 'unreadable' && job.armedAt !== null)
    throw unsettled('what was prepared can no longer be read');
  const start = known === null || known === 'unreadable' ? NOTHING : known;
  // A container that is not ready was built after the last send, once its absence had been proved.
  if (job.sentBefore && start.container?.ready) return prepareAgain(job, start, start.container);

  let state = livingParts(job, start);
  if (state.container === null) {
    if (state.children.every((child) => child === null)) await checkQuota(job);
    if (job.post.kind === 'carousel') {
      state = await buildChildren(job, state);
      state = await lookAtChildren(job, state);
      if (!state.children.every((child) => child?.ready)) return notYet(job, state);
    }
    state = await buildContainer(job, state);
  }
  const container = await look(job, state.container, () => ({ ...state, container: null }));
  state = { ...state, container };
  return container?.ready === true ? { ready: true, checkpoint: state } : notYet(job, state);
}

/** Only the same container may go out after a send of unknown outcome, and only while the platform calls it FINISHED. */
async function prepareAgain(job: Job, state: Containers, container: Part): Promise<Prepared> {
  const { status_code: code } = await containerStatus(job, job.account, container.id);
  if (code !== 'FINISHED') throw unsettled(`Instagram says ${code} about the container that was sent`);
  return { ready: true, checkpoint: state };
}

async function checkQuota(job: Job): Promise<void> {
  const found = await quota(job, job.account);
  if (found === null || found.used < found.total) return;
  throw new PublishError({
    kind: 'rate_limited',
    code: 'QUOTA_USED_UP',
    message: `The account has published ${found.used} posts within 24 hours; Instagram allows ${found.total}.`,
    hint: 'Nothing: it goes out when the oldest of them is a day old.',
    retryAt: new Date(job.now().getTime() + QUOTA_LOOK_MS),
  });
}

/** What has expired, or belongs to another number of files, is built anew. */
function livingParts(job: Job, state: Containers): Containers {
  const now = job.now();
  if (state.container !== null) return isExpired(state.container, now) ? NOTHING : state;
  if (state.children.length !== shownFiles(job).length) return NOTHING;
  const children = state.children.map((child) => (child !== null && isExpired(child, now) ? null : child));
  return { ...state, children };
}

async function buildChildren(job: Job, before: Containers): Promise<Containers> {
  const files = shownFiles(job);
  let state = before;
  for (const [index, file] of files.entries()) {
    if (state.children[index] != null) continue;
    const id = await createContainer(job, job.account, await itemForm(file));
    const children = files.map((_, at) =>
      at === index ? newPart(id, job.now()) : (state.children[at] ?? null),
    );
    state = { ...state, children };
    await job.save(state);
  }
  return state;
}

async function lookAtChildren(job: Job, state: Containers): Promise<Containers> {
  const children = [...state.children];
  for (const [index, child] of children.entries()) {
    children[index] = await look(job, child, () => ({ ...state, children: children.with(index, null) }));
  }
  return { ...state, children };
}

async function buildContainer(job: Job, state: Containers): Promise<Containers> {
  const [file] = shownFiles(job);
  const cover = job.media.find(({ role }) => role === 'cover');
  const children = state.children.flatMap((child) => (child === null ? [] : [child.id]));
  const form =
    job.post.kind === 'carousel' || file === undefined
      ? carouselForm(job.post, children)
      : await singleForm(job.post, file, cover);
  const container = newPart(await createContainer(job, job.account, form), job.now());
  const built = { ...state, container, looks: 0 };
  await job.save(built);
  return built;
}

/** The part after a look at it. A part that failed is forgotten (`without` it) before the reason is thrown. */
async function look(job: Job, part: Part | null, without: () => Containers): Promise<Part | null> {
  if (part === null || part.ready) return part;
  const { status_code: code, status } = await containerStatus(job, job.account, part.id);
  switch (code) {
    case 'FINISHED':
      return { ...part, ready: true };
    case 'IN_PROGRESS':
      if (without().looks < MAX_LOOKS) return part;
      await job.save({ ...without(), looks: 0 });
      throw again('PROCESSING_TOO_LONG', 'Instagram has been processing the file for more than 20 minutes.');
    case 'PUBLISHED':
      throw unsettled('Instagram says that it is published already');
    case 'EXPIRED':
      await job.save(without());
      throw again('CONTAINER_EXPIRED', 'Instagram no longer has the prepared post.');
    case 'ERROR':
      await job.save(without());
      throw containerError(status, job.now());
  }
}

function shownFiles(job: Job): readonly MediaFile[] {
  return job.media.filter(({ role }) => role !== 'cover');
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

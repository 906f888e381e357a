import { randomUUID } from 'node:crypto';
import { PublishError } from '../../core/errors.ts';
import { type Job, MAIN_EFFECT, type Prepared } from '../../core/platform.ts';
import { type Api, createApi } from './api.ts';
import { keepUsable, NOTHING, readCheckpoint, type State, type Upload } from './checkpoint.ts';
import { partOf, statusBody } from './content.ts';
import { heedLimits } from './server-limits.ts';

/** 1 s, 2 s, 4 s … 30 s apart, for about an hour. */
const FIRST_LOOK_MS = 1_000;
const LONGEST_LOOK_MS = 30_000;
const MAX_LOOKS = 120;

/** Asks the server for its limits, uploads the files, waits until they are processed, and fixes the visible request. */
export async function prepare(job: Job): Promise<Prepared> {
  const read = readCheckpoint(job);
  let state = read === 'unreadable' ? NOTHING : read;
  // What may be out already is asked for with the very same request.
  if (job.sentBefore && state.request !== null) return { ready: true, checkpoint: state };
  if (job.effect !== MAIN_EFFECT) return { ready: true, checkpoint: withAnswer(job, state) };
  state = keepUsable(state, job.media, job.now());
  if (state.request !== null) return { ready: true, checkpoint: state };

  const api = createApi(job, job.account);
  if (state.uploads.length === 0) heedLimits(job, await api.configuration());
  for (const file of job.media.slice(state.uploads.length)) {
    const { id, ready } = await api.upload(file);
    const upload = { sha256: file.sha256, id, ready, looks: 0, at: job.now().getTime() };
    state = { ...state, uploads: [...state.uploads, upload] };
    await job.save(state);
  }
  const looked = await lookAtUploads(job, api, state);
  if (looked.lookAt !== null) return { ready: false, checkpoint: looked.state, lookAt: looked.lookAt };
  const { uploads } = looked.state;
  const { text } = partOf(job.post, job.effect);
  const ids = uploads.map(({ id }) => id);
  return { ready: true, checkpoint: withRequest(job, looked.state, statusBody(job.post, text, ids, null)) };
}

function withRequest(job: Job, state: State, body: string): State {
  const request = { effect: job.effect, key: randomUUID(), body };
  return { ...state, request, original: !job.sentBefore };
}

/** A further part of the thread: a text. The files went with the first one. */
function withAnswer(job: Job, state: State): State {
  if (state.request !== null) return state;
  const { text, before } = partOf(job.post, job.effect);
  const parent = before === null ? undefined : job.out[before];
  if (parent === undefined) throw parentUnknown();
  return withRequest(job, state, statusBody(job.post, text, [], parent));
}

/** Asks for every file that the server still processes; `lookAt`: when to ask again, null when all are there. */
async function lookAtUploads(
  job: Job,
  api: Api,
  before: State,
): Promise<{ readonly state: State; readonly lookAt: Date | null }> {
  let state = before;
  let wait = 0;
  for (const [index, upload] of before.uploads.entries()) {
    if (upload.ready) continue;
    const found = await api.mediaState(upload.id);
    if (found === 'gone' || found === 'failed' || upload.looks >= MAX_LOOKS) {
      await job.save({ ...state, uploads: state.uploads.slice(0, index) });
      throw notProcessed();
    }
    const ready = found === 'ready';
    const step: Upload = ready ? { ...upload, ready } : { ...upload, looks: upload.looks + 1 };
    state = { ...state, uploads: state.uploads.with(index, step) };
    if (!ready) wait = Math.max(wait, Math.min(FIRST_LOOK_MS * 2 ** upload.looks, LONGEST_LOOK_MS));
  }
  return { state, lookAt: wait === 0 ? null : new Date(job.now().getTime() + wait) };
}

function parentUnknown(): PublishError {
  return new PublishError({
    kind: 'temporary',
    code: 'PARENT_UNKNOWN',
    message: 'The part of the thread that this one answers to is not known. Nothing was sent.',
    hint: 'Nothing to do: it is tried again.',
  });
}

function notProcessed(): PublishError {
  return new PublishError({
    kind: 'temporary',
    code: 'MEDIA_FAILED',
    message: 'The server of the account could not process a file of the post.',
    hint: 'Nothing to do: it is uploaded and tried again. If it fails again, export the file anew and attach that.',
  });
}

import { PublishError } from '../../core/errors.ts';
import type { Job, Prepared } from '../../core/platform.ts';
import { type Api, createApi } from './api.ts';
import { keepUsable, NOTHING, readCheckpoint, type State, type Upload } from './checkpoint.ts';
import { postBody, type UploadedMedia } from './content.ts';
import { uploadFile } from './upload.ts';
import { isOrganization } from './urn.ts';

/** 1 s, 2 s, 4 s … 30 s apart. */
const FIRST_LOOK_MS = 1_000;
const LONGEST_LOOK_MS = 30_000;
/** About an hour. Videos of 30 minutes are processed in less; LinkedIn names no time. */
const MAX_LOOKS = 120;

/** Uploads the files one after the other, waits until LinkedIn has processed them, and fixes the visible request. */
export async function prepare(job: Job): Promise<Prepared> {
  const read = readCheckpoint(job.checkpoint);
  let state = read === 'unreadable' ? NOTHING : read;
  // What may be out already is asked for with the very same bytes; a member has no other way (publish.ts refuses).
  if (job.sentBefore && (state.body !== null || !isOrganization(job.account.id))) {
    return { ready: true, checkpoint: state };
  }
  state = keepUsable(state, job.media, job.now());
  const api = createApi(job, job.account);

  for (let index = 0; index < job.media.length; index += 1) state = await uploadFile(job, api, state, index);
  const looked = await lookAtUploads(job, api, state);
  if (looked.lookAt !== null) return { ready: false, checkpoint: looked.state, lookAt: looked.lookAt };
  state = looked.state;
  const media: UploadedMedia[] = job.media.flatMap((file, index) => {
    const urn = state.uploads[index]?.urn;
    return urn === undefined ? [] : [{ ...file, urn }];
  });
  if (state.body !== null) return { ready: true, checkpoint: state };
  const body = postBody(job.account.id, job.post, media);
  return { ready: true, checkpoint: { ...state, body, original: !job.sentBefore } };
}

/** Asks for every upload that LinkedIn still processes; `lookAt`: when to ask again, null when all are there. */
async function lookAtUploads(
  job: Job,
  api: Api,
  before: State,
): Promise<{ state: State; lookAt: Date | null }> {
  let state = before;
  let wait = 0;
  for (const [index, upload] of before.uploads.entries()) {
    if (upload.stage !== 'sent') continue;
    const answer = await api.status(upload.urn);
    // w_member_social alone may not look; then just post (images-api, "Permissions").
    const ready = answer === null || answer.status === 'AVAILABLE';
    if (!ready && (answer.status === 'PROCESSING_FAILED' || upload.looks >= MAX_LOOKS)) {
      await job.save({ ...state, uploads: state.uploads.slice(0, index) });
      throw notProcessed(answer.processingFailureReason);
    }
    const step: Upload = ready ? { ...upload, stage: 'ready' } : { ...upload, looks: upload.looks + 1 };
    state = { ...state, uploads: state.uploads.with(index, step) };
    if (!ready) wait = Math.max(wait, Math.min(FIRST_LOOK_MS * 2 ** upload.looks, LONGEST_LOOK_MS));
  }
  return { state, lookAt: wait === 0 ? null : new Date(job.now().getTime() + wait) };
}

function notProcessed(reason: string | undefined): PublishError {
  return new PublishError({
    kind: 'temporary',
    code: 'MEDIA_ASSET_PROCESSING_FAILED',
    message: `LinkedIn could not process a file of the post${reason === undefined ? '' : ` (${reason})`}.`,
    hint: 'Nothing to do: it is uploaded and tried again. If it fails again, export the file anew and attach that.',
    platformCode: reason,
  });
}

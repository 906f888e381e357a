import { PublishError } from '../../core/errors.ts';
import type { Job, MediaFile } from '../../core/platform.ts';
import type { UploadAnswer } from './answers.ts';
import { appendSegment, type Caller, describe, finishUpload, startUpload, uploadStatus } from './api.ts';
import { expiresAt, type State, type Upload } from './checkpoint.ts';

/** X advises at most 5 MB and numbers segments 0 to 999; a file of 8 GB would need more of them, so they grow. */
const SEGMENT_BYTES = 4 * 1024 * 1024;
const MAX_SEGMENTS = 1000;
/** Of STATUS, when X names none. */
const LOOK_MS = 2_000;
const LONGEST_LOOK_MS = 60_000;
/** Some hours at the longest pause: films of 20 minutes are processed in less. */
const MAX_LOOKS = 300;

/** Brings file `index` of the job to X from wherever an earlier attempt stopped, and saves every step. */
export async function uploadFile(job: Job, caller: Caller, before: State, index: number): Promise<State> {
  const file = job.media[index];
  if (file === undefined) return before;
  let state = before;
  const save = async (step: Upload): Promise<Upload> => {
    const uploads = index < state.uploads.length ? state.uploads.with(index, step) : [...state.uploads, step];
    state = { ...state, uploads };
    await job.save(state);
    return step;
  };
  let upload = before.uploads[index] ?? (await save(await start(job, caller, file)));
  try {
    if (upload.stage === 'started') upload = await send(job, caller, file, upload, save);
    if (upload.stage === 'sent' && file.altText !== undefined) {
      await describe(caller, upload.id, file.altText);
      upload = await save({ ...upload, stage: 'described' });
    }
    return state;
  } catch (error) {
    if (!(error instanceof PublishError) || !(error.kind === 'rejected' || error.code === 'media-lost'))
      throw error;
    await job.save({ ...state, uploads: state.uploads.slice(0, index) });
    // Of an upload that an earlier attempt began, X may have refused only what was already done.
    throw before.uploads[index] === undefined ? error : beganEarlier(error);
  }
}

function beganEarlier(cause: PublishError): PublishError {
  return new PublishError({
    kind: 'temporary',
    code: 'UPLOAD_INTERRUPTED',
    message: `The upload of a file was interrupted, and X does not let it go on: ${cause.message}`,
    hint: 'Nothing to do: the file is uploaded anew.',
    platformCode: cause.platformCode,
    traceId: cause.traceId,
    cause,
  });
}

async function start(job: Job, caller: Caller, file: MediaFile): Promise<Upload> {
  // From before the upload: the file is never older than we think.
  const until = expiresAt(job.now());
  const { mime, bytes } = file.info;
  const category = file.role === 'video' ? 'tweet_video' : mime === 'image/gif' ? 'tweet_gif' : 'tweet_image';
  const { id, media_key } = await startUpload(caller, { type: mime, category, bytes });
  return {
    sha256: file.sha256,
    id,
    mediaKey: media_key ?? null,
    stage: 'started',
    segments: 0,
    lookAt: null,
    looks: 0,
    expiresAt: until,
  };
}

async function send(
  job: Job,
  caller: Caller,
  file: MediaFile,
  started: Upload,
  save: (step: Upload) => Promise<Upload>,
): Promise<Upload> {
  const { bytes } = file.info;
  const size = Math.max(SEGMENT_BYTES, Math.ceil(bytes / MAX_SEGMENTS));
  let upload = started;
  while (upload.segments * size < bytes) {
    const first = upload.segments * size;
    await appendSegment(
      caller,
      upload.id,
      upload.segments,
      file.source(first, Math.min(first + size, bytes)),
    );
    upload = await save({ ...upload, segments: upload.segments + 1 });
  }
  const answer = await finishUpload(caller, upload.id);
  const mediaKey = answer.media_key ?? upload.mediaKey;
  return await save({ ...upload, stage: 'sent', mediaKey, lookAt: nextLook(job.now(), answer, 0) });
}

/** Asks for every file that X still processes; `lookAt`: when to ask again, null when all are there. */
export async function lookAtUploads(
  job: Job,
  caller: Caller,
  before: State,
): Promise<{ readonly state: State; readonly lookAt: Date | null }> {
  let state = before;
  for (const [index, upload] of before.uploads.entries()) {
    if (upload.stage === 'ready') continue;
    const step = await lookAt(job, caller, upload).catch(async (error: unknown) => {
      if (error instanceof PublishError && error.code === NOT_PROCESSED)
        await job.save({ ...state, uploads: state.uploads.slice(0, index) });
      throw error;
    });
    state = { ...state, uploads: state.uploads.with(index, step) };
  }
  const looks = state.uploads.flatMap(({ lookAt }) => (lookAt === null ? [] : [Date.parse(lookAt)]));
  return { state, lookAt: looks.length === 0 ? null : new Date(Math.min(...looks)) };
}

async function lookAt(job: Job, caller: Caller, upload: Upload): Promise<Upload> {
  if (upload.lookAt === null) return { ...upload, stage: 'ready' };
  const now = job.now();
  if (Date.parse(upload.lookAt) > now.getTime()) return upload;
  const answer = await uploadStatus(caller, upload.id);
  const { state, error } = answer.processing_info ?? { state: 'succeeded' };
  if (state === 'succeeded') return { ...upload, stage: 'ready', lookAt: null };
  if (state === 'failed') throw notProcessed(error?.message || error?.name || '');
  if (upload.looks >= MAX_LOOKS) throw notProcessed('it never became ready');
  return { ...upload, looks: upload.looks + 1, lookAt: nextLook(now, answer, upload.looks + 1) };
}

/** Null: there is nothing to wait for. */
function nextLook(now: Date, { processing_info }: UploadAnswer, looks: number): string | null {
  if (processing_info === undefined) return null;
  const asked = (processing_info.check_after_secs ?? 0) * 1000;
  const wait = Math.min(Math.max(asked, LOOK_MS * Math.min(looks, 10), 1_000), LONGEST_LOOK_MS);
  return new Date(now.getTime() + wait).toISOString();
}

const NOT_PROCESSED = 'MEDIA_NOT_PROCESSED';

function notProcessed(reason: string): PublishError {
  return new PublishError({
    kind: 'rejected',
    code: NOT_PROCESSED,
    message: `X could not process a file of the post${reason === '' ? '' : ` (${reason})`}.`,
    hint: 'Export the file anew (videos as MP4 with H.264 and AAC), attach that and schedule the post again.',
    platformCode: reason === '' ? undefined : reason,
  });
}

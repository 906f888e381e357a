import { PublishError } from '../../core/errors.ts';
import { type Job, MAIN_EFFECT, type Prepared } from '../../core/platform.ts';
import { type Api, createApi } from './api.ts';
import { keepUsable, nothing, readCheckpoint } from './checkpoint.ts';
import { draftOf, partOf, type RecordRef, type Said } from './content.ts';
import { blueskyError } from './errors.ts';
import { facetsOf, mentionsIn } from './facets.ts';
import { newTid } from './tid.ts';
import { rkeyOf } from './uri.ts';

/** Readers see the time of the record, and it is looked for by that time. */
const STAMP_LIFE_MS = 60_000;

/** Uploads the files, finds whom the text mentions, and fixes key, time and content of the record. */
export async function prepare(job: Job): Promise<Prepared> {
  const read = readCheckpoint(job);
  const media = job.effect === MAIN_EFFECT ? job.media : [];
  let state = keepUsable(read === 'unreadable' ? nothing(job.effect) : read, media, job.now());
  const api = createApi(job, job.account);

  if (state.blobs.length < media.length) await heedUploadLimit(job, api);
  for (const file of media.slice(state.blobs.length)) {
    const blob = await api.upload(file);
    state = {
      ...state,
      blobs: [...state.blobs, { sha256: file.sha256, at: job.now().getTime(), blob }],
      draft: null,
    };
    await job.save(state);
  }
  if (state.draft === null) {
    const attached = media.flatMap((file, index) => {
      const blob = state.blobs[index]?.blob;
      return blob === undefined ? [] : [{ file, blob }];
    });
    state = { ...state, draft: draftOf(job.post, await said(job, api), attached) };
  }
  // What may have left under one stamp never gets another: the server would hold both.
  const fixed = state.stamp !== null && (state.kept || job.sentBefore);
  const age = state.stamp === null ? Infinity : job.now().getTime() - Date.parse(state.stamp.createdAt);
  if (!fixed && age > STAMP_LIFE_MS) {
    const stamp = { rkey: newTid(job.now()), createdAt: job.now().toISOString() };
    state = { ...state, stamp, original: !job.sentBefore };
  }
  return { ready: true, checkpoint: state };
}

async function said(job: Job, api: Api): Promise<Said> {
  const { text, before } = partOf(job.post, job.effect);
  if (before === null) return { text, facets: await facets(api, text), reply: null };
  const parent = await refOf(job, api, before);
  const root = before === MAIN_EFFECT ? parent : await refOf(job, api, MAIN_EFFECT);
  return { text, facets: await facets(api, text), reply: { root, parent } };
}

/** An answer names the very version of what it answers to. */
async function refOf(job: Job, api: Api, effect: string): Promise<RecordRef> {
  const uri = job.out[effect];
  const found = uri === undefined ? null : await api.getRecord(job.account.id, rkeyOf(uri));
  if (found !== null && 'status' in found) throw blueskyError(found, job.now(), 'not armed');
  if (uri !== undefined && found?.cid !== undefined) return { uri, cid: found.cid };
  throw new PublishError({
    kind: 'temporary',
    code: 'PARENT_UNKNOWN',
    message: 'The server does not show the part of the thread that this one answers to. Nothing was sent.',
    hint: 'Look whether it was deleted; else nothing: it is tried again by itself.',
  });
}

async function facets(api: Api, text: string) {
  const dids = new Map<string, string>();
  for (const handle of new Set(mentionsIn(text))) {
    const did = await api.resolveHandle(handle);
    if (did !== null) dids.set(handle, did);
  }
  return facetsOf(text, dids);
}

async function heedUploadLimit({ media }: Job, api: Api): Promise<void> {
  const largest = Math.max(...media.map(({ info }) => info.bytes));
  const most = await api.uploadLimit();
  if (most === null || largest <= most) return;
  throw new PublishError({
    kind: 'rejected',
    code: 'MEDIA_TOO_LARGE',
    message: `A file has ${largest} bytes; the server of the account takes at most ${most}.`,
    hint: 'Use a smaller file and schedule the post again.',
  });
}

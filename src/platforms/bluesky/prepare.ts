import { PublishError } from '../../core/errors.ts';
import type { Job, Prepared } from '../../core/platform.ts';
import { type Api, createApi } from './api.ts';
import { keepUsable, NOTHING, readCheckpoint } from './checkpoint.ts';
import { draftOf } from './content.ts';
import { facetsOf, mentionsIn } from './facets.ts';
import { newTid } from './tid.ts';

/** Readers see the time of the record, and it is looked for by that time. */
const STAMP_LIFE_MS = 60_000;

/** Uploads the files, finds whom the text mentions, and fixes key, time and content of the record. */
export async function prepare(job: Job): Promise<Prepared> {
  const read = readCheckpoint(job.checkpoint);
  let state = keepUsable(read === 'unreadable' ? NOTHING : read, job.media, job.now());
  const api = createApi(job, job.account);

  if (state.blobs.length < job.media.length) await heedUploadLimit(job, api);
  for (const file of job.media.slice(state.blobs.length)) {
    const blob = await api.upload(file);
    state = {
      ...state,
      blobs: [...state.blobs, { sha256: file.sha256, at: job.now().getTime(), blob }],
      draft: null,
    };
    await job.save(state);
  }
  if (state.draft === null) {
    const attached = job.media.flatMap((file, index) => {
      const blob = state.blobs[index]?.blob;
      return blob === undefined ? [] : [{ file, blob }];
    });
    state = { ...state, draft: draftOf(job.post, await facets(api, job.post.text), attached) };
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

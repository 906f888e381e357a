import { PublishError } from '../../core/errors.ts';
import type { Job, MediaFile } from '../../core/platform.ts';
import type { Api } from './api.ts';
import type { State, Upload } from './checkpoint.ts';

/**
 * Brings file `index` of the job to LinkedIn, from wherever an earlier attempt stopped, and saves every step.
 * An upload that LinkedIn refuses is forgotten, so that the next attempt begins it anew.
 */
export async function uploadFile(job: Job, api: Api, before: State, index: number): Promise<State> {
  const file = job.media[index];
  let upload = before.uploads[index];
  if (file === undefined || (upload !== undefined && upload.stage !== 'started')) return before;

  const save = async (step: Upload): Promise<State> => {
    const state = { ...before, uploads: before.uploads.with(index, step), body: null };
    await job.save(state);
    return state;
  };
  if (upload === undefined) {
    upload = await start(job, api, file);
    before = { ...before, uploads: [...before.uploads, upload] };
    await job.save(before);
  }
  try {
    return await save({ ...(await send(api, file, upload, save)), stage: 'sent' });
  } catch (error) {
    if (error instanceof PublishError) await job.save({ ...before, uploads: before.uploads.slice(0, index) });
    throw error;
  }
}

async function start(job: Job, api: Api, file: MediaFile): Promise<Upload> {
  const owner = job.account.id;
  const common = { sha256: file.sha256, stage: 'started' as const, etags: [], looks: 0 };
  if (file.role === 'video') {
    const { urn, token, expiresAt, parts } = await api.startVideo(owner, file.info.bytes);
    return { ...common, urn, uploadToken: token, expiresAt: expiresAt ?? null, parts: [...parts] };
  }
  const { urn, url, expiresAt } = await api.startUpload(
    file.role === 'document' ? 'document' : 'image',
    owner,
  );
  const parts = [{ url, first: 0, last: file.info.bytes - 1 }];
  return { ...common, urn, uploadToken: '', expiresAt: expiresAt ?? null, parts };
}

async function send(
  api: Api,
  file: MediaFile,
  started: Upload,
  save: (step: Upload) => Promise<unknown>,
): Promise<Upload> {
  let upload = started;
  if (file.role !== 'video') {
    for (const { url } of upload.parts) await api.putFile(url, file.source(), file.info.mime);
    return upload;
  }
  for (const { url, first, last } of upload.parts.slice(upload.etags.length)) {
    const etag = await api.putPart(url, file.source(first, last + 1));
    upload = { ...upload, etags: [...upload.etags, etag] };
    await save(upload);
  }
  await api.finishVideo(upload.urn, upload.uploadToken, upload.etags);
  return upload;
}

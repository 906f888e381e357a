import { badParameter, refuse } from '../graph-refusal.ts';
import type { SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { appendBytes, hashAndDiscard, inspectVideo, uploadFile } from './files.ts';
import { formOf } from './parameters.ts';
import { isExpired } from './processing.ts';
import { ERRORS } from './refusals.ts';
import type { SimVideo, State } from './state.ts';

/** The first piece is small and each further one twice as long, so that every file of any length needs several. */
const FIRST_CHUNK = 64 * 1024;
const LARGEST_CHUNK = 8 * 1024 * 1024;
const MIN_BYTES = 1024;
const MAX_TITLE = 255;

/** POST /{page}/videos: start, transfer, finish. https://developers.facebook.com/docs/graph-api/video-uploads */
export async function uploadVideo(
  world: SimWorld,
  state: State,
  account: SimAccount,
  request: SimRequest,
): Promise<SimResponse> {
  const form = formOf(request, 'videos');
  if (form.has('file_url')) return await fetchVideo(world, state, account, form);
  switch (form.get('upload_phase')?.toLowerCase()) {
    case 'start':
      return start(world, state, account, form);
    case 'transfer':
      return transfer(sessionOf(world, state, account, form), form, request);
    case 'finish':
      return await finish(world, sessionOf(world, state, account, form), form);
    default:
      return badParameter('Param upload_phase must be one of {start, transfer, finish, cancel}');
  }
}

/** The whole video at once, from an address. */
async function fetchVideo(
  world: SimWorld,
  state: State,
  account: SimAccount,
  form: ReadonlyMap<string, string>,
): Promise<SimResponse> {
  if (form.has('upload_phase')) badParameter('Param upload_phase does not belong to file_url');
  const file = await world.fetchMedia(form.get('file_url') ?? '');
  if (file === null) return refuse({ code: 389, message: '(#389) Unable to fetch video file from URL.' });
  const video = newVideo(world, state, account, file.bytes.length);
  appendBytes(video.file, file.bytes);
  video.received = file.bytes.length;
  await finish(world, video, form);
  return { status: 200, json: { id: video.id } };
}

function start(
  world: SimWorld,
  state: State,
  account: SimAccount,
  form: ReadonlyMap<string, string>,
): SimResponse {
  onlyWith(form, ['file_size']);
  const size = Number(required(form, 'file_size'));
  if (size < MIN_BYTES) {
    refuse({
      code: 6000,
      subcode: 1363022,
      message: 'The video you tried to upload is too small. The minimum size for a video is 1 KB.',
    });
  }
  const { id, wantedEnd } = newVideo(world, state, account, size);
  const sessionId = String(world.nextNumber());
  state.sessions.set(sessionId, id);
  return {
    status: 200,
    json: { upload_session_id: sessionId, video_id: id, start_offset: '0', end_offset: String(wantedEnd) },
  };
}

function newVideo(world: SimWorld, state: State, account: SimAccount, size: number): SimVideo {
  const id = String(world.nextNumber());
  const video: SimVideo = {
    id,
    account: account.id,
    kind: 'video',
    size,
    file: uploadFile(id),
    startedAt: world.now(),
    received: 0,
    wantedEnd: Math.min(size, FIRST_CHUNK),
    finish: null,
    isPublic: false,
  };
  state.videos.set(id, video);
  return video;
}

function transfer(video: SimVideo, form: ReadonlyMap<string, string>, request: SimRequest): SimResponse {
  onlyWith(form, ['upload_session_id', 'start_offset']);
  const wanted = { start_offset: video.received, end_offset: video.wantedEnd };
  if (Number(required(form, 'start_offset')) !== video.received) {
    refuse({
      code: 6001,
      subcode: 1363037,
      message: 'There was a problem uploading your video. Please try uploading it again.',
      transient: true,
      data: wanted,
    });
  }
  const [file, ...more] = request.body.files();
  if (file === undefined || more.length > 0) {
    return refuse({
      code: 6001,
      subcode: 1363020,
      message: 'No Video Selected. Please select the video you want to upload.',
    });
  }
  if (file.bytes.length !== video.wantedEnd - video.received) {
    refuse({
      code: 6001,
      subcode: 1363033,
      message: 'There was a problem uploading your video. Please try uploading it again.',
    });
  }
  appendBytes(video.file, file.bytes);
  const chunk = file.bytes.length;
  video.received = video.wantedEnd;
  video.wantedEnd = Math.min(video.size ?? 0, video.received + Math.min(2 * chunk, LARGEST_CHUNK));
  return { status: 200, json: { start_offset: String(video.received), end_offset: String(video.wantedEnd) } };
}

async function finish(
  world: SimWorld,
  video: SimVideo,
  form: ReadonlyMap<string, string>,
): Promise<SimResponse> {
  onlyWith(form, ['upload_session_id', 'file_url', 'title', 'description', 'published']);
  if ([...(form.get('title') ?? '')].length > MAX_TITLE) badParameter('Param title is too long');
  if (form.get('published') === 'false') badParameter('Unpublished videos are not simulated');
  if (video.received !== video.size) refuse(ERRORS.wrongVideo);
  // A second finish of the same session names the same video.
  if (video.finish === null) {
    const seen = await inspectVideo(video.file);
    video.finish = {
      at: world.now(),
      text: form.get('description') ?? '',
      sha256: await hashAndDiscard(video.file),
      postId: String(world.nextNumber()),
      // What is wrong with a video shows while it is processed, never in the answer.
      fault: seen === null ? 'The video file could not be read.' : null,
    };
  }
  return { status: 200, json: { success: true } };
}

function sessionOf(
  world: SimWorld,
  state: State,
  account: SimAccount,
  form: ReadonlyMap<string, string>,
): SimVideo {
  const video = state.videos.get(state.sessions.get(required(form, 'upload_session_id')) ?? '');
  if (video === undefined || video.account !== account.id || isExpired(world, video)) {
    return refuse(ERRORS.sessionOver);
  }
  return video;
}

function required(form: ReadonlyMap<string, string>, name: string): string {
  return form.get(name) ?? badParameter(`The parameter ${name} is required`);
}

/** Each phase has parameters of its own. */
function onlyWith(form: ReadonlyMap<string, string>, names: readonly string[]): void {
  for (const name of form.keys()) {
    if (name !== 'upload_phase' && !names.includes(name))
      badParameter(`Param ${name} does not belong to this phase`);
  }
}

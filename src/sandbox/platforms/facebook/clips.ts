import { badParameter, refuse } from '../graph-refusal.ts';
import type { SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { appendFile, hashAndDiscard, type Inspected, inspectVideo, uploadFile } from './files.ts';
import { formOf } from './parameters.ts';
import { isExpired } from './processing.ts';
import { ERRORS, missingObject, refuseUpload } from './refusals.ts';
import type { SimVideo, State } from './state.ts';

type Edge = 'video_reels' | 'video_stories';

const MAX_SECONDS: Readonly<Record<Edge, number>> = { video_reels: 90, video_stories: 60 };
// A clip cut to length by an encoder may be a frame or an audio packet longer.
const SECONDS_TOLERANCE = 0.1;
const FPS_TOLERANCE = 0.2;

/** Reels and video stories: https://developers.facebook.com/docs/video-api/guides/reels-publishing, …/page-stories-api */
export async function uploadClip(
  world: SimWorld,
  state: State,
  account: SimAccount,
  edge: Edge,
  request: SimRequest,
): Promise<SimResponse> {
  const form = formOf(request, edge);
  switch (form.get('upload_phase')?.toLowerCase()) {
    case 'start':
      if (form.size > 1) badParameter('The start takes no other parameter');
      return start(world, state, account, edge, request.path);
    case 'finish':
      return await finish(world, state, account, edge, form);
    default:
      return badParameter('Param upload_phase must be one of {START, FINISH}');
  }
}

function start(world: SimWorld, state: State, account: SimAccount, edge: Edge, path: string): SimResponse {
  const id = String(world.nextNumber());
  state.videos.set(id, {
    id,
    account: account.id,
    kind: edge === 'video_reels' ? 'reel' : 'video_story',
    size: null,
    file: uploadFile(id),
    startedAt: world.now(),
    received: 0,
    wantedEnd: 0,
    finish: null,
    isPublic: false,
  });
  const version = path.split('/')[1];
  return { status: 200, json: { video_id: id, upload_url: `${world.base}/video-upload/${version}/${id}` } };
}

/** POST rupload.facebook.com/video-upload/{version}/{video}: the raw bytes from `offset` to the end of the file. */
export async function receiveBytes(
  state: State,
  account: SimAccount,
  id: string,
  { headers, body }: SimRequest,
): Promise<SimResponse> {
  const video = state.videos.get(id);
  if (video === undefined || video.account !== account.id || video.kind === 'video') {
    return refuseUpload(404, 'ObjectNotFoundError', 'The video does not exist');
  }
  const offset = count(headers['offset'], 'Offset');
  const size = count(headers['file_size'], 'file_size');
  if (offset !== video.received)
    refuseUpload(412, 'OffsetInvalidError', 'Request starting offset is invalid', true);
  if (offset + body.length !== size) {
    refuseUpload(400, 'PartialRequestError', 'Partial request (did not match length of file)', true);
  }
  await appendFile(video.file, body.file);
  video.received = size;
  video.size = size;
  return { status: 200, json: { success: true, message: 'Upload successful.' } };
}

/** Of an upload that broke off, rupload keeps what it has got: the next one goes on behind it. */
export async function receivePart(state: State, id: string, { headers, body }: SimRequest): Promise<void> {
  const video = state.videos.get(id);
  if (video === undefined || headers['offset'] !== String(video.received)) return;
  await appendFile(video.file, body.file);
  video.received += body.length;
}

async function finish(
  world: SimWorld,
  state: State,
  account: SimAccount,
  edge: Edge,
  form: ReadonlyMap<string, string>,
): Promise<SimResponse> {
  const id = form.get('video_id') ?? badParameter('The parameter video_id is required');
  const video = state.videos.get(id);
  const kind = edge === 'video_reels' ? 'reel' : 'video_story';
  if (video === undefined || video.account !== account.id || video.kind !== kind) return missingObject(id);
  if (edge === 'video_reels' && form.get('video_state')?.toUpperCase() !== 'PUBLISHED') {
    badParameter('Only video_state PUBLISHED is simulated');
  }
  if (isExpired(world, video)) refuse(ERRORS.sessionOver);
  if (video.size === null || video.received !== video.size) refuse(ERRORS.wrongVideo);
  // A second finish names the same video.
  video.finish ??= await accept(world, video, edge, form.get('description') ?? '');
  const { postId } = video.finish;
  return { status: 200, json: { success: true, ...(edge === 'video_stories' ? { post_id: postId } : {}) } };
}

async function accept(
  world: SimWorld,
  video: SimVideo,
  edge: Edge,
  text: string,
): Promise<NonNullable<SimVideo['finish']>> {
  const seen = await inspectVideo(video.file);
  const fault =
    seen === null ? { subcode: 1363024, message: 'Unsupported Video Format' } : faultOf(seen, edge);
  if (fault !== null) refuse({ code: 100, ...fault });
  return {
    at: world.now(),
    text,
    sha256: await hashAndDiscard(video.file),
    postId: String(world.nextNumber()),
    fault: null,
  };
}

function faultOf(seen: Inspected, edge: Edge): { readonly subcode: number; readonly message: string } | null {
  const ratio = seen.width / seen.height;
  if (!seen.isMp4) return { subcode: 1363024, message: 'Unsupported Video Format' };
  if (ratio < 0.56 || ratio > 1.78) {
    return { subcode: 1363040, message: 'The aspect ratio of the video must be between 16x9 and 9x16' };
  }
  if (seen.width < 540 || seen.height < 960) {
    return {
      subcode: 1363127,
      message: "The video you tried to upload has a resolution that isn't supported",
    };
  }
  if (seen.seconds < 3 - SECONDS_TOLERANCE || seen.seconds > MAX_SECONDS[edge] + SECONDS_TOLERANCE) {
    return { subcode: 1363128, message: "The duration of the video isn't supported" };
  }
  if (seen.framesPerSecond < 24 - FPS_TOLERANCE || seen.framesPerSecond > 60 + FPS_TOLERANCE) {
    return { subcode: 1363129, message: "The frame rate of the video isn't supported" };
  }
  return null;
}

function count(text: string | undefined, name: string): number {
  if (text === undefined || !/^\d{1,15}$/.test(text)) {
    return refuseUpload(
      400,
      'ParameterValidationError',
      `HeaderValuePredicate: Header ${name} not convertable to unsigned long`,
    );
  }
  return Number(text);
}

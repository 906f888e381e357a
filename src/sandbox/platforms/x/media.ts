import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { refuse } from '../refusal.ts';
import type { SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { badRequest, invalidRequest } from './answers.ts';
import { checkQuery, parseBody } from './gate.ts';
import { inspectImage, inspectVideo } from './inspect.ts';
import { initializeRequest, MAX_SEGMENT_INDEX, metadataRequest, STATUS_PARAMETERS } from './spec.ts';
import { type Finished, type Media, processingOf, type State } from './state.ts';

const LIFE_SECONDS = 86_400;
const MAX_SEGMENT_BYTES = 8 * 1024 * 1024;
const KEY_PREFIX = { tweet_image: '3', tweet_gif: '16', tweet_video: '7' } as const;
const FITTING = {
  tweet_image: /^image\/(?!gif)/,
  tweet_gif: /^image\/gif$/,
  tweet_video: /^video\//,
} as const;

export function initialize(
  request: SimRequest,
  { id: owner }: SimAccount,
  state: State,
  world: SimWorld,
): SimResponse {
  const { media_type, media_category, total_bytes } = parseBody(request, initializeRequest);
  if (!FITTING[media_category].test(media_type))
    return refuse(badRequest(`media_type ${media_type} does not fit ${media_category}`));
  const id = String(world.nextNumber());
  const media: Media = {
    id,
    key: `${KEY_PREFIX[media_category]}_${id}`,
    owner,
    category: media_category,
    type: media_type,
    totalBytes: total_bytes,
    expiresAt: world.now().getTime() + LIFE_SECONDS * 1000,
    segments: new Map(),
  };
  state.media.set(id, media);
  return { status: 200, json: { data: { id, media_key: media.key, expires_after_secs: LIFE_SECONDS } } };
}

export function append(request: SimRequest, media: Media): SimResponse {
  const [file, ...others] = request.body.files();
  const form = request.body.form();
  const index = Number(form.get('segment_index') ?? Number.NaN);
  if (!Number.isInteger(index) || index < 0 || index > MAX_SEGMENT_INDEX)
    return refuse(invalidRequest('segment_index must be between 0 and 999', 'segment_index'));
  const strange = [...form.keys()].find((name) => name !== 'segment_index');
  if (file?.name !== 'media' || others.length > 0 || strange !== undefined)
    return refuse(invalidRequest('media is required, and nothing else is allowed', 'media'));
  if (file.bytes.length > MAX_SEGMENT_BYTES) return refuse(badRequest('The segment is larger than 8 MB'));
  if (media.finished === undefined) {
    // Beside the spooled body: the server's directory, which goes when it stops.
    const path = join(dirname(request.body.file), `x-${media.id}-${index}`);
    writeFileSync(path, file.bytes);
    media.segments.set(index, { file: path, bytes: file.bytes.length });
  }
  return { status: 200, json: { data: { expires_at: Math.floor(media.expiresAt / 1000) } } };
}

export async function finalize(media: Media, world: SimWorld): Promise<SimResponse> {
  if (media.finished === undefined) {
    const parts = [...media.segments.entries()].sort(([a], [b]) => a - b);
    const whole = parts.every(([index], place) => index === place);
    const bytes = parts.reduce((sum, [, part]) => sum + part.bytes, 0);
    if (!whole || bytes !== media.totalBytes)
      return refuse(badRequest(`Segments do not add up to ${media.totalBytes} bytes`));
    const finished = await assemble(
      media,
      parts.map(([, { file }]) => file),
      world,
    );
    // Photos are judged at once, GIFs and videos while they are processed.
    if (media.category === 'tweet_image' && finished.flaw !== null)
      return refuse(badRequest(`The media is invalid: ${finished.flaw}`));
    media.finished = finished;
  }
  return { status: 200, json: { data: view(media, world) } };
}

async function assemble(media: Media, files: readonly string[], world: SimWorld): Promise<Finished> {
  const [first = ''] = files;
  const path = `${first}-whole`;
  const hash = createHash('sha256');
  for (const file of files) {
    await pipeline(createReadStream(file), createWriteStream(path, { flags: 'a' }));
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  }
  const bytes = media.category === 'tweet_video' ? null : readFileSync(path);
  const flaw = bytes === null ? await inspectVideo(path) : await inspectImage(bytes, media.type);
  const sha256 = bytes === null ? hash.digest('hex') : world.sha256(bytes);
  await Promise.all([path, ...files].map((file) => rm(file, { force: true })));
  media.segments.clear();
  return { at: world.now().getTime(), sha256, flaw };
}

export function status(request: SimRequest, account: SimAccount, state: State, world: SimWorld): SimResponse {
  checkQuery(request, STATUS_PARAMETERS);
  if (request.query.get('command') !== 'STATUS')
    return refuse(invalidRequest('command must be STATUS', 'command'));
  const media = ownMedia(request.query.get('media_id') ?? '', account, state, world);
  if (media.finished === undefined) return refuse(badRequest('The upload is not finalized'));
  return { status: 200, json: { data: view(media, world) } };
}

export function setMetadata(
  request: SimRequest,
  account: SimAccount,
  state: State,
  world: SimWorld,
): SimResponse {
  const { id, metadata } = parseBody(request, metadataRequest);
  const media = ownMedia(id, account, state, world);
  media.altText = metadata.alt_text.text;
  return { status: 200, json: { data: { id, associated_metadata: metadata } } };
}

export function ownMedia(id: string, account: SimAccount, state: State, world: SimWorld): Media {
  const media = state.media.get(id);
  const alive = media !== undefined && media.owner === account.id && world.now().getTime() < media.expiresAt;
  return alive ? media : refuse(badRequest('Your media IDs are invalid.'));
}

function view(media: Media, world: SimWorld): object {
  const state = processingOf(media, world.now().getTime(), world.processingMs);
  const info = {
    state,
    ...(state === 'in_progress' ? { check_after_secs: 1, progress_percent: 50 } : {}),
    ...(state === 'failed' ? { error: { code: 1, name: media.finished?.flaw, message: 'Unsupported' } } : {}),
  };
  return {
    id: media.id,
    media_key: media.key,
    size: media.totalBytes,
    expires_after_secs: LIFE_SECONDS,
    ...(state === 'none' ? {} : { processing_info: info }),
  };
}

import { copyFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { refuse } from '../refusal.ts';
import type { SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import {
  accessDenied,
  badRequest,
  missingField,
  notFound,
  payloadTooLarge,
  unrecognizedField,
  unsupportedMediaType,
} from './answers.ts';
import { authenticate, type Caller } from './gate.ts';
import { inspectImage, isDocument } from './inspect.ts';
import { parseBody } from './parse.ts';
import { type Asset, type Part, type State, statusOf } from './state.ts';
import { finishVideo } from './video.ts';

const MB = 1024 * 1024;
const PART_BYTES = 4 * MB;
const MAX_VIDEO_BYTES = 500 * MB;
const MIN_VIDEO_BYTES = 75_000;
const MAX_DOCUMENT_BYTES = 100 * MB;
const ADDRESS_LIFE_MS = 60 * 60_000;
const WRITE_SCOPES = { member: 'w_member_social', organization: 'w_organization_social' };

const ownerOnly = z.strictObject({ initializeUploadRequest: z.strictObject({ owner: z.string() }) });
const videoRequest = z.strictObject({
  initializeUploadRequest: z.strictObject({
    owner: z.string(),
    fileSizeBytes: z.int().positive(),
    uploadCaptions: z.boolean(),
    uploadThumbnail: z.boolean(),
  }),
});

/** POST /rest/{images,videos,documents}?action=… */
export async function actOnAssets(
  request: SimRequest,
  what: Asset['what'],
  caller: Caller,
  state: State,
  world: SimWorld,
): Promise<SimResponse> {
  const action = request.query.get('action');
  if (action === 'initializeUpload') return initialize(request, what, caller, state, world);
  if (action === 'finalizeUpload' && what === 'video')
    return await finishVideo(request, caller, state, world);
  return refuse(action === null ? missingField('action') : unrecognizedField(`action=${action}`));
}

function initialize(
  request: SimRequest,
  what: Asset['what'],
  caller: Caller,
  state: State,
  world: SimWorld,
): SimResponse {
  const video = what === 'video' ? parseBody(request, videoRequest).initializeUploadRequest : null;
  const { owner } = video ?? parseBody(request, ownerOnly).initializeUploadRequest;
  caller.as(owner, `${what}s.ACTION-initializeUpload`, WRITE_SCOPES);
  const bytes = video?.fileSizeBytes;
  if (bytes !== undefined && (bytes < MIN_VIDEO_BYTES || bytes > MAX_VIDEO_BYTES)) {
    return refuse(badRequest('INVALID_VALUE_FOR_FIELD', 'fileSizeBytes must be between 75 KB and 500 MB'));
  }
  const count = bytes === undefined ? 1 : Math.ceil(bytes / PART_BYTES);
  const parts = Array.from({ length: count }, (_, index): Part => {
    const first = index * PART_BYTES;
    const last = bytes === undefined ? Number.POSITIVE_INFINITY : Math.min(first + PART_BYTES, bytes) - 1;
    return { key: `D4E${world.nextNumber()}`, first, last };
  });
  const asset: Asset = {
    urn: `urn:li:${what}:D4E${world.nextNumber()}`,
    what,
    owner,
    expiresAt: world.now().getTime() + ADDRESS_LIFE_MS,
    parts,
    // Empty for a single part, as LinkedIn does.
    uploadToken: parts.length > 1 ? `token-${world.nextNumber()}` : '',
  };
  state.assets.set(asset.urn, asset);
  for (const part of parts) state.uploads.set(part.key, { asset, part });
  return { status: 200, json: { value: startedView(asset, world) } };
}

function startedView(asset: Asset, world: SimWorld): object {
  const address = ({ key }: Part): string =>
    `${world.base}/dms-uploads/${asset.what}/${key}?ut=${key.slice(-4)}`;
  const { expiresAt, parts, uploadToken, urn, what } = asset;
  if (what !== 'video') {
    return { uploadUrlExpiresAt: expiresAt, uploadUrl: parts.map(address)[0], [what]: urn };
  }
  const uploadInstructions = parts.map((part) => ({
    uploadUrl: address(part),
    firstByte: part.first,
    lastByte: part.last,
  }));
  return { uploadUrlsExpireAt: expiresAt, video: urn, uploadInstructions, uploadToken };
}

/** PUT to an upload address. Images and documents need the token, parts of videos must not show it. */
export async function receive(request: SimRequest, state: State, world: SimWorld): Promise<SimResponse> {
  const upload = state.uploads.get(/^\/dms-uploads\/\w+\/(\w+)$/.exec(request.path)?.[1] ?? '');
  if (upload === undefined) return refuse(notFound('upload'));
  const { asset, part } = upload;
  if (request.query.get('ut') !== part.key.slice(-4)) return refuse(accessDenied('dms-uploads'));
  if (world.now().getTime() >= asset.expiresAt) {
    return refuse(badRequest('EXPIRED_UPLOAD_URL', `The ${asset.what} upload URL is expired`));
  }
  if (asset.what === 'video') return receivePart(request, asset, part);
  const caller = authenticate(request, world);
  caller.as(asset.owner, 'dms-uploads', WRITE_SCOPES);
  await receiveWhole(request, asset, world);
  return { status: 201 };
}

function receivePart(request: SimRequest, asset: Asset, part: Part): SimResponse {
  if (request.headers['authorization'] !== undefined) {
    return refuse(badRequest('INVALID_VALUE_FOR_FIELD', 'Parts are uploaded without Authorization'));
  }
  if (request.headers['content-type'] !== 'application/octet-stream') {
    return refuse(unsupportedMediaType('Parts are application/octet-stream'));
  }
  if (request.body.length !== part.last - part.first + 1) {
    return refuse(badRequest('INVALID_VALUE_FOR_FIELD', `The part has ${request.body.length} bytes`));
  }
  // Beside the spooled body: the server's directory, which goes when it stops.
  const file = join(dirname(request.body.file), `linkedin-${part.key}`);
  if (asset.arrived === undefined) copyFileSync(request.body.file, file);
  part.file = file;
  part.etag = `/ambry-video/signedId/${request.body.sha256.slice(0, 24)}`;
  return { status: 200, headers: { etag: part.etag } };
}

async function receiveWhole(request: SimRequest, asset: Asset, world: SimWorld): Promise<void> {
  const at = world.now().getTime();
  if (asset.what === 'document') {
    const handle = await open(request.body.file);
    const { buffer } = await handle.read(Buffer.alloc(16), 0, 16, 0);
    await handle.close();
    if (!isDocument(buffer)) refuse(unsupportedMediaType('The document is no PDF, PPT or DOC'));
    if (request.body.length > MAX_DOCUMENT_BYTES) refuse(payloadTooLarge('Documents have at most 100 MB'));
    asset.arrived ??= { at, sha256: request.body.sha256, flaw: null };
    return;
  }
  const bytes = request.body.bytes();
  const seen = await inspectImage(bytes);
  if (seen === 'type') return refuse(unsupportedMediaType('The image is no JPEG, PNG or GIF'));
  asset.arrived ??= { at, sha256: world.sha256(bytes), flaw: seen.flaw };
}

/** GET /rest/{images,videos,documents}/{urn} */
export function showAsset(
  urn: string,
  what: Asset['what'],
  caller: Caller,
  state: State,
  world: SimWorld,
): SimResponse {
  // Whoever may only publish for a member may not look at images (images-api, "Permissions").
  const mayRead = caller.has('r_member_social', 'r_organization_social', 'w_organization_social', 'rw_ads');
  if (what === 'image' && !mayRead) return refuse(accessDenied('images.GET'));
  const asset = state.assets.get(urn);
  if (asset === undefined || asset.what !== what) return refuse(notFound(urn));
  if (!caller.accounts.some(({ id }) => id === asset.owner)) return refuse(accessDenied(`${what}s.GET`));
  const status = statusOf(asset, world.now().getTime(), world.processingMs);
  const failed = status === 'PROCESSING_FAILED' && what === 'video';
  return {
    status: 200,
    json: {
      id: urn,
      owner: asset.owner,
      status,
      ...(failed ? { processingFailureReason: asset.arrived?.flaw } : {}),
      ...(status === 'AVAILABLE'
        ? { downloadUrl: `${world.base}/dms/${what}/${asset.arrived?.sha256}` }
        : {}),
    },
  };
}

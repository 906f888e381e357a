import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { refuse } from '../refusal.ts';
import type { SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { badRequest } from './answers.ts';
import type { Caller } from './gate.ts';
import { inspectVideo } from './inspect.ts';
import { parseBody } from './parse.ts';
import type { Asset, State } from './state.ts';

const finalizeRequest = z.strictObject({
  finalizeUploadRequest: z.strictObject({
    video: z.string(),
    uploadToken: z.string(),
    uploadedPartIds: z.array(z.string()),
  }),
});

/** POST /rest/videos?action=finalizeUpload: all parts are there, and named in order. */
export async function finishVideo(
  request: SimRequest,
  caller: Caller,
  state: State,
  world: SimWorld,
): Promise<SimResponse> {
  const { video, uploadToken, uploadedPartIds } = parseBody(request, finalizeRequest).finalizeUploadRequest;
  const asset = state.assets.get(video);
  if (asset === undefined || asset.what !== 'video')
    return refuse(badRequest('INVALID_VIDEO_ID', 'This Video ID is invalid'));
  const writes = { member: 'w_member_social', organization: 'w_organization_social' };
  caller.as(asset.owner, 'videos.ACTION-finalizeUpload', writes);
  if (asset.parts.some(({ etag }) => etag === undefined)) {
    return refuse(badRequest('MEDIA_ASSET_WAITING_UPLOAD', 'Media asset is waiting upload'));
  }
  if (uploadToken !== asset.uploadToken) {
    return refuse(badRequest('INVALID_VALUE_FOR_FIELD', 'uploadToken is not the one of this upload'));
  }
  const inOrder = asset.parts.every(({ etag }, index) => uploadedPartIds[index] === etag);
  if (!inOrder || uploadedPartIds.length !== asset.parts.length) {
    return refuse(badRequest('INVALID_VALUE_FOR_FIELD', 'uploadedPartIds does not match the uploaded parts'));
  }
  if (asset.arrived === undefined) await assemble(asset, world);
  return { status: 200 };
}

async function assemble(asset: Asset, world: SimWorld): Promise<void> {
  const files = asset.parts.map(({ file }) => file ?? '');
  const whole = `${files[0]}-whole`;
  const hash = createHash('sha256');
  for (const file of files) {
    await pipeline(createReadStream(file), createWriteStream(whole, { flags: 'a' }));
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  }
  const flaw = await inspectVideo(whole);
  asset.arrived = { at: world.now().getTime(), sha256: hash.digest('hex'), flaw };
  await Promise.all([whole, ...files].map((file) => rm(file, { force: true })));
}

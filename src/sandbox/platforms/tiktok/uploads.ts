import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { uploadAnswer } from './answers.ts';
import { inspectVideo } from './inspect.ts';
import type { Publication, State, Upload } from './state.ts';

const ADDRESS_LIFE_MS = 3_600_000;
const TYPES = ['video/mp4', 'video/quicktime', 'video/webm'];

/** https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide */
export async function putChunk(request: SimRequest, state: State, world: SimWorld): Promise<SimResponse> {
  const publication = state.uploads.get(request.query.get('upload_id') ?? '');
  const upload = publication?.upload ?? null;
  if (publication === undefined || upload === null || request.query.get('upload_token') !== upload.token)
    return uploadAnswer(404);
  if (world.now().getTime() >= upload.openedAt + ADDRESS_LIFE_MS) return uploadAnswer(403);
  const type = request.headers['content-type'] ?? '';
  if (!TYPES.includes(type) || (upload.type !== null && type !== upload.type)) return uploadAnswer(400);
  if (request.headers['content-length'] !== String(request.body.length)) return uploadAnswer(400);
  if (!isNext(request, upload)) return uploadAnswer(416, progress(upload));
  upload.type = type;
  await append(request, upload);
  if (upload.stored < upload.total) return uploadAnswer(206, progress(upload));
  await complete(publication, upload, world);
  return uploadAnswer(201, progress(upload));
}

/** In order, whole, and each exactly once. */
function isNext({ headers, body }: SimRequest, { total, chunk, count, chunks, stored }: Upload): boolean {
  if (chunks === count) return false;
  const end = chunks === count - 1 ? total : stored + chunk;
  return headers['content-range'] === `bytes ${stored}-${end - 1}/${total}` && body.length === end - stored;
}

function progress({ stored, total }: Upload): Record<string, string> {
  return stored === 0 ? {} : { 'content-range': `bytes 0-${stored - 1}/${total}` };
}

async function append({ body }: SimRequest, upload: Upload): Promise<void> {
  // Beside the spooled body: the server's directory, which goes when it stops.
  upload.file ??= join(dirname(body.file), `tiktok-${upload.id}`);
  await pipeline(createReadStream(body.file), createWriteStream(upload.file, { flags: 'a' }));
  upload.stored += body.length;
  upload.chunks += 1;
}

async function complete(publication: Publication, { file }: Upload, world: SimWorld): Promise<void> {
  const path = file ?? '';
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const seen = await inspectVideo(path);
  await rm(path, { force: true });
  publication.media = [hash.digest('hex')];
  publication.flaw = seen.flaw;
  publication.seconds = seen.seconds;
  publication.completeAt = world.now().getTime();
}

import { ALL_FORMATS, BufferSource, Input } from 'mediabunny';
import sharp from 'sharp';
import type { SimAccount, SimFile, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { refuse } from './answers.ts';
import { IMAGE_TYPES, LIMITS, VIDEO_TYPES } from './configuration.ts';
import type { Media, State } from './state.ts';

/** Files that belong to no status are removed after a day. */
const ORPHAN_LIFE_MS = 24 * 60 * 60_000;
const FRAMES_COUNTED = 100;
const FIELDS = ['description', 'focus'];

/** POST /api/v2/media: pictures at once, films later. */
export async function upload(
  request: SimRequest,
  account: SimAccount,
  state: State,
  world: SimWorld,
): Promise<SimResponse> {
  const fields = request.body.form();
  const strange = [...fields.keys()].find((name) => !FIELDS.includes(name));
  if (strange !== undefined) refuse(422, `Unknown parameter ${strange}`);
  const [file, ...more] = request.body.files();
  if (file === undefined || more.length > 0 || file.name !== 'file')
    return refuse(422, 'Validation failed: File can’t be blank');
  const description = fields.get('description');
  if ([...(description ?? '')].length > LIMITS.description)
    refuse(422, `Validation failed: Description is too long (maximum is ${LIMITS.description} characters)`);
  const type = await typeOf(file);
  const now = world.now().getTime();
  const media: Media = {
    id: String((BigInt(now) << 16n) | BigInt(world.nextNumber() % 65_536)),
    owner: account.id,
    type,
    sha256: world.sha256(file.bytes),
    description,
    readyAt: type === 'image' ? now : now + world.processingMs,
    uploadedAt: now,
    statusId: null,
  };
  state.media.set(media.id, media);
  return { status: type === 'image' ? 200 : 202, json: view(media, now) };
}

/** GET /api/v1/media/{id}: only while it belongs to no status. */
export function showMedia(id: string, account: SimAccount, state: State, world: SimWorld): SimResponse {
  const media = usable(id, account, state, world);
  if (media === undefined) return refuse(404, 'Record not found');
  const now = world.now().getTime();
  return { status: now < media.readyAt ? 206 : 200, json: view(media, now) };
}

/** undefined: of somebody else, already in a status, or cleaned up. */
export function usable(id: string, account: SimAccount, state: State, world: SimWorld): Media | undefined {
  const media = state.media.get(id);
  if (media === undefined || media.owner !== account.id || media.statusId !== null) return undefined;
  return world.now().getTime() - media.uploadedAt > ORPHAN_LIFE_MS ? undefined : media;
}

export function view({ id, type, description, readyAt }: Media, now: number): object {
  const url = now < readyAt ? null : `https://files.mastodon.example/${id}`;
  return { id, type, url, preview_url: url, remote_url: null, meta: {}, description, blurhash: null };
}

/** app/models/media_attachment.rb, check_video_dimensions. What cannot be read fails later, in the processing. */
async function checkFilm(bytes: Buffer): Promise<void> {
  const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(bytes) });
  const track = await input.getPrimaryVideoTrack().catch(() => null);
  if (track === null) return;
  const [width, height] = [await track.getDisplayWidth(), await track.getDisplayHeight()];
  const fps = Math.round((await track.computePacketStats(FRAMES_COUNTED)).averagePacketRate);
  if (width * height > LIMITS.videoPixels) refuse(422, `${width}x${height} videos are not supported`);
  if (fps > LIMITS.frameRate) refuse(422, `${fps}fps videos are not supported`);
}

async function typeOf(file: SimFile): Promise<Media['type']> {
  const refused = 'Validation failed: File content type is invalid';
  if (VIDEO_TYPES.includes(file.type)) {
    // ISO media files and Matroska.
    const film = file.bytes.toString('latin1', 4, 8) === 'ftyp' || file.bytes.readUInt32BE(0) === 0x1a45dfa3;
    if (!film) refuse(422, refused);
    if (file.bytes.length > LIMITS.videoBytes)
      refuse(422, 'Validation failed: File file size must be less than 99 MB');
    await checkFilm(file.bytes);
    return 'video';
  }
  if (!IMAGE_TYPES.includes(file.type)) refuse(422, refused);
  const image = await sharp(file.bytes)
    .metadata()
    .catch(() => null);
  if (image === null || `image/${image.format}` !== file.type) return refuse(422, refused);
  if (file.bytes.length > LIMITS.imageBytes)
    refuse(422, 'Validation failed: File file size must be less than 16 MB');
  if (image.width * image.height > LIMITS.imagePixels)
    refuse(422, `Validation failed: ${image.width}x${image.height} images are not supported`);
  return 'image';
}

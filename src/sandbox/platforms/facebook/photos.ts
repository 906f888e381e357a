import sharp from 'sharp';
import { badParameter, refuse } from '../graph-refusal.ts';
import type { SimAccount, SimFile, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { formOf } from './parameters.ts';
import { ERRORS } from './refusals.ts';
import type { SimPhoto, State } from './state.ts';

/** https://developers.facebook.com/docs/page-stories-api */
const MAX_BYTES = 10 * 1024 * 1024;
const FORMATS = ['jpeg', 'png', 'gif', 'tiff'];
/** Photos that nothing shows are thrown away after a day. */
const UNPUBLISHED_LIFE_MS = 24 * 3_600_000;

export async function uploadPhoto(
  world: SimWorld,
  state: State,
  account: SimAccount,
  request: SimRequest,
): Promise<SimResponse> {
  const form = formOf(request, 'photos');
  const file = await fileOf(world, request.body.files(), form.get('url'));
  await checkPhoto(file);
  const photo: SimPhoto = {
    id: String(world.nextNumber()),
    account: account.id,
    sha256: world.sha256(file.bytes),
    altText: form.get('alt_text_custom'),
    uploadedAt: world.now(),
    shownIn: null,
  };
  state.photos.set(photo.id, photo);
  if (form.get('published') === 'false' || form.get('published') === '0')
    return { status: 200, json: { id: photo.id } };
  const { id: postId } = showPhotos(
    world,
    state,
    account,
    [photo],
    form.get('message') ?? form.get('caption') ?? '',
  );
  return { status: 200, json: { id: photo.id, post_id: postId } };
}

/** A post of photos becomes public. */
export function showPhotos(
  world: SimWorld,
  state: State,
  account: SimAccount,
  photos: readonly SimPhoto[],
  text: string,
): { readonly id: string } {
  const number = world.nextNumber();
  const id = `${account.id}_${number}`;
  for (const photo of photos) photo.shownIn = id;
  state.posts.set(id, {
    id,
    account: account.id,
    link: null,
    photoIds: photos.map((photo) => photo.id),
    videoId: null,
  });
  return world.publish({
    account: account.id,
    id,
    kind: photos.length === 1 ? 'image' : 'carousel',
    text,
    media: photos.map(({ sha256 }) => sha256),
    url: `https://www.facebook.com/${account.id}/posts/${number}`,
  });
}

/** https://developers.facebook.com/docs/page-stories-api: the photo must not have been used before. */
export function publishPhotoStory(
  world: SimWorld,
  state: State,
  account: SimAccount,
  request: SimRequest,
): SimResponse {
  const photoId = formOf(request, 'photo_stories').get('photo_id');
  if (photoId === undefined) badParameter('The parameter photo_id is required');
  const photo = unusedPhoto(world, state, account, photoId);
  const postId = String(world.nextNumber());
  photo.shownIn = postId;
  state.stories.set(postId, { postId, account: account.id, mediaId: photo.id, mediaType: 'photo' });
  world.publish({
    account: account.id,
    id: postId,
    kind: 'story',
    text: '',
    media: [photo.sha256],
    url: storyUrl(account.id, postId),
  });
  return { status: 200, json: { success: true, post_id: postId } };
}

/** The photo that a post or story asks for. */
export function unusedPhoto(world: SimWorld, state: State, account: SimAccount, id: string): SimPhoto {
  const photo = state.photos.get(id);
  const gone =
    photo === undefined ||
    (photo.shownIn === null && world.now().getTime() - photo.uploadedAt.getTime() > UNPUBLISHED_LIFE_MS);
  if (gone || photo.account !== account.id) return badParameter(`The photo ${id} does not exist`);
  if (photo.shownIn !== null) refuse(ERRORS.photosUsed);
  return photo;
}

/** Two parts, of which only the list of stories shows the second. */
export function storyUrl(accountId: string, postId: string): string {
  return `https://www.facebook.com/stories/${accountId}/${Buffer.from(`S:${postId}`).toString('base64url')}/`;
}

/** The one that was sent, or the one that Facebook fetches. */
async function fileOf(
  world: SimWorld,
  [sent, ...more]: readonly SimFile[],
  url: string | undefined,
): Promise<Pick<SimFile, 'bytes' | 'type'>> {
  if (more.length > 0 || (sent === undefined) === (url === undefined))
    return refuse({ code: 324, message: '(#324) Requires upload file' });
  const file = sent ?? (await world.fetchMedia(url ?? ''));
  return file ?? refuse({ code: 324, subcode: 2069019, message: '(#324) Missing or invalid image file' });
}

async function checkPhoto({ bytes, type }: Pick<SimFile, 'bytes' | 'type'>): Promise<void> {
  if (bytes.length > MAX_BYTES) refuse(ERRORS.photo);
  // BMP is taken too, but sharp cannot read it: by its magic bytes.
  const isBmp = bytes.toString('latin1', 0, 2) === 'BM';
  const format = isBmp ? 'bmp' : await formatOf(bytes);
  if (format !== 'bmp' && !FORMATS.includes(format)) refuse(ERRORS.photo);
  if (!type.startsWith('image/')) badParameter('The uploaded file is not declared as an image');
}

async function formatOf(bytes: Buffer): Promise<string> {
  try {
    const image = sharp(bytes);
    const { format } = await image.metadata();
    // Reads every pixel: a truncated file is damaged.
    await image.stats();
    return format;
  } catch {
    return 'unreadable';
  }
}

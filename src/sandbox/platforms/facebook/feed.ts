import { z } from 'zod';
import { badParameter, refuse } from '../graph-refusal.ts';
import type { SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { formOf } from './parameters.ts';
import { showPhotos, unusedPhoto } from './photos.ts';
import { ERRORS } from './refusals.ts';
import type { State } from './state.ts';

const MAX_TEXT = 63_206;
/** More than any tool sends. */
const MAX_PHOTOS = 30;

const attachedMedia = z.array(z.strictObject({ media_fbid: z.string().regex(/^\d+$/) })).min(1);

/** POST /{page}/feed, https://developers.facebook.com/docs/graph-api/reference/page/feed */
export function publishPost(
  world: SimWorld,
  state: State,
  account: SimAccount,
  request: SimRequest,
  lastOf: Map<string, string>,
): SimResponse {
  const form = formOf(request, 'feed');
  const text = form.get('message') ?? '';
  const link = form.get('link') ?? null;
  const photoIds = photoIdsOf(form.get('attached_media'));
  if (form.get('published') === 'false') badParameter('Unpublished posts are not simulated');
  if (text.trim() === '' && link === null && photoIds.length === 0)
    badParameter('Missing message or attachment');
  if ([...text].length > MAX_TEXT) badParameter('Param message is too long');
  if (link !== null && photoIds.length > 0) badParameter('Only one of link and attached_media may be given');
  checkLink(link);
  const photos = photoIds.map((id) => unusedPhoto(world, state, account, id));

  // Only the post just before counts, however old it is. Meta promises nothing, so accounts may be made that take all.
  const content = JSON.stringify([text.trim(), link]);
  const refuses = account.extra?.['takesDuplicates'] !== true;
  if (refuses && photos.length === 0 && lastOf.get(account.id) === content) refuse(ERRORS.duplicate);
  lastOf.set(account.id, photos.length === 0 ? content : '');

  if (photos.length > 0)
    return { status: 200, json: { id: showPhotos(world, state, account, photos, text).id } };
  const number = world.nextNumber();
  const id = `${account.id}_${number}`;
  state.posts.set(id, { id, account: account.id, link, photoIds: [], videoId: null });
  world.publish({
    account: account.id,
    id,
    kind: link === null ? 'text' : 'link',
    text,
    media: [],
    url: `https://www.facebook.com/${account.id}/posts/${number}`,
  });
  return { status: 200, json: { id } };
}

function photoIdsOf(text: string | undefined): string[] {
  if (text === undefined) return [];
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    badParameter('Param attached_media must be an array of objects');
  }
  const parsed = attachedMedia.safeParse(json);
  if (!parsed.success || parsed.data.length > MAX_PHOTOS) {
    return badParameter('Param attached_media must be an array of {media_fbid}');
  }
  const ids = parsed.data.map(({ media_fbid }) => media_fbid);
  if (new Set(ids).size !== ids.length) badParameter('Param attached_media names a photo twice');
  return ids;
}

function checkLink(link: string | null): void {
  if (link === null) return;
  const { hostname } = new URL(link);
  if (/(^|\.)facebook\.com$/.test(hostname)) {
    refuse({
      code: 200,
      subcode: 1609008,
      message: 'Permissions error',
      userMessage: 'You cannot share facebook.com links.',
    });
  }
  if (!hostname.includes('.') && hostname !== 'localhost')
    refuse({ code: 1500, message: 'The url you supplied is invalid' });
}

import { z } from 'zod';
import { type Comments, postToComment } from '../comments.ts';
import { refuse } from '../refusal.ts';
import type { SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { accessDenied, badRequest, notFound, unrecognizedField } from './answers.ts';
import type { Caller } from './gate.ts';
import { parseBody } from './parse.ts';

const MAX_TEXT = 1250;
const MAX_PAGE = 100;

const createRequest = z.strictObject({
  actor: z.string().regex(/^urn:li:(person:[\w-]+|organization:\d+)$/),
  object: z.string().regex(/^urn:li:(share|ugcPost|activity):\d+$/),
  message: z.strictObject({ text: z.string(), attributes: z.array(z.unknown()).optional() }),
});

/** POST /rest/socialActions/{urn}/comments */
export function createComment(
  request: SimRequest,
  urn: string,
  caller: Caller,
  comments: Comments,
  world: SimWorld,
): SimResponse {
  const { actor, object, message } = parseBody(request, createRequest);
  const author = caller.as(actor, 'socialActions.comments.CREATE', {
    member: 'w_member_social_feed',
    organization: 'w_organization_social_feed',
  });
  if (object !== urn)
    return refuse(badRequest('INVALID_VALUE_FOR_FIELD', 'object is not the entity of the path'));
  const post = postToComment(world, urn);
  if (post === undefined) return refuse(notFound(urn));
  if (message.text.trim() === '')
    return refuse(badRequest('INVALID_VALUE_BLANK_FIELD', 'message must not be blank'));
  if (message.text.length > MAX_TEXT)
    return refuse(badRequest('FIELD_LENGTH_TOO_LONG', `message exceeds ${MAX_TEXT} characters`));
  const id = `7${world.nextNumber()}`;
  const commentUrn = `urn:li:comment:(${urn},${id})`;
  comments.add(author, urn, {
    id,
    text: message.text,
    url: `${post.url}?commentUrn=${encodeURIComponent(commentUrn)}`,
  });
  const time = world.now().getTime();
  return {
    status: 201,
    headers: { 'x-restli-id': id },
    json: { id, actor, object, message, commentUrn, created: { actor, time }, lastModified: { actor, time } },
  };
}

/** GET /rest/socialActions/{urn}/comments: the author's own permission to read, which members are not given. */
export function listComments(
  request: SimRequest,
  urn: string,
  caller: Caller,
  comments: Comments,
  world: SimWorld,
): SimResponse {
  const { query } = request;
  const strange = [...query.keys()].find((name) => !['start', 'count'].includes(name));
  if (strange !== undefined) return refuse(unrecognizedField(`parameter ${strange}`));
  const may = caller.has('r_organization_social', 'r_organization_social_feed', 'r_member_social_feed');
  if (!may) return refuse(accessDenied('socialActions.comments.GET_ALL'));
  if (postToComment(world, urn) === undefined) return refuse(notFound(urn));
  const count = Number(query.get('count') ?? 10);
  const start = Number(query.get('start') ?? 0);
  if (!(Number.isInteger(count) && count >= 1 && count <= MAX_PAGE && Number.isInteger(start) && start >= 0))
    return refuse(badRequest('INVALID_VALUE_FOR_FIELD', 'count or start is invalid'));
  const all = comments.below(urn);
  const elements = all.slice(start, start + count).map(({ id, author, text, at }) => {
    const created = { actor: author.id, time: Date.parse(at) };
    return {
      id,
      actor: author.id,
      object: urn,
      message: { text, attributes: [] },
      commentUrn: `urn:li:comment:(${urn},${id})`,
      created,
      lastModified: created,
    };
  });
  return { status: 200, json: { paging: { start, count, total: all.length, links: [] }, elements } };
}

import { z } from 'zod';
import type { SimResponse } from '../simulator.ts';
import { apiError, badRequest, invalidMetadata } from './answers.ts';
import { type FieldType, WRITABLE } from './spec.ts';
import type { Metadata } from './state.ts';

// https://developers.google.com/youtube/v3/docs/videos#properties
const MAX_TITLE = 100;
const MAX_DESCRIPTION_BYTES = 5000;
const MAX_TAGS = 500;
// Assignable in every region: https://developers.google.com/youtube/v3/docs/videoCategories/list
const CATEGORIES = ['1', '2', '10', '15', '17', '19', '20', '22', '23', '24', '25', '26', '27', '28', '29'];

type Read = { readonly metadata: Metadata } | { readonly refusal: SimResponse };

/** The video resource of an upload as YouTube would take it, or its refusal. */
export function readMetadata(body: unknown, parts: readonly string[]): Read {
  if (!isObject(body)) return { refusal: badRequest('Invalid JSON payload received.') };
  const wrong = wrongField(body, parts);
  if (wrong !== null) return { refusal: wrong };
  const snippet = isObject(body['snippet']) ? body['snippet'] : {};
  const status = isObject(body['status']) ? body['status'] : {};
  const refusal = wrongValue(snippet, status);
  if (refusal !== null) return { refusal };
  return { metadata: { snippet: { ...snippet, title: String(snippet['title']) }, status } };
}

function wrongField(body: Readonly<Record<string, unknown>>, parts: readonly string[]): SimResponse | null {
  for (const [part, fields] of Object.entries(body)) {
    const known = WRITABLE[part];
    if (known === undefined) return unknownName(part, 'video');
    if (!parts.includes(part)) {
      return apiError(400, 'unexpectedPart', `'${part}'`, { domain: 'youtube.part', location: 'part' });
    }
    if (!isObject(fields)) return invalidValue(`video.${part}`);
    for (const [name, value] of Object.entries(fields)) {
      const type = known[name];
      if (type === undefined) return unknownName(name, `video.${part}`);
      if (!isOfType(value, type)) return invalidValue(`video.${part}.${name}`);
    }
  }
  return null;
}

function wrongValue(
  snippet: Readonly<Record<string, unknown>>,
  status: Readonly<Record<string, unknown>>,
): SimResponse | null {
  const title = textOf(snippet['title']).trim();
  if (title === '' || [...title].length > MAX_TITLE || /[<>]/.test(title)) {
    return invalidMetadata('invalidTitle', 'an invalid or empty video title');
  }
  const description = textOf(snippet['description']);
  if (Buffer.byteLength(description) > MAX_DESCRIPTION_BYTES || /[<>]/.test(description)) {
    return invalidMetadata('invalidDescription', 'an invalid video description');
  }
  const tags = Array.isArray(snippet['tags']) ? snippet['tags'].map(String) : [];
  if (countTags(tags) > MAX_TAGS || tags.some((tag) => tag === '' || /[<>]/.test(tag))) {
    return invalidMetadata('invalidTags', 'invalid video keywords');
  }
  const category = snippet['categoryId'];
  if (category !== undefined && !CATEGORIES.includes(textOf(category))) {
    return invalidMetadata('invalidCategoryId', 'an invalid category ID');
  }
  const { publishAt } = status;
  const isTime = publishAt === undefined || z.iso.datetime({ offset: true }).safeParse(publishAt).success;
  if (!isTime || (publishAt !== undefined && status['privacyStatus'] !== 'private')) {
    return invalidMetadata('invalidPublishAt', 'an invalid scheduled publishing time');
  }
  return null;
}

/** As one line: `a,b,"c d"`. */
function countTags(tags: readonly string[]): number {
  return [...tags.map((tag) => (tag.includes(' ') ? `"${tag}"` : tag)).join(',')].length;
}

function isOfType(value: unknown, type: FieldType): boolean {
  if (type === 'string[]') return Array.isArray(value) && value.every((item) => typeof item === 'string');
  return typeof type === 'string' ? typeof value === type : type.some((allowed) => allowed === value);
}

function unknownName(name: string, where: string): SimResponse {
  return badRequest(
    `Invalid JSON payload received. Unknown name "${name}" at '${where}': Cannot find field.`,
  );
}

function invalidValue(where: string): SimResponse {
  return badRequest(`Invalid value at '${where}'`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

import type { Problem } from './errors.ts';
import { asFilledText, asObject, asText, tryJson } from './json-value.ts';

// Not an address, so that mediaUrlProblem refuses it.
const NO_ADDRESS = '(no address)';

/**
 * The addresses of a list of media as the app writes it: an array (or its JSON text) of strings, {url} or {image_url}.
 * Every element keeps its place, '' where there is nothing and a refused text where there is no address in it,
 * so that a picture never vanishes unnoticed.
 */
export function mediaUrls(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(elementUrl);
  const text = asFilledText(value);
  if (text === null) return asObject(value) === null ? [] : [elementUrl(value)];
  const parsed = text.startsWith('[') ? tryJson(text) : undefined;
  return Array.isArray(parsed) ? parsed.map(elementUrl) : [elementUrl(text)];
}

function elementUrl(element: unknown): string {
  if (element === null || element === undefined) return '';
  const text = asText(element)?.trim();
  // Objects written into a text[] column arrive as their JSON text.
  const object = asObject(text?.startsWith('{') ? tryJson(text) : element);
  return asFilledText(object?.['url']) ?? asFilledText(object?.['image_url']) ?? text ?? NO_ADDRESS;
}

export type FileHint = 'image' | 'video' | 'document';

const EXTENSIONS: Readonly<Record<FileHint, readonly string[]>> = {
  image: ['jpg', 'jpeg', 'png', 'gif', 'webp', 'bmp', 'tif', 'tiff', 'heic', 'heif', 'avif', 'svg'],
  video: ['mp4', 'mov', 'm4v', 'webm', 'avi', 'mkv', 'mpg', 'mpeg', 'wmv', 'flv', '3gp'],
  document: ['pdf', 'ppt', 'pptx', 'doc', 'docx'],
};
const HINTS = new Map(
  Object.entries(EXTENSIONS).flatMap(([hint, names]) =>
    names.map((name) => [name, hint as FileHint] as const),
  ),
);

/** What a file says to be by its name; null when the name says nothing. The bytes have the last word, later. */
export function fileHint(url: string): FileHint | null {
  const name = (parseUrl(url)?.pathname ?? url).toLowerCase();
  return HINTS.get(name.slice(name.lastIndexOf('.') + 1)) ?? null;
}

/** Why no platform could fetch this address, or null. The message never holds the address: it may be signed or huge. */
export function mediaUrlProblem(url: string, what: string): Problem | null {
  const parsed = parseUrl(url);
  if (parsed === null) return unusable(`The address of ${what} is not a web address.`);
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') {
    return unusable(`The address of ${what} begins with “${parsed.protocol}”, which no platform can fetch.`);
  }
  if (parsed.username !== '' || parsed.password !== '') {
    return unusable(`The address of ${what} holds a password, which would be shown to every platform.`);
  }
  if (parsed.hostname === 'drive.google.com' || parsed.hostname === 'docs.google.com') {
    return unusable(`The address of ${what} is a Google Drive link: a page to look at, not the file itself.`);
  }
  return null;
}

function unusable(message: string): Problem {
  return {
    kind: 'rejected',
    code: 'MEDIA_URL_UNUSABLE',
    message,
    hint: 'Upload the file to the storage of the app, put its public https address into the post and schedule it again.',
  };
}

export function parseUrl(url: string): URL | null {
  try {
    return new URL(url);
  } catch {
    return null;
  }
}

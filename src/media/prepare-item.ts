import type { Problem } from '../core/errors.ts';
import type { MediaRole } from '../core/media.ts';
import type { MediaRule } from '../core/platform.ts';
import type { PostMedia } from '../core/post.ts';
import { mediaProblems, noRuleProblem } from './limits.ts';
import type { StoredFile } from './shelf.ts';

export interface PreparedItem {
  /** With the role that its bytes have, whatever its name said. */
  readonly item: PostMedia;
  /** What is published: the original, or a JPEG of it. */
  readonly file: StoredFile;
  readonly converted: boolean;
  readonly problems: readonly Problem[];
}

export interface Stock {
  original(): Promise<StoredFile>;
  jpeg(original: StoredFile): Promise<StoredFile>;
}

/** @throws PublishError for a file that cannot be fetched or read. */
export async function prepareItem(
  media: PostMedia,
  place: { readonly index: number; readonly of: number },
  rules: readonly MediaRule[],
  label: string,
  stock: Stock,
): Promise<PreparedItem> {
  const original = await stock.original();
  const role = media.role === 'cover' ? 'cover' : roleOf(original.info.mime);
  const item = { ...media, role: role ?? media.role };
  const name = place.of === 1 ? `The ${role ?? 'file'}` : `${capital(role ?? 'file')} ${place.index + 1}`;
  const rule = rules.find((candidate) => candidate.role === role);
  if (rule === undefined) {
    return { item, file: original, converted: false, problems: [noRuleProblem(original.info, name, label)] };
  }
  if (rule.convertToJpeg?.includes(original.info.mime) !== true) {
    return {
      item,
      file: original,
      converted: false,
      problems: mediaProblems(rule, original.info, name, label),
    };
  }
  const file = await stock.jpeg(original);
  return { item, file, converted: true, problems: mediaProblems(rule, file.info, `${name} as JPEG`, label) };
}

function roleOf(mime: string): MediaRole | null {
  if (mime.startsWith('image/')) return 'image';
  if (mime.startsWith('video/')) return 'video';
  return mime.startsWith('application/') ? 'document' : null;
}

function capital(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}

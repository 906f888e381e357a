/** Whether a listed post is ours. Pure and strict: what is not surely ours is not ours. */

import { normalizeText } from '../../core/fingerprint.ts';
import type { Post } from '../../core/post.ts';
import type { ListedPost } from './answers.ts';
import { shownMedia } from './content.ts';
import { readOptions } from './options.ts';

interface Wanted {
  readonly post: Post;
  readonly text: string;
  /** Under which X names our files. */
  readonly mediaKeys: readonly string[];
  /** The first post of the thread and the one before; null: it is no answer. */
  readonly answers: { readonly root: string; readonly to: string } | null;
}

export function isOurs(wanted: Wanted, listed: ListedPost, mediaTypes: ReadonlyMap<string, string>): boolean {
  const keys = listed.attachments?.media_keys ?? [];
  if (keys.some((key) => wanted.mediaKeys.includes(key))) return true;
  return (
    comparable(wanted.text) === comparable(shownText(listed)) &&
    hasOurForm(wanted, listed, mediaTypes) &&
    isInOurPlace(wanted, listed)
  );
}

/** As a person sees it: whole, with the addresses that X has shortened, without the one that stands for the files. */
export function shownText(listed: ListedPost): string {
  // Long posts are cut at 280 in `text`.
  const note = listed.note_post ?? listed.note_tweet ?? null;
  const urls = [...(note?.entities?.urls ?? []), ...(listed.entities?.urls ?? [])];
  const plain = unescaped(note?.text ?? listed.text);
  const withoutMedia = urls
    .filter(({ media_key, expanded_url }) => media_key || OF_MEDIA.test(expanded_url ?? ''))
    .reduce(
      (text, { url }) => (text.trimEnd().endsWith(url) ? text.trimEnd().slice(0, -url.length) : text),
      plain,
    );
  return urls.reduce(
    (text, { url, expanded_url }) => text.replaceAll(url, expanded_url ?? url),
    withoutMedia,
  );
}

const OF_MEDIA = /^https:\/\/(?:x|twitter)\.com\/[^/]+\/status\/\d+\/(?:photo|video)\/\d+$/;

/** X escapes these three and nothing else. */
function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** Addresses without what X adds, drops or changes in them: scheme, slash at the end, case of the host. */
function comparable(text: string): string {
  return normalizeText(text)
    .replace(/https?:\/\//gi, '')
    .replace(/[\w-]+(?:\.[\w-]+)+(?=[/?\s]|$)/g, (host) => host.toLowerCase())
    .replace(/\/(?=[^\w\s/]*(?:\s|$))/g, '');
}

function hasOurForm(
  { post, answers }: Wanted,
  listed: ListedPost,
  types: ReadonlyMap<string, string>,
): boolean {
  const keys = listed.attachments?.media_keys ?? [];
  const polls = listed.attachments?.poll_ids ?? [];
  // Files and the poll go with the first part.
  const media = answers === null ? shownMedia(post) : [];
  const poll = answers === null && readOptions(post.options).poll !== null;
  return (
    keys.length === media.length &&
    polls.length === (poll ? 1 : 0) &&
    keys.every((key, index) => {
      const type = types.get(key);
      return type === undefined || (type === 'video') === (media[index]?.role === 'video');
    })
  );
}

function isInOurPlace({ answers }: Wanted, listed: ListedPost): boolean {
  const references = listed.referenced_posts ?? listed.referenced_tweets ?? [];
  const answered = references.find(({ type }) => type === 'replied_to')?.id;
  const root = listed.conversation_id;
  if (answers === null) return answered === undefined && (root === undefined || root === listed.id);
  return (answered ?? answers.to) === answers.to && (root ?? answers.root) === answers.root;
}

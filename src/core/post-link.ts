import type { Problem } from './errors.ts';
import { asFilledText, asObject } from './json-value.ts';
import { parseUrl } from './media-url.ts';
import type { SourceRow } from './source-row.ts';
import { trimEnd } from './trim-end.ts';

/** A link that a platform shows as a card, beside the text. */
export interface PostLink {
  readonly url: string;
  readonly title?: string;
  readonly description?: string;
}

interface FoundLink {
  readonly link: PostLink;
  /** Named in metadata.publish_options.link; otherwise it also stands in the body. */
  readonly explicit: boolean;
}

// Greedy to the next white space or quote; punctuation behind it belongs to the sentence.
const WEB_ADDRESS = /https?:\/\/[^\s<>"“”]+/i;
const PUNCTUATION = ".,;:!?'’*_";

/**
 * The link of a post: metadata.publish_options.link (an address, or {url, title?, description?}), else the first
 * address in the body of an article. Null when there is none.
 */
export function findLink(row: SourceRow): FoundLink | null | { readonly problem: Problem } {
  const named = asObject(row.metadata['publish_options'])?.['link'];
  if (named !== undefined && named !== null && named !== '') return explicitLink(named);
  if ((row.kindRaw ?? '').trim().toLowerCase() !== 'article') return null;
  const url = WEB_ADDRESS.exec(row.body)?.[0];
  return url === undefined ? null : { link: { url: withoutPunctuation(url) }, explicit: false };
}

function explicitLink(named: unknown): FoundLink | { readonly problem: Problem } {
  const object = asObject(named);
  const url = asFilledText(object === null ? named : object['url']);
  const protocol = url === null ? undefined : parseUrl(url)?.protocol;
  if (url === null || (protocol !== 'http:' && protocol !== 'https:')) return { problem: unusableLink };
  const title = asFilledText(object?.['title']);
  const description = asFilledText(object?.['description']);
  const link = {
    url,
    ...(title === null ? {} : { title }),
    ...(description === null ? {} : { description }),
  };
  return { link, explicit: true };
}

function withoutPunctuation(url: string): string {
  // "(see https://example.org/a)" but not "https://en.wikipedia.org/wiki/Oven_(disambiguation)".
  return trimEnd(url, url.includes('(') ? PUNCTUATION : `${PUNCTUATION})`);
}

const unusableLink: Problem = {
  kind: 'rejected',
  code: 'LINK_UNUSABLE',
  message: 'The link in metadata.publish_options.link is not an http or https address.',
  hint: 'Write it as https://… or as {"url": "https://…", "title": "…"}, or remove it, and schedule the post again.',
};

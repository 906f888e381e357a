import type { Identified, Reach, Unidentified } from '../../core/platform.ts';
import { addressOn, pathOf } from '../../core/post-address.ts';
import { findInPages } from '../../http/graph.ts';
import { type ListedMedia, listMedia } from './api.ts';

const SITES = ['instagram.com', 'instagr.am'];
/** Words of Instagram's addresses behind which a short code stands; behind a story's the number of the story. */
const BEFORE_CODE = ['p', 'reel', 'reels', 'tv'];

/** The short code of an address is not the id: the account's own list says which post has it. */
export async function identify(
  named: string,
  _accountId: string,
  reach: Reach | null,
): Promise<Identified | Unidentified> {
  const key = read(named);
  if (key === null) return unreadable;
  if (reach === null) return unreachable;
  const edges = key.story ? (['stories'] as const) : (['media', 'stories'] as const);
  for (const edge of edges) {
    const found = await inList(reach, edge, key.text);
    if (found === undefined) continue;
    const { id, permalink, timestamp } = found;
    return { id, idKind: 'media', url: permalink ?? null, at: timestamp, proof: 'platform' };
  }
  const { name, id } = reach.account;
  return {
    problem: `The account ${name} (${id}) lists no such post.`,
    hint: 'Open the post on the account itself and copy its address from there.',
  };
}

function read(named: string): { readonly text: string; readonly story: boolean } | null {
  const text = named.trim();
  if (/^\d{5,}$/.test(text)) return { text, story: false };
  const url = addressOn(text, SITES);
  if (url === null) return null;
  const path = pathOf(url);
  const [first, , third = ''] = path;
  if (first === 'stories' && /^\d+$/.test(third)) return { text: third, story: true };
  const code = path[path.findIndex((part) => BEFORE_CODE.includes(part)) + 1];
  const isCode = path.some((part) => BEFORE_CODE.includes(part)) && /^[\w-]{5,}$/.test(code ?? '');
  return isCode && code !== undefined ? { text: code, story: false } : null;
}

function inList(
  { context, account }: Reach,
  edge: 'media' | 'stories',
  key: string,
): Promise<ListedMedia | undefined> {
  return findInPages(
    (after) => listMedia(context, account, edge, after),
    ({ id, permalink }) => id === key || lastPart(permalink) === key,
  );
}

function lastPart(permalink: string | undefined): string | undefined {
  const url = permalink === undefined ? null : addressOn(permalink, SITES);
  return url === null ? undefined : pathOf(url).at(-1);
}

const unreadable: Unidentified = {
  problem: 'That is not the address or the id of a post on Instagram.',
  hint: 'Open the post, choose “Copy link” and name that, such as https://www.instagram.com/p/<code>/.',
};

const unreachable: Unidentified = {
  problem:
    'Addresses on Instagram do not say whose post it is, and the account cannot be asked without a working connection.',
  hint: 'Connect the Instagram account again in the app, then repeat the command.',
};

import type { Identified, Reach, Unidentified } from '../../core/platform.ts';
import { addressOn, pathOf } from '../../core/post-address.ts';
import { findInPages } from '../../http/graph.ts';
import { type ListedPost, listPosts } from './api.ts';

const SITES = ['threads.com', 'threads.net'];

/** The short code of an address is not the id: the account's own lists say which post has it. */
export async function identify(
  named: string,
  _accountId: string,
  reach: Reach | null,
): Promise<Identified | Unidentified> {
  const key = read(named);
  if (key === null) return unreadable;
  if (reach === null) return unreachable;
  for (const edge of ['threads', 'replies'] as const) {
    const found = await inList(reach, edge, key);
    if (found === undefined) continue;
    const { id, permalink, timestamp } = found;
    return { id, idKind: 'post', url: permalink ?? null, at: timestamp, proof: 'platform' };
  }
  const { name, id } = reach.account;
  return {
    problem: `The account ${name} (${id}) lists no such post.`,
    hint: 'Open the post on the account itself and copy its address from there.',
  };
}

/** '/@name/post/<code>' and the shorter '/t/<code>'. */
function read(named: string): string | null {
  const text = named.trim();
  if (/^\d{5,}$/.test(text)) return text;
  const url = addressOn(text, SITES);
  if (url === null) return null;
  const [first = '', second = '', third = ''] = pathOf(url);
  const code = first.startsWith('@') && second === 'post' ? third : first === 't' ? second : '';
  return /^[\w-]{5,}$/.test(code) ? code : null;
}

function inList(
  { context, account }: Reach,
  edge: 'threads' | 'replies',
  key: string,
): Promise<ListedPost | undefined> {
  return findInPages(
    (after) => listPosts(context, account, edge, after),
    ({ id, shortcode, permalink }) => id === key || shortcode === key || lastPart(permalink) === key,
  );
}

function lastPart(permalink: string | undefined): string | undefined {
  const url = permalink === undefined ? null : addressOn(permalink, SITES);
  return url === null ? undefined : pathOf(url).at(-1);
}

const unreadable: Unidentified = {
  problem: 'That is not the address or the id of a post on Threads.',
  hint: 'Open the post, choose “Copy link” and name that, such as https://www.threads.com/@<name>/post/<code>.',
};

const unreachable: Unidentified = {
  problem:
    'Addresses on Threads do not say under which id the post is known, and the account cannot be asked without a working connection.',
  hint: 'Connect the Threads account again in the app, then repeat the command.',
};

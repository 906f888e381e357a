import type { Identified, Reach, Unidentified } from '../../core/platform.ts';
import { addressOn, pathOf } from '../../core/post-address.ts';
import { callerOf, lookUpPost } from './api.ts';
import { postUrl } from './published.ts';

const SITES = ['x.com', 'twitter.com'];

/** X names the author of a post. */
export async function identify(
  named: string,
  accountId: string,
  reach: Reach | null,
): Promise<Identified | Unidentified> {
  const id = read(named);
  if (id === null) return unreadable(named);
  if (reach === null) return unreachable;
  const { context, account } = reach;
  const post = await lookUpPost(callerOf(context, account), id);
  if (post === undefined) {
    return {
      problem: `X shows no post ${id}.`,
      hint: 'Open the post on the account itself and copy its address from there.',
    };
  }
  if (post.author_id !== accountId) {
    return {
      problem: `That post is not one of ${account.name} (${accountId}): X names ${post.author_id ?? 'nobody'} as its author.`,
      hint: 'Name the address of the post on that very account.',
    };
  }
  const at = post.created_at === undefined ? null : new Date(post.created_at);
  return { id, idKind: 'post', url: postUrl(id), at, proof: 'platform' };
}

/** '/name/status/123', '/i/web/status/123', also with '/photo/1' behind it. */
function read(named: string): string | null {
  const text = named.trim();
  if (isId(text)) return text;
  const url = addressOn(text, SITES);
  if (url === null) return null;
  const path = pathOf(url);
  const word = path.findIndex((part) => part === 'status' || part === 'statuses');
  const id = word === -1 ? undefined : path[word + 1];
  return isId(id) ? id : null;
}

function isId(text: string | undefined): text is string {
  return /^\d{5,19}$/.test(text ?? '');
}

function unreadable(named: string): Unidentified {
  const short = addressOn(named, ['t.co']) !== null;
  return {
    problem: short
      ? 'That is a short link, which does not say which post it leads to.'
      : 'That is not the address or the id of a post on X.',
    hint: short
      ? 'Open it, and copy the address that the browser then shows.'
      : 'Open the post and copy its address, such as https://x.com/<name>/status/<number>.',
  };
}

const unreachable: Unidentified = {
  problem:
    'Addresses on X name an account that may have been renamed, and X cannot be asked without a working connection.',
  hint: 'Connect the X account again in the app, then repeat the command.',
};

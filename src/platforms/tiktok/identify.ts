import type { Identified, Reach, Unidentified } from '../../core/platform.ts';
import { addressOn, pathOf } from '../../core/post-address.ts';
import { askCreator, callerOf, lookUpVideo } from './api.ts';

const SITES = ['tiktok.com'];
/** They lead to a post and do not say to which. */
const SHORT_SITES = ['vm.tiktok.com', 'vt.tiktok.com'];

/**
 * TikTok names the public posts of the account. Of what is not public it never says whose it is; there an address with
 * the account's own name rests on the person's word.
 */
export async function identify(
  named: string,
  _accountId: string,
  reach: Reach | null,
): Promise<Identified | Unidentified> {
  const post = read(named);
  if (post === null) return unreadable(named);
  if (reach === null) return unreachable;
  const caller = callerOf(reach.context, reach.account);
  const found = await lookUpVideo(caller, post.id);
  if (found !== undefined) {
    const url = post.url ?? (URL.canParse(found.share_url) ? found.share_url.replace(/[?#].*$/, '') : null);
    return { id: post.id, idKind: 'post', url, at: new Date(found.create_time * 1000), proof: 'platform' };
  }
  const own = post.username !== null && post.username === (await askCreator(caller)).creator_username;
  if (own) return { id: post.id, idKind: 'post', url: post.url, at: null, proof: 'person' };
  return {
    problem: `TikTok shows no public post ${post.id} of ${reach.account.name}.`,
    hint: 'Open the post on the account itself and copy its whole address from there.',
  };
}

interface Address {
  readonly id: string;
  readonly username: string | null;
  readonly url: string | null;
}

/** '/@name/video/123', '/@name/photo/123' or the number itself. */
function read(named: string): Address | null {
  const text = named.trim();
  if (isId(text)) return { id: text, username: null, url: null };
  const url = addressOn(text, SITES);
  if (url === null) return null;
  const [name = '', word = '', id] = pathOf(url);
  if (!name.startsWith('@') || (word !== 'video' && word !== 'photo') || !isId(id)) return null;
  return { id, username: name.slice(1), url: `https://www.tiktok.com/${name}/${word}/${id}` };
}

function isId(text: string | undefined): text is string {
  return /^\d{15,20}$/.test(text ?? '');
}

function unreadable(named: string): Unidentified {
  const short = addressOn(named, SHORT_SITES) !== null;
  return {
    problem: short
      ? 'That is a short link, which does not say which post it leads to.'
      : 'That is not the address or the id of a post on TikTok.',
    hint: short
      ? 'Open it, and copy the address that the browser then shows.'
      : 'Open the post and copy its address, such as https://www.tiktok.com/@<name>/video/<number>.',
  };
}

const unreachable: Unidentified = {
  problem:
    'Addresses on TikTok name an account that may have been renamed, and TikTok cannot be asked without a working connection.',
  hint: 'Connect the TikTok account again in the app, then repeat the command.',
};

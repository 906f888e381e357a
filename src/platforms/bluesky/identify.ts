import type { Identified, Reach, Unidentified } from '../../core/platform.ts';
import { addressOn, pathOf } from '../../core/post-address.ts';
import { createApi } from './api.ts';
import { blueskyError } from './errors.ts';
import { isTid } from './tid.ts';
import { postUrl, uriOf } from './uri.ts';

/** The account's own server says whether it has the record, and whose a handle is. */
export async function identify(
  named: string,
  accountId: string,
  reach: Reach | null,
): Promise<Identified | Unidentified> {
  const post = read(named);
  if (post === null) return unreadable;
  const { who, rkey } = post;
  const found = { id: uriOf(accountId, rkey), idKind: 'record', url: postUrl(accountId, rkey) };
  if (who.startsWith('did:') && who !== accountId) return notThere(accountId);
  if (reach === null) return who === accountId ? { ...found, at: null, proof: 'address' } : unreachable;

  const api = createApi(reach.context, reach.account);
  if (who !== accountId && (await api.resolveHandle(who)) !== accountId) return notThere(reach.account.name);
  const record = await api.getRecord(accountId, rkey);
  if (record === null) return notThere(reach.account.name);
  if ('status' in record) throw blueskyError(record, reach.context.now(), 'not armed');
  const at = new Date(record.value.createdAt);
  return { ...found, at: Number.isNaN(at.getTime()) ? null : at, proof: 'platform' };
}

/** 'https://bsky.app/profile/<handle or did>/post/<key>' or 'at://<did>/app.bsky.feed.post/<key>' */
function read(named: string): { readonly who: string; readonly rkey: string } | null {
  const text = named.trim();
  const [, did = '', key = ''] = /^at:\/\/([^/]+)\/app\.bsky\.feed\.post\/([^/]+)$/.exec(text) ?? [];
  const url = addressOn(text, ['bsky.app']);
  const [profile, handle = '', post, rkey = ''] = url === null ? [] : pathOf(url);
  const shown = profile === 'profile' && post === 'post';
  const who = (shown ? handle : did).toLowerCase();
  const named13 = shown ? rkey : key;
  return /^(?:did:[a-z]+:\S+|[a-z0-9.-]+\.[a-z]+)$/.test(who) && isTid(named13)
    ? { who, rkey: named13 }
    : null;
}

const unreadable: Unidentified = {
  problem: 'That is not the address or the id of a post on Bluesky.',
  hint: 'Open the post on bsky.app, choose “Copy link to post” and name that.',
};

const unreachable: Unidentified = {
  problem: 'Whose name that is only the server tells, and it cannot be asked without a working connection.',
  hint: 'Connect the Bluesky account again in the app, then repeat the command.',
};

function notThere(name: string): Unidentified {
  return {
    problem: `There is no such post of ${name === '' ? 'the account' : `the account ${name}`}.`,
    hint: 'Open the post on bsky.app, choose “Copy link to post” and name that.',
  };
}

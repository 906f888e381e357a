import { PublishError } from '../../core/errors.ts';
import { HttpFailure } from '../../core/http.ts';
import type { Identified, Reach, Unidentified } from '../../core/platform.ts';
import { addressOn, pathOf } from '../../core/post-address.ts';
import type { ListedPost } from './answers.ts';
import { type Caller, caller } from './api.ts';
import { listPosts, listStories } from './listing.ts';
import { attachedIds } from './match.ts';
import { postUrl } from './published.ts';

const SITES = ['facebook.com', 'facebook.me'];
/** How far back the list of the Page is read; a post that waits for a person is younger. */
const LOOK_BACK_MS = 60 * 24 * 3_600_000;
const STORY_LIFE_MS = 24 * 3_600_000;
/** Words of Facebook's addresses behind which an id stands. */
const BEFORE_ID = ['posts', 'videos', 'reel', 'reels', 'photos', 'permalink', 'watch', 'photo', 'stories'];

/** What an address or id says. */
interface Named {
  /** Ids of the post or of what it shows, or its 'pfbid…', which stands for an id and cannot be turned into one. */
  readonly keys: readonly string[];
  /** The Page's id where it stands in the address. Newer Pages have a second one, so another id disproves nothing. */
  readonly page: string | null;
  /** The post's own number, when the address is surely that of a post. */
  readonly post: string | null;
}

/** The Page's own list decides: by id, by the photo or video that the post shows, or by the address itself. */
export async function identify(
  named: string,
  accountId: string,
  reach: Reach | null,
): Promise<Identified | Unidentified> {
  const address = read(named);
  if (address === null) return unreadable(named);
  const byAddress = decidedByAddress(address, accountId);
  if (reach === null) return byAddress ?? unreachable;
  try {
    return await inList(caller(reach.context, reach.account), address, reach.context.now());
  } catch (error) {
    if (byAddress !== null && (error instanceof PublishError || error instanceof HttpFailure))
      return byAddress;
    throw error;
  }
}

function read(named: string): Named | null {
  const text = named.trim();
  const [, page, post] = /^(\d+)_(\d+)$/.exec(text) ?? [];
  if (page !== undefined && post !== undefined) return { keys: [post], page, post };
  if (/^\d+$/.test(text)) return { keys: [text], page: null, post: null };
  const url = addressOn(text, SITES);
  if (url === null) return null;

  const path = pathOf(url);
  const [first = ''] = path;
  if (/^\d+_\d+$/.test(first) && path.length === 1) return read(first);
  const query = ['story_fbid', 'fbid', 'v'].map((name) => url.searchParams.get(name)).find(isKey);
  const word = path.findIndex((part) => BEFORE_ID.includes(part));
  const last = word === -1 ? undefined : path.slice(word + 1).findLast(isKey);
  const key = query ?? last;
  if (key === undefined || key === null) return null;
  const pageId = url.searchParams.get('id') ?? (word === 1 ? first : null);
  const isPost = url.searchParams.has('story_fbid') || path[word] === 'posts';
  return {
    keys: [key],
    page: pageId !== null && /^\d+$/.test(pageId) ? pageId : null,
    post: isPost && /^\d+$/.test(key) ? key : null,
  };
}

function isKey(text: string | null): text is string {
  return text !== null && (/^\d{5,}$/.test(text) || /^pfbid\w+$/.test(text));
}

async function inList(from: Caller, { keys, page }: Named, now: Date): Promise<Identified | Unidentified> {
  const { items, complete } = await listPosts(from, new Date(now.getTime() - LOOK_BACK_MS));
  const post = items.find((listed) => namesOf(listed).some((name) => keys.includes(name)));
  if (post !== undefined) {
    const { id, permalink_url, created_time } = post;
    return { id, idKind: 'post', url: permalink_url ?? postUrl(id), at: created_time, proof: 'platform' };
  }
  const stories = await listStories(from, new Date(now.getTime() - STORY_LIFE_MS));
  const story = stories.items.find(
    ({ post_id, media_id, url }) =>
      [post_id, media_id].some((id) => id !== undefined && keys.includes(id)) ||
      (url !== undefined && pathOf(new URL(url)).some((part) => keys.includes(part))),
  );
  if (story?.post_id !== undefined) {
    return { id: story.post_id, idKind: 'story', url: story.url ?? null, at: null, proof: 'platform' };
  }
  if (page !== null && page !== from.account.id) {
    return {
      problem: `That address names the Page ${page}, and the Page ${from.account.name} (${from.account.id}) does not list such a post.`,
      hint: 'Look whether it is the right Page, and copy the address from there.',
    };
  }
  const isPfbid = keys.some((key) => key.startsWith('pfbid'));
  return {
    problem: `The Page ${from.account.name} (${from.account.id}) lists no such post${complete ? '' : ' among its newest 500'}.`,
    hint: isPfbid
      ? 'Addresses with “pfbid” may differ from those that Facebook lists: name the address of its photo or video instead, or the id of the post.'
      : 'Open the post on the Page itself and copy its address from there.',
  };
}

/** Every id under which a listed post may be named. */
function namesOf(listed: ListedPost): readonly string[] {
  const { id, permalink_url } = listed;
  const path = permalink_url === undefined ? [] : pathOf(new URL(permalink_url));
  const query = permalink_url === undefined ? null : new URL(permalink_url).searchParams.get('story_fbid');
  const own = [id.split('_').at(-1) ?? id, ...(query === null ? [] : [query])];
  return [...own, ...attachedIds(listed), ...path.filter(isKey).filter((part) => !id.startsWith(part))];
}

function decidedByAddress({ page, post }: Named, accountId: string): Identified | null {
  if (page !== accountId || post === null) return null;
  const id = `${page}_${post}`;
  return { id, idKind: 'post', url: postUrl(id), at: null, proof: 'address' };
}

function unreadable(named: string): Unidentified {
  const short = addressOn(named, ['fb.watch', 'fb.me']) !== null || /facebook\.com\/share\//.test(named);
  return {
    problem: short
      ? 'That is a short link, which does not say which post it leads to.'
      : 'That is not the address or the id of a post on Facebook.',
    hint: short
      ? 'Open it, and copy the address that the browser then shows.'
      : 'Click on the time of the post on the Page and copy the address, such as https://www.facebook.com/<page>/posts/<id>.',
  };
}

const unreachable: Unidentified = {
  problem: 'The Page cannot be asked without a working connection, and that address does not name the Page.',
  hint: 'Connect the Page again in the app, or name the post as <page id>_<post id>.',
};

import type { Identified, Reach, Unidentified } from '../../core/platform.ts';
import { addressOn, pathOf } from '../../core/post-address.ts';
import { callerOf, getVideo, parse } from './api.ts';
import { youtubeError } from './errors.ts';
import { videoUrl } from './link.ts';

const SITES = ['youtube.com', 'youtube-nocookie.com'];
const SHORT_SITES = ['youtu.be'];
const BEFORE_ID = ['shorts', 'live', 'embed', 'v'];
const STUDIO = ['video', 'videos'];

/** YouTube names the channel of a video. */
export async function identify(
  named: string,
  accountId: string,
  reach: Reach | null,
): Promise<Identified | Unidentified> {
  const video = read(named);
  if (video === null) return unreadable;
  if (reach === null) return unreachable;
  const { context, account } = reach;
  const response = await getVideo(callerOf(context, account), 'snippet', video.id);
  const items = parse.snippets(response);
  if (items === null) throw youtubeError(response, context.now(), 'not armed');
  const [found] = items;
  if (found === undefined) {
    return {
      problem: `YouTube shows no video ${video.id}.`,
      hint: 'Look in YouTube Studio whether it is there, and copy its address from there.',
    };
  }
  const { channelId, channelTitle, publishedAt } = found.snippet;
  if (channelId !== accountId) {
    return {
      problem: `That video is on the channel ${channelTitle} (${channelId}), not on ${account.name} (${accountId}).`,
      hint: 'Name the address of the video on that very channel.',
    };
  }
  return {
    id: video.id,
    idKind: 'video',
    url: videoUrl(video.id, video.short),
    at: new Date(publishedAt),
    proof: 'platform',
  };
}

function read(named: string): { readonly id: string; readonly short: boolean } | null {
  const text = named.trim();
  if (isId(text)) return { id: text, short: false };
  const short = addressOn(text, SHORT_SITES);
  const url = short ?? addressOn(text, SITES);
  if (url === null) return null;
  const path = pathOf(url);
  const [first = '', second] = path;
  const id =
    short === null
      ? (url.searchParams.get('v') ?? ([...BEFORE_ID, ...STUDIO].includes(first) ? second : undefined))
      : first;
  return isId(id) ? { id, short: first === 'shorts' } : null;
}

function isId(text: string | undefined): text is string {
  return /^[\w-]{11}$/.test(text ?? '');
}

const unreadable: Unidentified = {
  problem: 'That is not the address or the id of a video on YouTube.',
  hint: 'Open the video and copy its address, such as https://www.youtube.com/watch?v=<id>.',
};

const unreachable: Unidentified = {
  problem:
    'Addresses on YouTube do not say whose video it is, and YouTube cannot be asked without a working connection.',
  hint: 'Connect the YouTube channel again in the app, then repeat the command.',
};

import { PublishError } from '../../core/errors.ts';
import { normalizeText } from '../../core/fingerprint.ts';
import type { Found, Job } from '../../core/platform.ts';
import type { ListedVideo } from './answers.ts';
import { type Caller, callerOf, listVideos } from './api.ts';
import type { PhotosState, VideoState } from './checkpoint.ts';
import { isPhotos } from './content.ts';
import { PUBLIC } from './creator.ts';
import { readOptions } from './options.ts';
import { again } from './outcome.ts';

/** Their times are whole seconds, and clocks differ. */
const SKEW_MS = 60_000;
/** How long after our request TikTok may still have fetched or processed the files. */
const DELAY_MS = 15 * 60_000;
const MAX_PAGES = 10;
const FIRST_LOOKS_MS = 60_000;
/** Texts are shown cut at 150; in which unit, and with which ending, is not documented. */
const CUT_AT_LEAST = 120;

/**
 * Looks for the post among the account's public ones.
 *
 * published: exactly one of that time has our text and belongs to no other target. Never absent: moderation may hide a
 * post for hours, and what is not public is not shown at all.
 */
export async function lookThroughVideos(job: Job, state: VideoState | PhotosState | null): Promise<Found> {
  if (job.armedAt === null) return never('Nothing was sent that could be looked for.');
  const hidden = hiddenBecause(job, state);
  if (hidden !== null) return never(hidden);
  try {
    const since = job.armedAt.getTime() - SKEW_MS;
    const until = (job.lastPossibleAt ?? job.now()).getTime() + DELAY_MS;
    const listed = await listSince(callerOf(job, job.account), since);
    return await judge(
      job,
      listed.filter(({ create_time }) => create_time * 1000 <= until),
    );
  } catch (error) {
    if (!(error instanceof PublishError)) throw error;
    return again(job, `The public posts of the account could not be read: ${error.message}`);
  }
}

async function judge(job: Job, listed: readonly ListedVideo[]): Promise<Found> {
  const ours: ListedVideo[] = [];
  for (const video of listed) if (isOurs(job, video) && !(await job.isKnownId(video.id))) ours.push(video);
  const [only] = ours;
  if (only === undefined)
    return again(job, 'The public posts of the account do not show it (yet).', laterAndLater(job));
  if (ours.length > 1) return never(`${ours.length} public posts of the account look like this one.`);
  return { state: 'published', id: only.id, idKind: 'post', url: addressOf(only) };
}

/** Moderation takes a minute mostly, hours at times: what is not shown soon is asked for less and less often. */
function laterAndLater(job: Job): number {
  const now = job.now().getTime();
  const age = now - (job.armedAt ?? job.now()).getTime();
  return now + Math.max(FIRST_LOOKS_MS, age / 2);
}

/** null: TikTok would show it. */
function hiddenBecause({ post }: Job, state: VideoState | PhotosState | null): string | null {
  const { draft, audience } = readOptions(post.options);
  if (draft) return 'A draft in the inbox of the account cannot be looked for.';
  const level = state?.privacyLevel ?? (audience === null || audience === 'public' ? PUBLIC : audience);
  return level === PUBLIC ? null : 'TikTok lists public posts only, and this one is not public.';
}

/** Those made at or after `since`; maybe not all of them, which is as good as not yet. */
async function listSince(caller: Caller, since: number): Promise<ListedVideo[]> {
  const found: ListedVideo[] = [];
  let cursor: number | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { videos, has_more, cursor: next } = await listVideos(caller, cursor);
    const recent = videos.filter(({ create_time }) => create_time * 1000 >= since);
    found.push(...recent);
    if (!has_more || next === undefined || recent.length < videos.length) return found;
    cursor = next;
  }
  return found;
}

/** Same text as far as it is shown; pictures have no duration. Without a text nothing tells posts apart. */
function isOurs({ post }: Job, { title, video_description, duration }: ListedVideo): boolean {
  if (isPhotos(post) && duration > 0) return false;
  const whole = normalizeText(post.text);
  return [video_description, title].some((text) => {
    const shown = normalizeText(text).replace(/(…|\.\.\.)$/, '');
    return shown !== '' && (shown === whole || (shown.length >= CUT_AT_LEAST && whole.startsWith(shown)));
  });
}

function addressOf({ share_url }: ListedVideo): string | null {
  if (!URL.canParse(share_url)) return null;
  const url = new URL(share_url);
  return url.protocol === 'https:' ? `${url.origin}${url.pathname}` : null;
}

function never(reason: string): Found {
  return { state: 'unknown', reason, lookAt: null };
}

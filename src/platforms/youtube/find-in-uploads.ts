import { normalizeText } from '../../core/fingerprint.ts';
import type { HttpResponse } from '../../core/http.ts';
import type { Found, Job } from '../../core/platform.ts';
import { callerOf, listOwnChannels, listUploads, parse, type UploadsPage } from './api.ts';
import type { Upload } from './checkpoint.ts';
import { youtubeError } from './errors.ts';
import { publishedVideo } from './outcome.ts';
import { descriptionOf, titleOf } from './resource.ts';

type Item = UploadsPage['items'][number]['snippet'];

const LOOK_AGAIN_MS = 60_000;
// Clocks of YouTube and of the database differ.
const CLOCK_MARGIN_MS = 2 * 60_000;
// How long after the last byte YouTube may enter the video.
const ENTRY_MARGIN_MS = 15 * 60_000;
// 50 a page: more uploads than any project's quota allows in the life of a session.
const MAX_PAGES = 20;

/**
 * Looks for the video in the channel's uploads (1 quota unit a page).
 *
 * published: exactly one upload of the window has our title and description and belongs to no other target.
 * absent: the listing reaches back past the window and every upload in it belongs to another target. Not where the
 * checkpoint is unreadable: its session may still live.
 */
export async function lookThroughUploads(job: Job, upload: Upload | null | 'unreadable'): Promise<Found> {
  if (job.armedAt === null) return never('There was no upload to look for.');
  const known = upload === 'unreadable' ? null : upload;
  // Which moment of an upload YouTube shows as its time is not documented: the session's beginning counts as well.
  const from =
    Math.min(job.armedAt.getTime(), known === null ? Number.POSITIVE_INFINITY : Date.parse(known.startedAt)) -
    CLOCK_MARGIN_MS;
  const to = (job.lastPossibleAt ?? job.now()).getTime() + ENTRY_MARGIN_MS;

  const listed = await listSince(job, from);
  if ('trouble' in listed) return again(job, listed.trouble);
  const strangers = await withoutKnown(job, listed.items);
  const matches = strangers.filter((item) => Date.parse(item.publishedAt) <= to && isOurs(job, item));
  const [match, ...others] = matches;
  if (match !== undefined && others.length > 0) {
    return never(
      `${matches.length} videos of the channel have this title and text; which one is ours nobody can tell.`,
    );
  }
  if (match !== undefined)
    return await publishedVideo(job, { id: match.resourceId.videoId }, known?.short ?? false);
  if (strangers.length > 0)
    return again(job, `The channel has ${strangers.length} newer videos that did not come from here.`);
  if (upload === 'unreadable')
    return never('What was noted about the upload cannot be read, so its session cannot be asked.');
  return { state: 'absent', proof: 'listing', checkpoint: null };
}

type Listed = { readonly items: readonly Item[] } | { readonly trouble: string };

/** All uploads at or after `from`; complete, or trouble. */
async function listSince(job: Job, from: number): Promise<Listed> {
  const playlist = await uploadsPlaylist(job);
  if ('trouble' in playlist) return playlist;
  const items: Item[] = [];
  let pageToken: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const response = await listUploads(callerOf(job, job.account), playlist.id, pageToken);
    const answer = parse.uploads(response);
    if (answer === null) return trouble(job, response);
    const recent = answer.items
      .map(({ snippet }) => snippet)
      .filter((item) => Date.parse(item.publishedAt) >= from);
    items.push(...recent);
    pageToken = answer.nextPageToken;
    // A whole page of older ones, because the order of videos that were made public later is not documented.
    if (pageToken === undefined || (recent.length === 0 && answer.items.length > 0)) return { items };
  }
  return { trouble: `The channel has more than ${MAX_PAGES * 50} videos since then.` };
}

async function uploadsPlaylist(job: Job): Promise<{ readonly id: string } | { readonly trouble: string }> {
  const response = await listOwnChannels(callerOf(job, job.account), 'contentDetails');
  const channels = parse.channels(response);
  if (channels === null) return trouble(job, response);
  const id = channels.find((channel) => channel.id === job.account.id)?.contentDetails?.relatedPlaylists
    .uploads;
  return id === undefined ? { trouble: 'The connection does not show the uploads of this channel.' } : { id };
}

async function withoutKnown(job: Job, items: readonly Item[]): Promise<Item[]> {
  const strangers: Item[] = [];
  for (const item of items) {
    if (!(await job.isKnownId(item.resourceId.videoId))) strangers.push(item);
  }
  return strangers;
}

function isOurs(job: Job, item: Item): boolean {
  return (
    normalizeText(item.title) === normalizeText(titleOf(job.post)) &&
    normalizeText(item.description) === normalizeText(descriptionOf(job.post))
  );
}

function trouble(job: Job, response: HttpResponse): { readonly trouble: string } {
  return { trouble: youtubeError(response, job.now(), 'armed').message };
}

function again(job: Job, reason: string): Found {
  return { state: 'unknown', reason, lookAt: new Date(job.now().getTime() + LOOK_AGAIN_MS) };
}

function never(reason: string): Found {
  return { state: 'unknown', reason, lookAt: null };
}

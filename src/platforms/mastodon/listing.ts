import { normalizeText } from '../../core/fingerprint.ts';
import { HttpFailure } from '../../core/http.ts';
import { type Found, type Job, MAIN_EFFECT } from '../../core/platform.ts';
import { localId } from './account.ts';
import { type Api, createApi, type Status } from './api.ts';
import { contentWarning, partOf } from './content.ts';
import { published } from './published.ts';

/** How far the server's clock and the database's may be apart. */
const CLOCK_SKEW_MS = 60_000;
/** Looked through when we never sent it and somebody else may have. */
const RECENT_MS = 30 * 60_000;
const LOOK_AGAIN_MS = 60_000;
/** What cannot be read or attributed by then is a person's. */
const GIVE_UP_MS = 60 * 60_000;
const MAX_PAGES = 5;

/** What the list of the account's own statuses tells; it holds those of every visibility. */
export async function findInListing(job: Job): Promise<Found> {
  const now = job.now().getTime();
  const from = (job.armedAt?.getTime() ?? now - RECENT_MS) - CLOCK_SKEW_MS;
  const to = (job.lastPossibleAt?.getTime() ?? now) + CLOCK_SKEW_MS;
  const again = now < to + GIVE_UP_MS ? new Date(now + LOOK_AGAIN_MS) : null;
  try {
    const api = createApi(job, job.account);
    const statuses = await readBackTo(api, localId(job.account), from);
    if (typeof statuses === 'string') return unknown(statuses, again);
    const inWindow = statuses.filter(({ created_at }) => {
      const at = Date.parse(created_at);
      return at >= from && at <= to;
    });
    const known = await Promise.all(inWindow.map(({ id }) => job.isKnownId(id)));
    const strangers = inWindow.filter((_status, index) => known[index] !== true);
    if (strangers.length === 0) return { state: 'absent', proof: 'listing', checkpoint: null };
    return await matchAmong(job, api, strangers, again);
  } catch (error) {
    if (error instanceof HttpFailure) return unknown('The server did not answer.', again);
    throw error;
  }
}

async function matchAmong(
  job: Job,
  api: Api,
  strangers: readonly Status[],
  again: Date | null,
): Promise<Found> {
  const matches: Status[] = [];
  const { text, before } = partOf(job.post, job.effect);
  const parent = before === null ? undefined : job.out[before];
  for (const status of strangers) {
    const written = await api.source(status.id);
    if ('status' in written)
      return unknown(`The server does not show a status (HTTP ${written.status}).`, again);
    const same =
      normalizeText(written.text) === normalizeText(text) &&
      (status.in_reply_to_id ?? undefined) === parent &&
      normalizeText(written.spoiler_text) === normalizeText(contentWarning(job.post)) &&
      shapeOf(status) === shapeOfPost(job);
    if (same) matches.push(status);
  }
  const [match] = matches;
  if (match === undefined)
    return unknown('A status of that time on the account belongs to nothing we know of.', again);
  if (matches.length > 1) return unknown('Several statuses of that time look like this one.', again);
  return published(match);
}

/** All statuses back to `from`, or why they cannot be told. */
async function readBackTo(api: Api, accountId: string, from: number): Promise<readonly Status[] | string> {
  const statuses: Status[] = [];
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await api.statuses(accountId, statuses.at(-1)?.id);
    if ('status' in answer)
      return `The server does not list the statuses of the account (HTTP ${answer.status}).`;
    statuses.push(...answer);
    const times = statuses.map(({ created_at }) => Date.parse(created_at));
    // Only a list in order is complete up to where it ends.
    if (!times.every((at, index) => at <= (times[index - 1] ?? Number.POSITIVE_INFINITY)))
      return 'The server lists the statuses of the account in no order.';
    if (answer.length === 0 || times.some((at) => at < from)) return statuses;
  }
  return 'The account has more statuses since then than are looked through.';
}

/** Kind and number of files. A film without sound, or a GIF that moves, is shown as a 'gifv'. */
const shapeOf = ({ media_attachments }: Status): string =>
  media_attachments.map(({ type }) => (type === 'image' ? 'image' : 'video')).join();

function shapeOfPost({ post, effect }: Job): string {
  if (effect !== MAIN_EFFECT) return '';
  return post.media
    .filter(({ role }) => role !== 'cover')
    .map(({ role, info }) => (role === 'image' && info?.mime !== 'image/gif' ? 'image' : 'video'))
    .join();
}

function unknown(reason: string, lookAt: Date | null): Found {
  return { state: 'unknown', reason, lookAt };
}

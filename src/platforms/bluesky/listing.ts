import { normalizeText } from '../../core/fingerprint.ts';
import { HttpFailure } from '../../core/http.ts';
import type { Found, Job } from '../../core/platform.ts';
import { type Api, createApi, type StoredRecord } from './api.ts';
import { partOf, shapeOfPost } from './content.ts';
import { published, rkeyOf } from './uri.ts';

/** A record has the time at which it was prepared, which may be a little before its arm; and clocks differ. */
const BEFORE_ARM_MS = 5 * 60_000;
const CLOCK_SKEW_MS = 60_000;
/** Looked through when we never sent it and somebody else may have. */
const RECENT_MS = 30 * 60_000;
const LOOK_AGAIN_MS = 60_000;
/** What cannot be read or attributed by then is a person's. */
const GIVE_UP_MS = 60 * 60_000;
const MAX_PAGES = 3;

/** What the records of the account tell, by the time that stands in them. For when the key is not known. */
export async function findInListing(job: Job): Promise<Found> {
  const now = job.now().getTime();
  const from = (job.armedAt?.getTime() ?? now - RECENT_MS) - BEFORE_ARM_MS;
  const to = (job.lastPossibleAt?.getTime() ?? now) + CLOCK_SKEW_MS;
  const again = now < to + GIVE_UP_MS ? new Date(now + LOOK_AGAIN_MS) : null;
  try {
    const records = await readBackTo(createApi(job, job.account), job.account.id, from);
    if (typeof records === 'string') return unknown(records, again);
    const inWindow = records.filter((record) => timeOf(record) >= from && timeOf(record) <= to);
    const known = await Promise.all(inWindow.map(({ uri }) => job.isKnownId(uri)));
    const strangers = inWindow.filter((_record, index) => known[index] !== true);
    if (strangers.length === 0) return { state: 'absent', proof: 'listing', checkpoint: null };
    const matches = strangers.filter((record) => isOurs(job, record));
    const [match] = matches;
    if (match === undefined) return unknown('A post of that time belongs to nothing we know of.', again);
    if (matches.length > 1) return unknown('Several posts of that time look like this one.', again);
    return published(job.account.id, rkeyOf(match.uri));
  } catch (error) {
    if (error instanceof HttpFailure) return unknown('The server did not answer.', again);
    throw error;
  }
}

/** All records back to `from`, or why they cannot be told. */
async function readBackTo(api: Api, did: string, from: number): Promise<readonly StoredRecord[] | string> {
  const records: StoredRecord[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await api.listRecords(did, cursor);
    if ('status' in answer)
      return `The server does not list the posts of the account (HTTP ${answer.status}).`;
    records.push(...answer.records);
    const keys = records.map(({ uri }) => rkeyOf(uri));
    // Only a list in order is complete up to where it ends.
    if (!keys.every((key, index) => index === 0 || key < (keys[index - 1] ?? '')))
      return 'The server lists the posts of the account in no order.';
    cursor = answer.cursor;
    const last = records.at(-1);
    if (cursor === undefined || last === undefined || timeOf(last) < from) return records;
  }
  return 'The account has more posts since then than are looked through.';
}

/** Same text, files and place: a part of a thread answers to the one before. */
function isOurs({ post, effect, out }: Job, record: StoredRecord): boolean {
  const { text, before } = partOf(post, effect);
  if (normalizeText(record.value.text) !== normalizeText(text)) return false;
  if (before !== null) return shapeOf(record) === 'text:0' && record.value.reply?.parent.uri === out[before];
  return shapeOf(record) === shapeOfPost(post) && record.value.reply === undefined;
}

const timeOf = ({ value }: StoredRecord): number => Date.parse(value.createdAt);

/** As shapeOfPost: 'images:2'. */
function shapeOf({ value: { embed } }: StoredRecord): string {
  const kind = embed?.$type.split('.').at(-1) ?? 'text';
  if (kind === 'images') return `images:${embed?.images?.length ?? 0}`;
  return kind === 'video' ? 'video:1' : `${kind}:0`;
}

function unknown(reason: string, lookAt: Date | null): Found {
  return { state: 'unknown', reason, lookAt };
}

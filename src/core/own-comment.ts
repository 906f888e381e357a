/** What the account itself says below its post: asked for, judged and found alike wherever a platform has comments. */
import { z } from 'zod';
import { controlCharacters } from './compose.ts';
import { type Problem, PublishError, rejected } from './errors.ts';
import { normalizeText } from './fingerprint.ts';
import { asFilledText } from './json-value.ts';
import {
  type FollowUp,
  type Found,
  type Job,
  MAIN_EFFECT,
  type Platform,
  type Published,
} from './platform.ts';
import type { Post } from './post.ts';

/** Key of metadata.publish_options. */
export const FIRST_COMMENT = { schema: z.string(), wanted: 'a text' } as const;

/** Their clock and the database's may differ. */
const CLOCK_SKEW_MS = 60_000;
/** They may still have worked on the request when the connection was lost. */
const AFTERMATH_MS = 5 * 60_000;
const LOOK_AGAIN_MS = 60_000;

type Acts = Pick<Platform, 'prepare' | 'publish' | 'find'>;

/** What follows the post goes its own way, and nothing is made beforehand for it. */
export function withFollowUps(post: Acts, followUp: Pick<Acts, 'publish' | 'find'>): Acts {
  const isPost = ({ effect }: Job) => effect === MAIN_EFFECT;
  return {
    // What the post was made of stays remembered.
    prepare: async (job) =>
      isPost(job) ? await post.prepare(job) : { ready: true, checkpoint: job.checkpoint ?? {} },
    publish: (job, arm) => (isPost(job) ? post : followUp).publish(job, arm),
    find: (job) => (isPost(job) ? post : followUp).find(job),
  };
}

/** null: there is none. */
export function firstComment({ options }: Pick<Post, 'options'>): string | null {
  return asFilledText(options['first_comment'])?.replace(/\r\n?/g, '\n') ?? null;
}

export function firstCommentAsFollowUp(post: Post): readonly FollowUp[] {
  const text = firstComment(post);
  if (text === null) return [];
  return [{ effect: 'comment', label: 'the first comment', says: { text, length: lengthOf(text) } }];
}

/**
 * Why the first comment would not come to stand below this post. Judged before the post is sent, because afterwards it
 * would be out without it.
 * @param impossible why there are no comments below such a post, a whole sentence
 */
export function firstCommentProblems(
  label: string,
  post: Post,
  max: number,
  impossible: string | null,
): Problem[] {
  const text = firstComment(post);
  if (text === null) return [];
  if (impossible !== null) {
    const hint = 'Remove first_comment from its publish_options and schedule the post again.';
    return [rejected('COMMENT_NOT_POSSIBLE', impossible, hint)];
  }
  const control = controlCharacters(text);
  const length = lengthOf(text);
  const tooLong = rejected(
    'COMMENT_TOO_LONG',
    `The first comment has ${length} characters; ${label} takes at most ${max}.`,
    'Shorten first_comment in its publish_options and schedule the post again.',
  );
  return [
    ...(control === null
      ? []
      : [{ ...control, message: control.message.replace('The text', 'The first comment') }]),
    ...(length > max ? [tooLong] : []),
  ];
}

const lengthOf = (text: string) => [...text].length;

/** A comment as the platform lists it below a post of ours. */
export interface ListedComment {
  readonly id: string;
  readonly text: string;
  readonly at: Date;
  /** Whether the account itself wrote it; null: the platform does not say who did. */
  readonly own: boolean | null;
}

/** `complete`: these are all. `closed`: nobody may read them, however often it is tried; a whole sentence. */
export type CommentListing =
  | { readonly comments: readonly ListedComment[]; readonly complete: boolean }
  | { readonly closed: string };

/**
 * Platforms have no key of ours for a comment, so the list below the post decides: what others wrote is theirs; every
 * comment of the account itself has to be known, and one that nobody signs proves nothing either way.
 */
export async function findComment(
  job: Job,
  text: string,
  read: () => Promise<CommentListing>,
): Promise<Found> {
  if (job.armedAt === null) return unknown('Nothing was sent that could be looked for.', null);
  let listing: CommentListing;
  try {
    listing = await read();
  } catch (error) {
    if (!(error instanceof PublishError)) throw error;
    return unknown(
      `The comments of the post could not be read: ${error.message}`,
      error.retryAt ?? later(job),
    );
  }
  if ('closed' in listing) return unknown(listing.closed, null);
  const from = job.armedAt.getTime() - CLOCK_SKEW_MS;
  const until = (job.lastPossibleAt ?? job.now()).getTime() + AFTERMATH_MS;
  const strangers: ListedComment[] = [];
  for (const comment of listing.comments) {
    const inTime = comment.at.getTime() >= from && comment.at.getTime() <= until;
    if (inTime && comment.own !== false && !(await job.isKnownId(comment.id))) strangers.push(comment);
  }
  const ours = strangers.filter(
    ({ own, text: shown }) => own === true && normalizeText(shown) === normalizeText(text),
  );
  const [only] = ours;
  if (only !== undefined && ours.length === 1) return publishedComment(only.id);
  if (ours.length > 1) return unknown(`${ours.length} comments of the account look like this one.`, null);
  if (!listing.complete) return unknown('Not all comments of the post could be read.', later(job));
  if (strangers.length > 0) {
    const ids = strangers.map(({ id }) => id).join(', ');
    return unknown(`Comments around that time belong to nothing we know of: ${ids}.`, later(job));
  }
  return { state: 'absent', proof: 'listing', checkpoint: job.checkpoint };
}

/** After a send of unknown outcome only a list without it lets another one leave. */
export async function alreadyThere(job: Job, find: (job: Job) => Promise<Found>): Promise<Published | null> {
  if (!job.sentBefore) return null;
  const seen = await find(job);
  if (seen.state === 'published') return seen;
  if (seen.state === 'absent') return null;
  throw new PublishError({
    kind: 'unknown',
    code: 'NOT_PROVEN_ABSENT',
    message: 'An earlier send of it may have arrived.',
    hint: 'Look at the post whether it is there.',
  });
}

/** No address of its own: it stands below the post. */
export function publishedComment(id: string): Published {
  return { state: 'published', id, idKind: 'comment', url: null };
}

function later(job: Job): Date {
  return new Date(job.now().getTime() + LOOK_AGAIN_MS);
}

function unknown(reason: string, lookAt: Date | null): Found {
  return { state: 'unknown', reason, lookAt };
}

/** What the channel says below its own video. */
import type { Arm } from '../../core/http.ts';
import {
  alreadyThere,
  type CommentListing,
  findComment,
  firstComment,
  type ListedComment,
  publishedComment,
} from '../../core/own-comment.ts';
import { type Found, type Job, MAIN_EFFECT, type Published } from '../../core/platform.ts';
import { callerOf, createComment, listComments, parse } from './api.ts';
import { COMMENT_RULES } from './error-rules.ts';
import { followUpError } from './errors.ts';

/** Not in Google's documentation, which knows commentTextTooLong; what youtube.com itself takes. */
export const MAX_COMMENT = 10_000;

/** What YouTube keeps back stands in lists of its own, and is there all the same. */
const SHELVES = ['published', 'heldForReview', 'likelySpam'] as const;
/** 100 a page. */
const MAX_PAGES = 10;

export async function publishComment(job: Job, arm: Arm): Promise<Published> {
  const there = await alreadyThere(job, findOwnComment);
  if (there !== null) return there;
  const { account } = job;
  const response = await createComment(
    callerOf(job, account),
    {
      snippet: {
        channelId: account.id,
        videoId: videoOf(job),
        topLevelComment: { snippet: { textOriginal: textOf(job) } },
      },
    },
    arm,
  );
  const created = parse.created(response);
  if (created === null) throw followUpError(response, job.now(), 'armed', COMMENT_RULES);
  return publishedComment(created.id);
}

export function findOwnComment(job: Job): Promise<Found> {
  return findComment(job, textOf(job), () => readAll(job));
}

async function readAll(job: Job): Promise<CommentListing> {
  const comments: ListedComment[] = [];
  let complete = true;
  for (const shelf of SHELVES) {
    const read = await readShelf(job, shelf);
    comments.push(...read.comments);
    complete &&= read.complete;
  }
  return { comments, complete };
}

async function readShelf(
  job: Job,
  shelf: (typeof SHELVES)[number],
): Promise<{ readonly comments: readonly ListedComment[]; readonly complete: boolean }> {
  const comments: ListedComment[] = [];
  let pageToken: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const response = await listComments(callerOf(job, job.account), videoOf(job), shelf, pageToken);
    const answer = parse.comments(response);
    if (answer === null) throw followUpError(response, job.now(), 'not armed', COMMENT_RULES);
    for (const { id, snippet } of answer.items) {
      const { textOriginal, textDisplay, authorChannelId, publishedAt } = snippet.topLevelComment.snippet;
      const own = authorChannelId === undefined ? null : authorChannelId.value === job.account.id;
      comments.push({ id, text: textOriginal ?? textDisplay, at: new Date(publishedAt), own });
    }
    pageToken = answer.nextPageToken;
    if (pageToken === undefined) return { comments, complete: true };
  }
  return { comments, complete: false };
}

const videoOf = (job: Job) => job.out[MAIN_EFFECT] ?? '';
const textOf = (job: Job) => firstComment(job.post) ?? '';

/** What the account says below its own post. */
import type { Arm } from '../../core/http.ts';
import {
  alreadyThere,
  type CommentListing,
  findComment,
  firstComment,
  publishedComment,
} from '../../core/own-comment.ts';
import { type Found, type Job, MAIN_EFFECT, type Published } from '../../core/platform.ts';
import { createComment, listComments, ownUsername, publishedId } from './api.ts';
import { commentError } from './errors.ts';

/** As long as a caption, which is what other tools send; Meta documents no limit of comments. */
export const MAX_COMMENT = 2_200;
/** 50 a page. */
const MAX_PAGES = 20;

export async function publishComment(job: Job, arm: Arm): Promise<Published> {
  const there = await alreadyThere(job, findOwnComment);
  if (there !== null) return there;
  const response = await createComment(job, job.account, postOf(job), textOf(job), arm);
  const id = publishedId(response);
  if (id === null) throw commentError(response, job.now());
  return publishedComment(id);
}

export function findOwnComment(job: Job): Promise<Found> {
  return findComment(job, textOf(job), () => readAll(job));
}

/** In which order Instagram lists them depends on the version, so every page is read. */
async function readAll(job: Job): Promise<CommentListing> {
  const own = await ownUsername(job, job.account);
  const comments = [];
  let after: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const read = await listComments(job, job.account, postOf(job), after);
    for (const { id, text, timestamp, username } of read.items)
      comments.push({ id, text, at: timestamp, own: username === undefined ? null : username === own });
    after = read.after;
    if (after === undefined) return { comments, complete: true };
  }
  return { comments, complete: false };
}

const postOf = (job: Job) => job.out[MAIN_EFFECT] ?? '';
const textOf = (job: Job) => firstComment(job.post) ?? '';

/** What the Page says below its own post. Comments are asked for by the post's id, or by the video's where that is all we have. */
import type { Arm } from '../../core/http.ts';
import { alreadyThere, findComment, firstComment, publishedComment } from '../../core/own-comment.ts';
import { type Found, type Job, MAIN_EFFECT, type Published } from '../../core/platform.ts';
import { createComment, readComments } from './api.ts';
import { list } from './listing.ts';

/** Not in Meta's documentation; what facebook.com itself takes. */
export const MAX_COMMENT = 8_000;

export async function publishComment(job: Job, arm: Arm): Promise<Published> {
  const there = await alreadyThere(job, findOwnComment);
  return there ?? publishedComment(await createComment(job, arm, postOf(job), textOf(job)));
}

export function findOwnComment(job: Job): Promise<Found> {
  return findComment(job, textOf(job), async () => {
    const { items, complete } = await list(
      (after) => readComments(job, postOf(job), after),
      () => false,
    );
    const comments = items.map(({ id, message, created_time, from }) => ({
      id,
      text: message,
      at: created_time,
      own: from === undefined ? null : from.id === job.account.id,
    }));
    return { comments, complete };
  });
}

const postOf = (job: Job) => job.out[MAIN_EFFECT] ?? '';
const textOf = (job: Job) => firstComment(job.post) ?? '';

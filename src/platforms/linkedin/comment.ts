/** What the author says below the own post: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/comments-api */
import { PublishError } from '../../core/errors.ts';
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
import { threadPart } from '../../core/thread.ts';
import { createdComment } from './answers.ts';
import { createApi } from './api.ts';
import { partsOf } from './content.ts';
import { commentError } from './errors.ts';

const PAGE = 100;
const MAX_PAGES = 10;

export async function publishComment(job: Job, arm: Arm): Promise<Published> {
  const there = await alreadyThere(job, findOwnComment);
  if (there !== null) return there;
  const post = postOf(job);
  const body = { actor: job.account.id, object: post, message: { text: textOf(job) } };
  const response = await createApi(job, job.account).createComment(post, body, arm);
  const id = createdComment.safeParse(response.json).data?.id ?? numberOf(response.headers['x-restli-id']);
  if (response.status === 201 && id !== undefined) return publishedComment(id);
  throw commentError(response, job.now());
}

/** As lists name it; the header may hold the whole URN, 'urn:li:comment:(urn:li:activity:1,2)'. */
function numberOf(id: string | undefined): string | undefined {
  return /(\d+)\)?$/.exec(id ?? '')?.[1];
}

export function findOwnComment(job: Job): Promise<Found> {
  return findComment(job, textOf(job), () => readAll(job));
}

async function readAll(job: Job): Promise<CommentListing> {
  const api = createApi(job, job.account);
  const comments: ListedComment[] = [];
  try {
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const read = await api.listComments(postOf(job), page * PAGE, PAGE);
      for (const { id, actor, created, message } of read)
        comments.push({ id, text: message.text, at: new Date(created.time), own: actor === job.account.id });
      if (read.length < PAGE) return { comments, complete: true };
    }
    return { comments, complete: false };
  } catch (error) {
    // Reading the comments of members is closed to nearly everybody, and stays so.
    if (!(error instanceof PublishError) || error.code !== 'ACCESS_DENIED') throw error;
    return { closed: 'LinkedIn does not let the comments of this post be read.' };
  }
}

const postOf = (job: Job) => job.out[MAIN_EFFECT] ?? '';
/** The first comment, or what goes on with the text of the post. */
function textOf({ post, effect }: Job): string {
  const part = threadPart(partsOf(post) ?? [], effect).text;
  return part === '' ? (firstComment(post) ?? '') : part;
}

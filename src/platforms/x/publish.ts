import { notPrepared } from '../../core/answer-errors.ts';
import { PublishError } from '../../core/errors.ts';
import { normalizeText } from '../../core/fingerprint.ts';
import type { Arm, HttpResponse } from '../../core/http.ts';
import { type Job, MAIN_EFFECT, type Published } from '../../core/platform.ts';
import { created } from './answers.ts';
import { callerOf, createPost } from './api.ts';
import { keepUsable, NOTHING, readCheckpoint } from './checkpoint.ts';
import { type PostBody, partOf } from './content.ts';
import { traceIdOf, xError } from './errors.ts';
import { find } from './find.ts';
import { listSince } from './listing.ts';
import { shownText } from './match.ts';
import { readOptions } from './options.ts';
import { postUrl, published } from './published.ts';

/** How far back the same text is looked for, to show it to a person. */
const LOOK_BACK_MS = 24 * 3_600_000;

/** Sends the one request. After a send of unknown outcome only a list without the post lets it leave. */
export async function publish(job: Job, arm: Arm): Promise<Published> {
  const body = bodyOf(job);
  if (job.sentBefore) {
    const seen = await find(job);
    if (seen.state === 'published') return seen;
    if (seen.state !== 'absent') throw unclear('NOT_PROVEN_ABSENT', 'An earlier send may have arrived.');
  }
  const response = await createPost(callerOf(job, job.account), arm, body);
  const answer = created.safeParse(response.json);
  if (response.status === 201 && answer.success) return published(answer.data.data.id);
  if (response.status < 400) {
    throw unclear(`HTTP_${response.status}`, 'X took the post but named no id of it.', response);
  }
  const error = xError(response, job.now(), 'armed');
  if (error.code === 'duplicate' || error.code === 'code/187') return await duplicate(job, body, error);
  if (error.code === 'media-lost') await job.save(NOTHING);
  throw error;
}

function bodyOf(job: Job): PostBody {
  const { text, before } = partOf(job.post, job.effect);
  if (before !== null) {
    const parent = job.out[before];
    if (parent === undefined)
      throw notPrepared(job, 'X', job.effect === MAIN_EFFECT ? 'post' : 'part of the thread');
    return { text, reply: { in_reply_to_tweet_id: parent } };
  }
  const { uploads } = keepUsable(readCheckpoint(job.checkpoint), job.media, job.now());
  const ready = uploads.length === job.media.length && uploads.every(({ stage }) => stage === 'ready');
  if (!ready) throw notPrepared(job, 'X', job.effect === MAIN_EFFECT ? 'post' : 'part of the thread');
  const { poll, replySettings } = readOptions(job.post.options);
  return {
    text,
    ...(uploads.length === 0 ? {} : { media: { media_ids: uploads.map(({ id }) => id) } }),
    ...(poll === null ? {} : { poll }),
    ...(replySettings === null ? {} : { reply_settings: replySettings }),
  };
}

/** Evidence only after a send of unknown outcome, and only for a post that the list shows since then. */
async function duplicate(job: Job, { text }: PostBody, error: PublishError): Promise<Published> {
  if (job.sentBefore) {
    const seen = await find(job);
    if (seen.state === 'published') return seen;
    throw unclear(error.code, 'X says that this post exists already, but does not show it.');
  }
  const twin = await sameText(job, text);
  if (twin === null) throw error;
  const { kind, code, hint, platformCode, traceId } = error;
  const message = `The same text is already on the account: ${postUrl(twin)}`;
  throw new PublishError({ kind, code, message: `${message}.`, hint, platformCode, traceId, cause: error });
}

/** Where the same text stands, so that a person can judge; null when the list cannot be read just now. */
async function sameText(job: Job, text: string): Promise<string | null> {
  try {
    const since = new Date(job.now().getTime() - LOOK_BACK_MS);
    const { posts } = await listSince(callerOf(job, job.account), job.account.id, since);
    return posts.find((post) => normalizeText(shownText(post)) === normalizeText(text))?.id ?? null;
  } catch {
    return null;
  }
}

function unclear(code: string, message: string, response?: HttpResponse): PublishError {
  return new PublishError({
    kind: 'unknown',
    code,
    message,
    hint: 'Look at the X account whether the post is there.',
    traceId: response === undefined ? undefined : traceIdOf(response),
  });
}

/** What is done with a video once it is there, one act after the other. */
import { PublishError } from '../../core/errors.ts';
import type { Arm } from '../../core/http.ts';
import { alreadyThere, firstCommentAsFollowUp } from '../../core/own-comment.ts';
import { type FollowUp, type Found, type Job, MAIN_EFFECT, type Published } from '../../core/platform.ts';
import type { Post } from '../../core/post.ts';
import { addToPlaylist, callerOf, listPlaylist, parse, setThumbnail } from './api.ts';
import { findOwnComment, publishComment } from './comment.ts';
import { PLAYLIST_RULES, THUMBNAIL_RULES } from './error-rules.ts';
import { followUpError } from './errors.ts';
import { readOptions } from './options.ts';

const LOOK_AGAIN_MS = 60_000;

/** The thumbnail last: channels without a verified phone number may not set one, and what is refused stops the others. */
export function followUps(post: Post): readonly FollowUp[] {
  const { playlist, thumbnail } = readOptions(post.options);
  return [
    ...firstCommentAsFollowUp(post),
    ...(playlist === null ? [] : [{ effect: 'playlist', label: 'in its playlist' }]),
    ...(thumbnail ? [{ effect: 'thumbnail', label: 'its thumbnail', role: 'cover' as const }] : []),
  ];
}

export function publishFollowUp(job: Job, arm: Arm): Promise<Published> {
  if (job.effect === 'playlist') return putIntoPlaylist(job, arm);
  return job.effect === 'thumbnail' ? putThumbnail(job, arm) : publishComment(job, arm);
}

export async function findFollowUp(job: Job): Promise<Found> {
  if (job.effect === 'playlist') return await findInPlaylist(job);
  // The same picture again changes nothing.
  if (job.effect === 'thumbnail') return { state: 'absent', proof: 'own-key', checkpoint: job.checkpoint };
  return await findOwnComment(job);
}

async function putIntoPlaylist(job: Job, arm: Arm): Promise<Published> {
  const there = await alreadyThere(job, findInPlaylist);
  if (there !== null) return there;
  const response = await addToPlaylist(callerOf(job, job.account), playlistOf(job), videoOf(job), arm);
  const created = parse.created(response);
  if (created === null) throw followUpError(response, job.now(), 'armed', PLAYLIST_RULES);
  return { state: 'published', id: created.id, idKind: 'playlistItem', url: null };
}

/** YouTube lists a playlist's entries of one video, so nothing has to be told from anything else. */
async function findInPlaylist(job: Job): Promise<Found> {
  const response = await listPlaylist(callerOf(job, job.account), playlistOf(job), videoOf(job));
  const items = parse.entries(response);
  if (items === null) {
    const { message } = followUpError(response, job.now(), 'not armed', PLAYLIST_RULES);
    const lookAt = new Date(job.now().getTime() + LOOK_AGAIN_MS);
    return { state: 'unknown', reason: `The playlist could not be read: ${message}`, lookAt };
  }
  const [entry] = items;
  if (entry === undefined) return { state: 'absent', proof: 'listing', checkpoint: job.checkpoint };
  return { state: 'published', id: entry.id, idKind: 'playlistItem', url: null };
}

async function putThumbnail(job: Job, arm: Arm): Promise<Published> {
  const cover = job.media.find(({ role }) => role === 'cover');
  if (cover === undefined) throw notAtHand();
  const response = await setThumbnail(
    callerOf(job, job.account),
    videoOf(job),
    { source: cover.source(), type: cover.info.mime },
    arm,
  );
  if (parse.thumbnail(response) === null) throw followUpError(response, job.now(), 'armed', THUMBNAIL_RULES);
  // YouTube gives it no id.
  return { state: 'published', id: `${videoOf(job)}:thumbnail`, idKind: 'thumbnail', url: null };
}

function notAtHand(): PublishError {
  return new PublishError({
    kind: 'temporary',
    code: 'NOT_PREPARED',
    message: 'The picture for the thumbnail is not at hand.',
    hint: 'Nothing to do: it is tried again.',
  });
}

const videoOf = (job: Job) => job.out[MAIN_EFFECT] ?? '';
const playlistOf = (job: Job) => readOptions(job.post.options).playlist ?? '';

import { PublishError } from '../../core/errors.ts';
import { countGraphemes } from '../../core/graphemes.ts';
import type { Job, MediaFile, Reach } from '../../core/platform.ts';
import type { Post, TextLimit } from '../../core/post.ts';
import { createApi, type ServerConfiguration } from './api.ts';
import { contentWarning, isThread, partsOf, poll, textOf } from './content.ts';
import { countCharacters } from './count.ts';

/** Asked for threads alone: it is cut by what the server takes. */
export async function textLimit({ context, account }: Reach, post: Post): Promise<TextLimit | null> {
  if (!isThread(post)) return null;
  const { statuses } = await createApi(context, account).configuration();
  return { max: statuses.max_characters, perAddress: statuses.characters_reserved_per_url };
}

/**
 * What the account's own server would refuse, by its own numbers.
 * @throws PublishError (rejected) with the limit and what was found
 */
export function heedLimits(job: Job, { statuses, media_attachments, polls }: ServerConfiguration): void {
  const { post, media } = job;
  const lengths = (partsOf(post) ?? [textOf(post)]).map((part) =>
    countCharacters(`${contentWarning(post)}${part}`, statuses.characters_reserved_per_url),
  );
  const length = Math.max(...lengths);
  if (length > statuses.max_characters) {
    refuse(job, 'TEXT_TOO_LONG', 'text', 'characters', length, statuses.max_characters, 'Shorten the text');
  }
  if (media.length > statuses.max_media_attachments) {
    const most = statuses.max_media_attachments;
    refuse(job, 'TOO_MANY_FILES', 'post', 'files', media.length, most, 'Remove some of them');
  }
  heedPoll(job, polls);
  for (const [index, file] of media.entries()) heedFile(job, file, index + 1, media_attachments);
}

function heedPoll(job: Job, limits: ServerConfiguration['polls']): void {
  const asked = poll(job.post);
  if (asked === null) return;
  const { options, duration_minutes: minutes } = asked;
  const longest = Math.max(...options.map(countGraphemes));
  const { max_options: most = options.length, max_characters_per_option: length = longest } = limits;
  if (options.length > most)
    refuse(job, 'POLL_OPTIONS', 'poll', 'options', options.length, most, 'Remove some');
  if (longest > length)
    refuse(
      job,
      'POLL_OPTION_LENGTH',
      'longest option of the poll',
      'characters',
      longest,
      length,
      'Shorten it',
    );
  const { min_expiration: least = 0, max_expiration: end = Number.POSITIVE_INFINITY } = limits;
  if (minutes * 60 >= least && minutes * 60 <= end) return;
  throw rejected(
    'POLL_DURATION',
    `The poll lasts ${minutes} minutes; the server of the account takes ${Math.ceil(least / 60)} to ${Math.floor(end / 60)}.`,
    'Change duration_minutes of the poll and schedule the post again.',
  );
}

function heedFile(
  job: Job,
  { info, altText }: MediaFile,
  number: number,
  limits: ServerConfiguration['media_attachments'],
): void {
  const name = `file ${number}`;
  const types = limits.supported_mime_types;
  if (types !== undefined && types.length > 0 && !types.includes(info.mime)) {
    throw rejected(
      'MEDIA_TYPE',
      `The ${name} is of the type ${info.mime}, which the server of the account does not take.`,
      `Replace it by one of these: ${types.filter((type) => type.startsWith(info.mime.replace(/\/.*/, '/'))).join(', ')}.`,
    );
  }
  const video = info.mime.startsWith('video/');
  const pixels = (info.width ?? 0) * (info.height ?? 0);
  const checks = [
    ['MEDIA_TOO_LARGE', 'bytes', info.bytes, video ? limits.video_size_limit : limits.image_size_limit],
    ['MEDIA_PIXELS', 'pixels', pixels, video ? limits.video_matrix_limit : limits.image_matrix_limit],
    [
      'MEDIA_FRAME_RATE',
      'frames per second',
      Math.floor(info.frameRate ?? 0),
      video ? limits.video_frame_rate_limit : undefined,
    ],
  ] as const;
  for (const [code, unit, found, most] of checks) {
    if (most !== undefined && found > most) refuse(job, code, name, unit, found, most, 'Use a smaller file');
  }
  const described = [...(altText ?? '')].length;
  const most = limits.description_limit;
  if (most !== undefined && described > most) {
    refuse(
      job,
      'ALT_TEXT_TOO_LONG',
      `alt text of ${name}`,
      'characters',
      described,
      most,
      'Shorten alt_text',
    );
  }
}

function refuse(
  { account }: Job,
  code: string,
  what: string,
  unit: string,
  found: number,
  most: number,
  remedy: string,
): never {
  const where = account.server === undefined ? 'the server' : new URL(account.server).host;
  throw rejected(
    code,
    `The ${what} has ${found} ${unit}; ${where} takes at most ${most}.`,
    `${remedy} and schedule the post again.`,
  );
}

function rejected(code: string, message: string, hint: string): PublishError {
  return new PublishError({ kind: 'rejected', code, message, hint });
}

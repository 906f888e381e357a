/** What the account may post, as TikTok says right before, and what becomes of the post's wishes by it. */
import { PublishError, rejected } from '../../core/errors.ts';
import type { MediaInfo } from '../../core/media.ts';
import type { Post } from '../../core/post.ts';
import type { CreatorInfo } from './answers.ts';
import { type Audience, readOptions } from './options.ts';

/** From the widest to the narrowest. */
const LEVELS = {
  public: 'PUBLIC_TO_EVERYONE',
  followers: 'FOLLOWER_OF_CREATOR',
  friends: 'MUTUAL_FOLLOW_FRIENDS',
  private: 'SELF_ONLY',
} as const satisfies Record<Audience, string>;
export const PUBLIC = LEVELS.public;
export const SELF_ONLY = LEVELS.private;

/** Films are padded to whole frames of sound. */
const DURATION_TOLERANCE_MS = 100;

export interface Settings {
  readonly privacyLevel: string;
  readonly disableComment: boolean;
  readonly disableDuet: boolean;
  readonly disableStitch: boolean;
}

/** @throws PublishError (rejected) where the account may not post what the post asks for */
export function obey(creator: CreatorInfo, post: Post, video: MediaInfo | null): Settings {
  const options = readOptions(post.options);
  const { max_video_post_duration_sec: seconds } = creator;
  const durationMs = video?.durationMs ?? 0;
  if (durationMs > seconds * 1000 + DURATION_TOLERANCE_MS) {
    throw refused(
      'VIDEO_TOO_LONG_FOR_ACCOUNT',
      `The video lasts ${Math.ceil(durationMs / 1000)} seconds; this TikTok account may post at most ${seconds}.`,
      'Cut the video and schedule the post again.',
    );
  }
  return {
    privacyLevel: levelFor(options.audience, creator.privacy_level_options),
    // What the account has switched off stays off.
    disableComment: options.disableComment || creator.comment_disabled,
    disableDuet: options.disableDuet || creator.duet_disabled,
    disableStitch: options.disableStitch || creator.stitch_disabled,
  };
}

/** What a person should know of the audience that was taken where the post named none; null: nothing. */
export function audienceWarning({ options }: Pick<Post, 'options'>, level: string): string | null {
  if (readOptions(options).audience !== null || level === PUBLIC) return null;
  if (level === SELF_ONLY)
    return 'Only the account itself sees this post: TikTok offered it no other audience. It does so for accounts that are set to private, and apps that have not passed its audit may post to no others.';
  return `TikTok offered this account no public posts, so this one is for its ${level === LEVELS.followers ? 'followers' : 'friends'} only. Make the account public in the TikTok app if that is not meant.`;
}

function levelFor(audience: Audience | null, offered: readonly string[]): string {
  const wanted = audience === null ? Object.values(LEVELS) : [LEVELS[audience]];
  const level = wanted.find((one) => offered.includes(one));
  if (level !== undefined) return level;
  const known = (Object.keys(LEVELS) as Audience[]).filter((one) => offered.includes(LEVELS[one]));
  const choices = known.map((one) => `“${one}”`).join(', ');
  throw refused(
    'PRIVACY_NOT_OFFERED',
    `TikTok does not offer this account the audience “${audience ?? 'public'}”; it offers ${choices === '' ? 'none' : choices}.`,
    "Change or remove privacy in the post's publish_options, or the account's own privacy in the TikTok app, and schedule it again.",
  );
}

function refused(code: string, message: string, hint: string): PublishError {
  return new PublishError(rejected(code, message, hint));
}

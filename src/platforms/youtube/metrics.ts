import { PublishError } from '../../core/errors.ts';
import type { Account, Metrics, PlatformContext } from '../../core/platform.ts';
import { callerOf, getVideo, parse } from './api.ts';
import { youtubeError } from './errors.ts';

/** Figures that the channel hides are absent. */
export async function metrics(context: PlatformContext, account: Account, videoId: string): Promise<Metrics> {
  const response = await getVideo(callerOf(context, account), 'statistics', videoId);
  const items = parse.statistics(response);
  if (items === null) throw youtubeError(response, context.now(), 'not armed');
  const [video] = items;
  if (video === undefined) {
    throw new PublishError({
      kind: 'rejected',
      code: 'VIDEO_NOT_FOUND',
      message: `The channel no longer has the video ${videoId}.`,
      hint: 'Look in YouTube Studio whether it was deleted.',
    });
  }
  const { viewCount, likeCount, commentCount } = video.statistics;
  return {
    ...(viewCount === undefined ? {} : { views: viewCount }),
    ...(likeCount === undefined ? {} : { likes: likeCount }),
    ...(commentCount === undefined ? {} : { comments: commentCount }),
  };
}

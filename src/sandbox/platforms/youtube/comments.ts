import { z } from 'zod';
import type { Comments, SimComment } from '../comments.ts';
import type { SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { apiError, badRequest } from './answers.ts';
import { MAX_COMMENTS } from './spec.ts';
import type { SimVideo } from './state.ts';
import { googleTime } from './video.ts';

const MAX_TEXT = 10_000;
/** YouTube's own default page. */
const DEFAULT_RESULTS = 20;
const SHELVES = ['published', 'heldForReview', 'likelySpam', 'rejected'];

const thread = z.strictObject({
  snippet: z.strictObject({
    channelId: z.string().optional(),
    videoId: z.string().optional(),
    topLevelComment: z.strictObject({ snippet: z.strictObject({ textOriginal: z.string().optional() }) }),
  }),
});

/** https://developers.google.com/youtube/v3/docs/commentThreads/insert */
export function insertThread(
  request: SimRequest,
  account: SimAccount,
  videos: ReadonlyMap<string, SimVideo>,
  comments: Comments,
  world: SimWorld,
): SimResponse {
  const parsed = thread.safeParse(request.body.json());
  if (!parsed.success) return badRequest('Invalid JSON payload received.');
  const { channelId, videoId, topLevelComment } = parsed.data.snippet;
  if (videoId === undefined || channelId === undefined)
    return refusal(
      400,
      'channelOrVideoIdMissing',
      'Each comment thread must be linked to a channel or video.',
    );
  const video = commentable(videos, videoId);
  if ('status' in video) return video;
  const text = topLevelComment.snippet.textOriginal ?? '';
  if (text.trim() === '') return refusal(400, 'commentTextRequired', 'Comments cannot be empty.');
  if ([...text].length > MAX_TEXT) return refusal(400, 'commentTextTooLong', 'The comment is too long.');
  const id = `Ug${world.nextNumber()}`;
  comments.add(account, videoId, { id, text, url: `https://www.youtube.com/watch?v=${videoId}&lc=${id}` });
  const at = world.now().toISOString();
  return { status: 200, json: view({ id, author: account, text, at }, video.id, account) };
}

export function listThreads(
  request: SimRequest,
  account: SimAccount,
  videos: ReadonlyMap<string, SimVideo>,
  comments: Comments,
): SimResponse {
  const { query } = request;
  const video = commentable(videos, query.get('videoId') ?? '');
  if ('status' in video) return video;
  const shelf = query.get('moderationStatus') ?? 'published';
  if (!SHELVES.includes(shelf)) return badRequest("Invalid value at 'moderation_status'");
  if (!['time', 'relevance'].includes(query.get('order') ?? 'time'))
    return badRequest("Invalid value at 'order'");
  if (!['html', 'plainText'].includes(query.get('textFormat') ?? 'html'))
    return badRequest("Invalid value at 'text_format'");
  const size = Number(query.get('maxResults') ?? DEFAULT_RESULTS);
  if (!Number.isInteger(size) || size < 1 || size > MAX_COMMENTS)
    return badRequest(`Invalid value '${size}'. Values must be within the range: [1, ${MAX_COMMENTS}]`);
  const start = Number(/^PAGE_(\d+)$/.exec(query.get('pageToken') ?? 'PAGE_0')?.[1] ?? Number.NaN);
  if (Number.isNaN(start))
    return refusal(400, 'invalidPageToken', 'The request specifies an invalid page token.');
  // Nothing is held back here: what the channel says itself never is.
  const all = shelf === 'published' ? comments.below(video.id) : [];
  const items = all.slice(start, start + size).map((comment) => view(comment, video.id, account));
  return {
    status: 200,
    json: {
      kind: 'youtube#commentThreadListResponse',
      ...(start + size < all.length ? { nextPageToken: `PAGE_${start + size}` } : {}),
      pageInfo: { totalResults: items.length, resultsPerPage: size },
      items,
    },
  };
}

function commentable(videos: ReadonlyMap<string, SimVideo>, id: string): SimVideo | SimResponse {
  const video = videos.get(id);
  if (video === undefined)
    return refusal(
      404,
      'videoNotFound',
      'The video identified by the <code>videoId</code> parameter could not be found.',
    );
  const off = video.privacy === 'private' || video.metadata.status['selfDeclaredMadeForKids'] === true;
  return off ? refusal(403, 'commentsDisabled', 'The video has disabled comments.') : video;
}

function view({ id, author, text, at }: SimComment, videoId: string, reader: SimAccount): object {
  const publishedAt = googleTime(new Date(at));
  return {
    kind: 'youtube#commentThread',
    id,
    snippet: {
      videoId,
      canReply: true,
      totalReplyCount: 0,
      isPublic: true,
      topLevelComment: {
        kind: 'youtube#comment',
        id,
        snippet: {
          videoId,
          textDisplay: text,
          ...(author.id === reader.id ? { textOriginal: text } : {}),
          authorDisplayName: author.name,
          authorChannelId: { value: author.id },
          publishedAt,
          updatedAt: publishedAt,
        },
      },
    },
  };
}

function refusal(status: number, reason: string, message: string): SimResponse {
  return apiError(status, reason, message, { domain: 'youtube.commentThread' });
}

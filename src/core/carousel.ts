import type { DeclaredKind } from './declared-kind.ts';
import type { Problem } from './errors.ts';
import { mediaUrls } from './media-url.ts';
import type { SourceRow } from './source-row.ts';

/**
 * The files of a carousel in order, [] when the row is none. The app keeps the list in up to four places: the first
 * that holds as many as metadata.total_images says counts; a list with fewer, or with an empty place, is a problem.
 * `images` is a carousel only when the type says so, and never beside a video, whose cover it holds.
 */
export function carouselUrls(
  row: SourceRow,
  declared: DeclaredKind,
  flaggedVideo: boolean,
): { readonly urls: readonly string[] } | { readonly problem: Problem } {
  if (declared === 'video' || declared === 'reel' || declared === 'story') return { urls: [] };
  const own = [mediaUrls(row.metadata['carousel_images']), row.carouselImages];
  const shared =
    declared === 'carousel' && !flaggedVideo ? [mediaUrls(row.metadata['images']), row.images] : [];
  const lists = [...own, ...shared].filter((urls) => urls.some((url) => url !== ''));
  const total = totalImages(row);
  const complete = lists.find((urls) => urls.length >= total && !urls.includes(''));
  if (complete !== undefined) return { urls: complete };
  const most = Math.max(0, ...lists.map((urls) => urls.filter((url) => url !== '').length));
  if (lists.length > 0 || (declared === 'carousel' && !flaggedVideo && total > 1)) {
    return { problem: incomplete(most, Math.max(total, ...lists.map((urls) => urls.length))) };
  }
  return { urls: [] };
}

function totalImages(row: SourceRow): number {
  const total = Number(row.metadata['total_images'] ?? 0);
  return Number.isFinite(total) ? total : 0;
}

function incomplete(there: number, total: number): Problem {
  return {
    kind: 'rejected',
    code: 'CAROUSEL_INCOMPLETE',
    message: `The carousel has ${there} of its ${total} pictures; it is not published with some of them missing.`,
    hint: 'Add the missing pictures to the post (or correct metadata.total_images) and schedule it again.',
  };
}

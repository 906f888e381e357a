import { carouselUrls } from './carousel.ts';
import { type DeclaredKind, declaredKind } from './declared-kind.ts';
import type { Problem } from './errors.ts';
import { asFilledText, isTrue } from './json-value.ts';
import type { MediaRole, PostKind } from './media.ts';
import { fileHint, mediaUrlProblem } from './media-url.ts';
import { findLink } from './post-link.ts';
import type { SourceRow } from './source-row.ts';

export interface ResolvedMedia {
  readonly url: string;
  readonly role: MediaRole;
}

interface Resolved {
  readonly kind: PostKind;
  /** In the order of publishing; a cover stands last. */
  readonly media: readonly ResolvedMedia[];
}

/** Which files a row means, and what kind of post they make. Refuses rather than leaving one out. */
export function resolveMedia(row: SourceRow): Resolved | { readonly problem: Problem } {
  const resolved = resolveFiles(row);
  if ('problem' in resolved) return resolved;
  const linked = withLink(row, resolved);
  if ('problem' in linked) return linked;
  const problem = linked.media
    .map(({ url, role }, index) =>
      mediaUrlProblem(url, linked.media.length === 1 ? `the ${role}` : `${role} ${index + 1}`),
    )
    .find((found) => found !== null);
  return problem === undefined ? linked : { problem };
}

function resolveFiles(row: SourceRow): Resolved | { readonly problem: Problem } {
  const declared = declaredKind(row.kindRaw);
  const flaggedVideo =
    asFilledText(row.metadata['media_type'])?.toLowerCase() === 'video' || isTrue(row.metadata['is_video']);
  // images[0], then media_url; for content_posts primary_image_url, then metadata.media_url (README, "Media").
  const picture = row.images.find((url) => url !== '') ?? null;
  const files = filesOf(row);

  const carousel = carouselUrls(row, declared, flaggedVideo);
  if ('problem' in carousel) return carousel;
  if (carousel.urls.length > 0) return ofCarousel(carousel.urls);

  // A video by its name makes a video post whatever the type says, so that its cover never goes out instead.
  const wantsVideo = flaggedVideo || declared === 'video' || declared === 'reel';
  const video =
    (wantsVideo ? files.find((url) => !['image', 'document'].includes(fileHint(url) ?? '')) : undefined) ??
    [picture, ...files].find((url) => url !== null && fileHint(url) === 'video');
  if (typeof video === 'string') return ofVideo(video, [picture, ...files], declared);
  if (wantsVideo) return { problem: videoMissing };

  const document = files.find((url) => fileHint(url) === 'document');
  if (document !== undefined && (picture === null || declared === 'document')) {
    return { kind: 'document', media: [{ url: document, role: 'document' }] };
  }
  const image = picture ?? files[0];
  if (image !== undefined && declared !== 'document') {
    return { kind: declared === 'story' ? 'story' : 'image', media: [{ url: image, role: 'image' }] };
  }
  const needed = declared !== 'any' ? declared : isTrue(row.metadata['has_media']) ? 'file' : null;
  return needed === null ? { kind: 'text', media: [] } : { problem: mediaMissing(needed) };
}

function filesOf(row: SourceRow): readonly string[] {
  const own = row.source === 'created_content';
  const columns = own ? [row.mediaUrl] : [row.primaryImageUrl, asFilledText(row.metadata['media_url'])];
  return [...columns, asFilledText(row.metadata['video_url'])].filter((url) => url !== null);
}

function ofCarousel(urls: readonly string[]): Resolved {
  const media = urls.map((url) => ({
    url,
    role: fileHint(url) === 'video' ? ('video' as const) : ('image' as const),
  }));
  const only = media.length === 1 ? media[0] : undefined;
  return { kind: only === undefined ? 'carousel' : only.role, media };
}

function ofVideo(video: string, others: readonly (string | null)[], declared: DeclaredKind): Resolved {
  const cover = others.find((url) => url !== null && url !== video && fileHint(url) !== 'video');
  const media: ResolvedMedia[] = [{ url: video, role: 'video' }];
  if (typeof cover === 'string') media.push({ url: cover, role: 'cover' });
  return { kind: declared === 'reel' || declared === 'story' ? declared : 'video', media };
}

/** A card has room for one preview picture; every other file cannot go out together with a link. */
function withLink(row: SourceRow, resolved: Resolved): Resolved | { readonly problem: Problem } {
  const found = findLink(row);
  if (found === null) return resolved;
  if ('problem' in found) return found;
  if (resolved.kind === 'text') return { kind: 'link', media: [] };
  // An address that also stands in the text is not lost when the files make the post.
  if (!found.explicit) return resolved;
  if (resolved.kind !== 'image') return { problem: linkBesideMedia };
  return { kind: 'link', media: resolved.media.map(({ url }) => ({ url, role: 'cover' })) };
}

const videoMissing: Problem = {
  kind: 'rejected',
  code: 'VIDEO_MISSING',
  message: 'The post is a video, but it has no video file; its cover or its text alone is not published.',
  hint: 'Upload the video to the post (media_url) and schedule it again, or change its type.',
};

const linkBesideMedia: Problem = {
  kind: 'rejected',
  code: 'LINK_BESIDE_MEDIA',
  message: 'The post has a link and files; no platform shows both.',
  hint: 'Write the link into the text and remove metadata.publish_options.link, or remove the files.',
};

function mediaMissing(what: string): Problem {
  return {
    kind: 'rejected',
    code: 'MEDIA_MISSING',
    message: `The post needs a file (${what}), but none is attached; its text alone is not published.`,
    hint: 'Attach the file and schedule the post again, or change its type.',
  };
}

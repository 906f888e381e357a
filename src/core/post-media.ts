import { carouselUrls } from './carousel.ts';
import { declaredKind } from './declared-kind.ts';
import type { Problem } from './errors.ts';
import { asFilledText, isTrue } from './json-value.ts';
import type { MediaRole, PostKind } from './media.ts';
import { type FileHint, fileHint, mediaUrlProblem } from './media-url.ts';
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
  const { kind, media } = linked;
  const problem = media
    .map(({ url, role }, index) =>
      mediaUrlProblem(url, kind === 'carousel' ? `file ${index + 1} of ${media.length}` : `the ${role}`),
    )
    .find((found) => found !== null);
  return problem === undefined ? linked : { problem };
}

function resolveFiles(row: SourceRow): Resolved | { readonly problem: Problem } {
  const declared = declaredKind(row.kindRaw);
  const mediaType = asFilledText(row.metadata['media_type'])?.toLowerCase();
  const flaggedVideo = mediaType === 'video' || isTrue(row.metadata['is_video']);

  const carousel = carouselUrls(row, declared, flaggedVideo);
  if ('problem' in carousel) return carousel;
  if (carousel.urls.length > 0) return ofCarousel(carousel.urls);

  const { picture, files } = filesOf(row);
  const named = (hint: FileHint) => [...picture, ...files].find((url) => fileHint(url) === hint);
  const wantsVideo = flaggedVideo || declared === 'video' || declared === 'reel';
  // A video by its name makes a video post whatever the type says, so that its cover never goes out instead.
  const video = (wantsVideo ? files.find(mayBeVideo) : undefined) ?? named('video');
  if (video !== undefined) {
    const kind = declared === 'reel' || declared === 'story' ? declared : 'video';
    return { kind, media: withCover({ url: video, role: 'video' }, picture, files) };
  }
  if (wantsVideo) return { problem: videoMissing };

  const document = named('document');
  if (document !== undefined) {
    return { kind: 'document', media: withCover({ url: document, role: 'document' }, picture, files) };
  }
  const image = [...picture, ...files][0];
  if (image !== undefined && declared !== 'document') {
    return { kind: declared === 'story' ? 'story' : 'image', media: [{ url: image, role: 'image' }] };
  }
  const needed = declared !== 'any' ? declared : isTrue(row.metadata['has_media']) ? 'file' : null;
  return needed === null ? { kind: 'text', media: [] } : { problem: mediaMissing(needed) };
}

/** `picture`: images[0], the picture of a picture post and the cover of a video. `files`: where everything else stands. */
function filesOf(row: SourceRow): { readonly picture: readonly string[]; readonly files: readonly string[] } {
  const { mediaUrl, primaryImageUrl, metadata } = row;
  const own = row.source === 'created_content';
  const columns = own ? [mediaUrl] : [primaryImageUrl, asFilledText(metadata['media_url'])];
  const files = [...columns, asFilledText(metadata['video_url'])].filter((url) => url !== null);
  return { picture: row.images.filter((url) => url !== '').slice(0, 1), files };
}

function mayBeVideo(url: string): boolean {
  const hint = fileHint(url);
  return hint === 'video' || hint === null;
}

function ofCarousel(urls: readonly string[]): Resolved {
  const media = urls.map((url) => ({
    url,
    role: fileHint(url) === 'video' ? ('video' as const) : ('image' as const),
  }));
  const only = media.length === 1 ? media[0] : undefined;
  return { kind: only === undefined ? 'carousel' : only.role, media };
}

function withCover(
  main: ResolvedMedia,
  picture: readonly string[],
  files: readonly string[],
): readonly ResolvedMedia[] {
  const stills = [
    ...picture.filter((url) => fileHint(url) === null),
    ...[...picture, ...files].filter(isImage),
  ];
  const cover = stills.find((url) => url !== main.url);
  return cover === undefined ? [main] : [main, { url: cover, role: 'cover' }];
}

function isImage(url: string): boolean {
  return fileHint(url) === 'image';
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

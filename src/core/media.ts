/** What a post is, as far as its outer form goes. A platform says in its capabilities which of them it takes. */
export type PostKind = 'text' | 'link' | 'image' | 'carousel' | 'video' | 'reel' | 'story' | 'document';

/** `cover`: the still picture of a video, or the preview picture of a link; never a post of its own. */
export type MediaRole = 'image' | 'video' | 'cover' | 'document';

/** What the bytes of a file say about it, whatever its name says. */
export interface MediaInfo {
  readonly bytes: number;
  readonly mime: string;
  /** Pixels, as shown (after rotation). */
  readonly width?: number;
  readonly height?: number;
  readonly durationMs?: number;
  /** Frames per second. */
  readonly frameRate?: number;
  readonly videoCodec?: string;
  readonly audioCodec?: string;
  readonly hasAlpha?: boolean;
  readonly colorSpace?: string;
}

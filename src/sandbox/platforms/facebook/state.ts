/** What the simulated Facebook remembers. */
export interface SimPhoto {
  readonly id: string;
  readonly account: string;
  readonly sha256: string;
  readonly altText: string | undefined;
  readonly uploadedAt: Date;
  /** Post or story that shows it. */
  shownIn: string | null;
}

type VideoKind = 'video' | 'reel' | 'video_story';

export interface SimVideo {
  readonly id: string;
  readonly account: string;
  readonly kind: VideoKind;
  size: number | null;
  readonly file: string;
  readonly startedAt: Date;
  received: number;
  /** Of the chunked protocol: the next piece ends here. */
  wantedEnd: number;
  finish: {
    readonly at: Date;
    readonly text: string;
    readonly sha256: string;
    /** Known at once, although the video becomes visible later. */
    readonly postId: string;
    /** null: nothing is wrong with it. */
    readonly fault: string | null;
  } | null;
  isPublic: boolean;
}

interface SimPost {
  readonly id: string;
  readonly account: string;
  readonly link: string | null;
  readonly photoIds: readonly string[];
  readonly videoId: string | null;
}

/** One of the ids that a story is made of. */
interface SimStory {
  readonly postId: string;
  readonly account: string;
  readonly mediaId: string;
  readonly mediaType: 'photo' | 'video';
}

export interface State {
  readonly photos: Map<string, SimPhoto>;
  readonly videos: Map<string, SimVideo>;
  readonly posts: Map<string, SimPost>;
  readonly stories: Map<string, SimStory>;
  /** Sessions of the chunked protocol, by session id. */
  readonly sessions: Map<string, string>;
}

export function emptyState(): State {
  return { photos: new Map(), videos: new Map(), posts: new Map(), stories: new Map(), sessions: new Map() };
}

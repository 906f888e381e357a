/** Of our registered app, as TikTok makes it. */
export interface Limits {
  /** Requests a token and minute. */
  readonly initsPerMinute: number;
  readonly creatorInfosPerMinute: number;
  readonly statusesPerMinute: number;
  /** In 24 hours. */
  readonly postsPerDay: number;
  readonly draftsPerDay: number;
  /** How long the status of a post can be asked. */
  readonly statusLifeMs: number;
}

export interface Upload {
  readonly id: string;
  readonly token: string;
  readonly total: number;
  readonly chunk: number;
  readonly count: number;
  readonly openedAt: number;
  /** Where the bytes lie; set with the first chunk. */
  file: string | null;
  /** Chunks that are there. */
  chunks: number;
  stored: number;
  type: string | null;
}

/** One post, from the moment TikTok has named it. */
export interface Publication {
  readonly publishId: string;
  readonly account: string;
  readonly draft: boolean;
  readonly title: string;
  readonly description: string;
  readonly privacy: string | null;
  readonly createdAt: number;
  /** null: photos. */
  readonly upload: Upload | null;
  /** sha256 of each file, once all bytes are there. */
  media: readonly string[];
  seconds: number;
  /** What TikTok finds wrong with the files. */
  flaw: string | null;
  /** Milliseconds; from then on it is processed. */
  completeAt: number | null;
  /** What became of it. */
  end: 'posted' | 'inbox' | 'failed' | null;
  postId: string | null;
  postedAt: number | null;
}

export interface State {
  readonly publications: Map<string, Publication>;
  readonly uploads: Map<string, Publication>;
  /** Accounts whose creator_info was asked since their last direct post. */
  readonly asked: Set<string>;
  /** Times of what is limited, by a name. */
  readonly times: Map<string, number[]>;
}

export function emptyState(): State {
  return { publications: new Map(), uploads: new Map(), asked: new Set(), times: new Map() };
}

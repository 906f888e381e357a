export interface Media {
  readonly id: string;
  readonly owner: string;
  readonly type: 'image' | 'video';
  readonly sha256: string;
  readonly description: string | null;
  readonly readyAt: number;
  readonly uploadedAt: number;
  statusId: string | null;
}

export interface StoredStatus {
  readonly id: string;
  readonly owner: string;
  readonly createdAt: number;
  readonly text: string;
  readonly spoilerText: string;
  readonly visibility: string;
  readonly sensitive: boolean;
  readonly language: string | null;
  readonly replyTo: string | null;
  readonly media: readonly Media[];
  readonly poll: {
    readonly options: readonly string[];
    readonly expires_in: number;
    readonly multiple?: boolean | undefined;
  } | null;
  readonly url: string;
}

export interface State {
  readonly media: Map<string, Media>;
  readonly statuses: Map<string, StoredStatus>;
  /** '<account> <key>' → id of the status and when the key was written. */
  readonly keys: Map<string, { readonly id: string; readonly at: number }>;
}

export function emptyState(): State {
  return { media: new Map(), statuses: new Map(), keys: new Map() };
}

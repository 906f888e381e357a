/** A file as uploaded. */
export interface Blob {
  readonly did: string;
  readonly cid: string;
  readonly sha256: string;
  readonly mimeType: string;
  readonly size: number;
  readonly uploadedAt: number;
  referenced: boolean;
}

export interface StoredRecord {
  readonly did: string;
  readonly rkey: string;
  readonly cid: string;
  readonly value: Readonly<Record<string, unknown>>;
  readonly indexedAt: string;
}

export interface State {
  readonly sessions: Map<string, { readonly did: string; readonly expiresAt: number }>;
  readonly refreshTokens: Map<
    string,
    { readonly did: string; readonly successor: { readonly session: object; readonly at: number } | null }
  >;
  /** '<did> <cid>' */
  readonly blobs: Map<string, Blob>;
  /** By their at:// addresses. */
  readonly records: Map<string, StoredRecord>;
}

export function emptyState(): State {
  return { sessions: new Map(), refreshTokens: new Map(), blobs: new Map(), records: new Map() };
}

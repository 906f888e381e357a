import type { UploadStatus } from './spec.ts';

export interface Metadata {
  readonly snippet: Readonly<Record<string, unknown>> & { readonly title: string };
  readonly status: Readonly<Record<string, unknown>>;
}

export interface SimVideo {
  readonly id: string;
  readonly account: string;
  readonly metadata: Metadata;
  readonly privacy: string;
  readonly uploadedAt: Date;
  /** What processing ends with; until then every upload is 'uploaded'. */
  readonly end: {
    readonly status: UploadStatus;
    readonly failureReason?: string;
    readonly rejectionReason?: string;
  };
}

/** A resumable upload. The bytes lie in `file`. */
export interface Session {
  readonly id: string;
  readonly account: string;
  readonly metadata: Metadata;
  readonly parts: readonly string[];
  readonly total: number;
  readonly type: string;
  readonly openedAt: Date;
  readonly file: string;
  stored: number;
  /** Size of the first range that was not the last: all must have it. */
  rangeSize: number | null;
  video: SimVideo | null;
}

export interface Limits {
  /** Uploads a project and day. */
  readonly insertsPerDay: number;
  /** Units a project and day for everything else. */
  readonly unitsPerDay: number;
  readonly uploadsPerChannelAndDay: number;
  /** At most so many bytes of one range are stored; the rest must be sent again. */
  readonly storesAtMost: number;
}

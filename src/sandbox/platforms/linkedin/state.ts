/** One upload, from initializeUpload on. */
export interface Asset {
  readonly urn: string;
  readonly what: 'image' | 'video' | 'document';
  readonly owner: string;
  /** Upload addresses die then, milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Byte ranges, `last` inclusive; one without end for images and documents. */
  readonly parts: Part[];
  readonly uploadToken: string;
  /** Set when all bytes are there. */
  arrived?: { readonly at: number; readonly sha256: string; readonly flaw: string | null };
}

export interface Part {
  /** Last element of the upload address. */
  readonly key: string;
  readonly first: number;
  readonly last: number;
  etag?: string;
  /** Where the bytes lie until the video is put together. */
  file?: string;
}

/** A post as created. */
interface StoredPost {
  readonly urn: string;
  readonly author: string;
  readonly createdAt: number;
  /** What makes two posts the same to LinkedIn. */
  readonly sameness: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface State {
  readonly assets: Map<string, Asset>;
  /** By the last element of the upload address. */
  readonly uploads: Map<string, { readonly asset: Asset; readonly part: Part }>;
  readonly posts: Map<string, StoredPost>;
}

export function emptyState(): State {
  return { assets: new Map(), uploads: new Map(), posts: new Map() };
}

export type AssetStatus = 'WAITING_UPLOAD' | 'PROCESSING' | 'AVAILABLE' | 'PROCESSING_FAILED';

export function statusOf(asset: Asset, now: number, processingMs: number): AssetStatus {
  if (asset.arrived === undefined) return 'WAITING_UPLOAD';
  if (now < asset.arrived.at + processingMs) return 'PROCESSING';
  return asset.arrived.flaw === null ? 'AVAILABLE' : 'PROCESSING_FAILED';
}

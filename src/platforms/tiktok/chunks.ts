/** How a video is cut for its upload. https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide */

// "5 MB" to "64 MB", the last one up to "128 MB": the guide does not say whether these are 1,000 or 1,024 squared, so
// every number here holds in both readings. The smallest chunk, because the last one is the armed request.
const CHUNK = 5 * 1024 * 1024;
const MAX_CHUNKS = 1000;

export interface ChunkPlan {
  readonly total: number;
  readonly size: number;
  /** total / size, rounded down: the last chunk takes the remainder, so it is shorter than two. */
  readonly count: number;
}

export function planChunks(total: number): ChunkPlan {
  if (total < 2 * CHUNK) return { total, size: total, count: 1 };
  const size = Math.max(CHUNK, Math.ceil(total / MAX_CHUNKS));
  return { total, size, count: Math.floor(total / size) };
}

/** Bytes of one chunk, from 0; `end` is behind the last one. */
export function chunkAt(
  { total, size, count }: ChunkPlan,
  index: number,
): { readonly start: number; readonly end: number } {
  return { start: index * size, end: index === count - 1 ? total : (index + 1) * size };
}

/** The chunk to go on with when so many bytes are there. A part of a chunk does not count; the last one is always sent. */
export function nextChunk({ size, count }: ChunkPlan, uploaded: number): number {
  return Math.min(count - 1, Math.floor(uploaded / size));
}

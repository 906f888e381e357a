/**
 * Answers `Range: bytes=a-b` from a complete response: lite announces "Accept-Ranges: bytes" but ignores the header,
 * where hosted Storage answers 206. Other forms of Range are answered as if there were none, as RFC 9110 allows.
 */
export function applyRange(range: string | null, response: Response): Response {
  const asked = /^bytes=(\d+)-(\d*)$/.exec(range ?? '');
  const size = Number(response.headers.get('content-length') ?? Number.NaN);
  if (!asked || response.status !== 200 || !response.body || Number.isNaN(size)) return response;
  const from = Number(asked[1]);
  const to = Math.min(asked[2] ? Number(asked[2]) : size - 1, size - 1);
  const headers = new Headers(response.headers);
  if (from > to) {
    headers.set('content-range', `bytes */${size}`);
    headers.delete('content-length');
    return new Response(null, { status: 416, headers });
  }
  headers.set('content-range', `bytes ${from}-${to}/${size}`);
  headers.set('content-length', String(to - from + 1));
  return new Response(response.body.pipeThrough(slice(from, to)), { status: 206, headers });
}

/** Passes the bytes from..to, both included, and ends after them. */
function slice(from: number, to: number): TransformStream<Uint8Array, Uint8Array> {
  let position = 0;
  return new TransformStream({
    transform(chunk, controller) {
      const start = Math.max(from - position, 0);
      const end = to + 1 - position;
      position += chunk.byteLength;
      if (start < chunk.byteLength) controller.enqueue(chunk.subarray(start, end));
      if (position > to) controller.terminate();
    },
  });
}

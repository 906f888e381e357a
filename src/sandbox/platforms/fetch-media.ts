/** Longer than any simulated storage needs, shorter than a test. */
const FETCH_TIMEOUT_MS = 30_000;

/** Fetches like a platform's media fetcher, from this machine only: the sandbox never touches the outside. */
export async function fetchMedia(
  url: string,
): Promise<{ readonly bytes: Buffer; readonly type: string } | null> {
  if (!isLoopback(url)) return null;
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
    if (!response.ok) return null;
    const bytes = Buffer.from(await response.arrayBuffer());
    return { bytes, type: response.headers.get('content-type') ?? 'application/octet-stream' };
  } catch {
    return null;
  }
}

function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return /^https?:$/.test(protocol) && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

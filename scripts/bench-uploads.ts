import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { linkedinAuthor } from '../src/sandbox/accounts.ts';
import { insertRows } from '../src/sandbox/insert-rows.ts';
import { asha } from '../src/sandbox/people.ts';
import type { Sandbox } from '../src/sandbox/sandbox.ts';
import { measuredTick } from './measured-tick.ts';
import { PRODUCTION_TIMES } from './run-tick.ts';

const GB = 1_000_000_000;
/** Of the publisher's process, whatever the size of the video. */
const MOST_MB = 150;
const MOST_TICKS = 20;

/** Where less than a gigabyte is taken, the most that is. */
const VIDEOS: readonly (readonly [platform: string, type: string, bytes: number])[] = [
  ['facebook', 'long_video', GB],
  ['facebook', 'short_video or reel', GB],
  ['instagram', 'short_video or reel', 300_000_000],
  ['threads', 'short_video or reel', GB],
  ['linkedin', 'short_video or reel', 500 * 1024 * 1024],
  ['youtube', 'short_video or reel', GB],
  ['x', 'short_video or reel', GB],
  ['tiktok', 'short_video or reel', GB],
  ['bluesky', 'short_video or reel', 300_000_000],
  ['mastodon', 'short_video or reel', 99 * 1024 * 1024],
];

/** The largest video of each platform from its address to the platform; a fault is a post that is not out whole, or memory. */
export async function benchUploads(
  sandbox: Sandbox,
  say: (what: string, text: string) => void,
): Promise<readonly string[]> {
  const film = readFileSync(new URL('../supabase/seed/media/bakery-reel.mp4', import.meta.url));
  const server = await serveVideos(film);
  const faults: string[] = [];
  try {
    for (const [platform, type, bytes] of VIDEOS) {
      const name = `${platform} ${type === 'long_video' ? 'video' : 'reel'}`;
      await insertRows(sandbox.supabase.sql, 'public.created_content', [
        {
          user_id: asha.id,
          channel: 'Social Media',
          platform,
          content_type: type,
          title: 'A long film',
          content: `A film of ${bytes} bytes (${name})`,
          status: 'scheduled',
          scheduled_at: new Date(Date.now() - 60_000).toISOString(),
          media_url: `${server.origin}/${bytes}.mp4`,
          metadata: platform === 'linkedin' ? { account_id: linkedinAuthor(asha, 'member') } : {},
        },
      ]);
      const before = sandbox.platforms.posts().length;
      const started = performance.now();
      let peakMb = 0;
      let ticks = 0;
      while (sandbox.platforms.posts().length === before && ticks < MOST_TICKS) {
        ticks += 1;
        const allowed = {
          MEDIA_ALLOW_HOSTS: `${sandbox.env['MEDIA_ALLOW_HOSTS']},${new URL(server.origin).host}`,
        };
        const tick = await measuredTick(sandbox, { ...PRODUCTION_TIMES, ...allowed });
        peakMb = Math.max(peakMb, tick.peakMb);
        if (tick.run.exitCode !== 0)
          faults.push(`${name}: a tick ended with ${tick.run.exitCode}: ${tick.run.stderr}`);
        if ((tick.run.summary?.failed ?? 0) > 0) faults.push(`${name}: ${tick.run.stderr}`);
      }
      const [post, ...more] = sandbox.platforms.posts().slice(before);
      const seconds = (performance.now() - started) / 1_000;
      say(
        name,
        `${Math.round(bytes / 1e6)} MB in ${seconds.toFixed(1)} s, peak ${peakMb} MB (${ticks} ticks)`,
      );
      if (post === undefined || more.length > 0)
        faults.push(`${name}: ${more.length + (post === undefined ? 0 : 1)} posts are public.`);
      else if (post.media[0] !== server.sha256(bytes))
        faults.push(`${name}: what is public is not the film.`);
      if (peakMb >= MOST_MB) faults.push(`${name}: the process took ${peakMb} MB; ${MOST_MB} are allowed.`);
    }
  } finally {
    await server.close();
  }
  return faults;
}

/** The film, made as long as its address says by an empty box behind it, which players skip; nothing is kept. */
async function serveVideos(film: Buffer) {
  const server = createServer((request, response) => {
    const bytes = Number(/^\/(\d+)\.mp4$/.exec(request.url ?? '')?.[1]);
    response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': bytes });
    Readable.from(padded(film, bytes)).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sha256(bytes: number): string {
      const hash = createHash('sha256');
      for (const chunk of padded(film, bytes)) hash.update(chunk);
      return hash.digest('hex');
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

function* padded(film: Buffer, bytes: number): Generator<Buffer> {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(bytes - film.length, 0);
  header.write('free', 4);
  yield film;
  yield header;
  const nothing = Buffer.alloc(1_048_576);
  for (let left = bytes - film.length - header.length; left > 0; left -= nothing.length) {
    yield nothing.subarray(0, Math.min(left, nothing.length));
  }
}

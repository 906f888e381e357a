import { readFileSync } from 'node:fs';
import type { HttpRequest } from '../../src/core/http.ts';
import type { MediaInfo } from '../../src/core/media.ts';
import type { MediaFile } from '../../src/core/platform.ts';
import type { Post } from '../../src/core/post.ts';
import { youtube } from '../../src/platforms/youtube/index.ts';
import type { MakeSimulator, SimAccount } from '../../src/sandbox/platforms/simulator.ts';
import { makeYoutubeSimulator } from '../../src/sandbox/platforms/youtube/index.ts';
import { memoryFile, padded } from './memory-file.ts';
import { type ModuleWorld, moduleWorld } from './module-world.ts';
import { registeredApp } from './registered-app.ts';

export { LIVE_ARM } from './module-world.ts';

export const CHANNEL = 'UCabcdefghijklmnopqrstuv';
const TOKEN = 'ya29.test-token';

/** 1 second of ffmpeg's test picture, 72 × 128. */
const UPRIGHT = readFileSync(
  new URL('../../src/sandbox/platforms/youtube/fixtures/upright.mp4', import.meta.url),
);
/** The same, 128 × 72. */
const WIDE = readFileSync(new URL('../../src/sandbox/platforms/youtube/fixtures/wide.mp4', import.meta.url));

export const SIM_ACCOUNT: SimAccount = {
  id: CHANNEL,
  name: 'Cole Cycles TV',
  token: TOKEN,
  refreshToken: '1//0refresh',
  scopes: [
    'https://www.googleapis.com/auth/youtube.upload',
    'https://www.googleapis.com/auth/youtube.readonly',
  ],
};

/** A real video of any size. */
export function videoBytes(size: number, shape: 'upright' | 'wide' = 'upright'): Buffer {
  return padded(shape === 'upright' ? UPRIGHT : WIDE, size);
}

export function mediaFile(bytes: Buffer, over: Partial<MediaInfo> = {}): MediaFile {
  const info = { bytes: bytes.length, mime: 'video/mp4', width: 72, height: 128, durationMs: 1000, ...over };
  return memoryFile(bytes, { role: 'video', info });
}

export function youtubePost(over: Partial<Post> = {}): Post {
  return {
    source: 'created_content',
    id: 'a0000000-0000-4000-8000-000000000008',
    userId: '22222222-2222-4222-8222-222222222222',
    platform: 'youtube',
    kind: 'reel',
    title: 'Full tune-up',
    text: 'Full tune-up\n\nComplete service.\n\n#bikes #repair',
    body: 'Complete service.',
    hashtags: ['#bikes', '#repair'],
    link: null,
    media: [{ url: 'https://media.example/video.mp4', role: 'video' }],
    options: {},
    metadata: {},
    dueAt: new Date('2026-11-21T15:00:00Z'),
    ...over,
  };
}

interface Entry {
  readonly method: string;
  readonly path: string;
  readonly query: HttpRequest['query'];
  readonly json: unknown;
  readonly range: string | undefined;
}

export type YoutubeWorld = ModuleWorld<Entry>;

export interface WorldOptions {
  readonly make?: MakeSimulator;
  readonly account?: Partial<SimAccount>;
  readonly processingMs?: number;
}

export function youtubeWorld(options: WorldOptions = {}): Promise<YoutubeWorld> {
  return moduleWorld<Entry>({
    module: youtube,
    make: options.make ?? makeYoutubeSimulator,
    account: { ...SIM_ACCOUNT, ...options.account },
    ours: SIM_ACCOUNT,
    start: '2026-11-21T15:00:00Z',
    processingMs: options.processingMs ?? 60_000,
    app: registeredApp('client.apps.googleusercontent.com', 'GOCSPX-x'),
    job: () => ({ post: youtubePost(), media: [mediaFile(videoBytes(3000))] }),
    describe({ method, query, headers, body }, { pathname }) {
      const range = headers?.['content-range'];
      return {
        method,
        path: pathname.replace(/^\/youtube(?=\/upload\/)/, ''),
        query,
        json: body !== undefined && 'json' in body ? body.json : undefined,
        range: typeof range === 'string' ? range : undefined,
      };
    },
  });
}

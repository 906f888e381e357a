import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Arm, Http, HttpRequest, HttpResponse, HttpSource } from '../../src/core/http.ts';
import type { MediaInfo } from '../../src/core/media.ts';
import type { Account, Checkpoint, Job, MediaFile, PlatformContext } from '../../src/core/platform.ts';
import type { Post } from '../../src/core/post.ts';
import { Secret } from '../../src/core/secret.ts';
import { createHttp } from '../../src/http/client.ts';
import { youtube } from '../../src/platforms/youtube/index.ts';
import { type Platforms, startPlatforms } from '../../src/sandbox/platforms/server.ts';
import type { MakeSimulator, SimAccount } from '../../src/sandbox/platforms/simulator.ts';
import { makeYoutubeSimulator } from '../../src/sandbox/platforms/youtube/index.ts';
import { registeredApp } from './registered-app.ts';

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

/** A real video of any size: a `free` box, which every reader skips, fills it up. */
export function videoBytes(size: number, shape: 'upright' | 'wide' = 'upright'): Buffer {
  const start = shape === 'upright' ? UPRIGHT : WIDE;
  const free = Buffer.alloc(size - start.length);
  free.writeUInt32BE(free.length, 0);
  free.write('free', 4, 'latin1');
  return Buffer.concat([start, free]);
}

export function mediaFile(bytes: Buffer, info: Partial<MediaInfo> = {}): MediaFile {
  const source = (start = 0, end = bytes.length): HttpSource => ({
    length: Math.min(end, bytes.length) - start,
    async *open() {
      yield bytes.subarray(start, end);
    },
  });
  return {
    url: 'https://media.example/video.mp4',
    role: 'video',
    info: { bytes: bytes.length, mime: 'video/mp4', width: 72, height: 128, durationMs: 1000, ...info },
    sha256: createHash('sha256').update(bytes).digest('hex'),
    source,
    publicUrl: () => Promise.reject(new Error('YouTube fetches nothing')),
  };
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

export const LIVE_ARM: Arm = { id: '00000000-0000-4000-8000-00000000000a', check: () => undefined };

/** A request as the platform module made it, and the status it got (undefined: no answer). */
interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: HttpRequest['query'];
  readonly json: unknown;
  readonly range: string | undefined;
  readonly armed: boolean;
  readonly status: number | undefined;
}

export interface YoutubeWorld {
  readonly platforms: Platforms;
  readonly context: PlatformContext;
  readonly account: Account;
  /** Everything that was asked, oldest first. */
  readonly asked: Asked[];
  /** What was saved through jobs, oldest first. */
  readonly saved: Checkpoint[];
  /** Moves the clock that simulator and module share. */
  pass(ms: number): void;
  job(over?: Partial<Job>): Job;
  stop(): Promise<void>;
}

export interface WorldOptions {
  readonly make?: MakeSimulator;
  readonly account?: Partial<SimAccount>;
  readonly processingMs?: number;
}

export async function youtubeWorld(options: WorldOptions = {}): Promise<YoutubeWorld> {
  let clock = Date.parse('2026-11-21T15:00:00Z');
  const now = (): Date => new Date(clock);
  const simAccount = { ...SIM_ACCOUNT, ...options.account };
  const platforms = await startPlatforms({
    makers: { youtube: options.make ?? makeYoutubeSimulator },
    accounts: { youtube: [simAccount] },
    processingMs: options.processingMs ?? 60_000,
    now,
  });
  const { origins, uploadHosts } = youtube.capabilities;
  const client = createHttp({
    origins,
    uploadHosts,
    apiUrl: platforms.base('youtube'),
    timeoutMs: 5000,
    connectTimeoutMs: 2000,
    userAgent: 'content-publisher test',
  });
  const asked: Asked[] = [];
  const saved: Checkpoint[] = [];
  const context: PlatformContext = {
    http: recording(client, asked),
    settings: { version: undefined },
    app: registeredApp('client.apps.googleusercontent.com', 'GOCSPX-x'),
    log: {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: () => undefined,
      flush: async () => undefined,
    },
    now,
    sleep: async (ms) => {
      clock += ms;
    },
  };
  const account: Account = {
    platform: 'youtube',
    id: simAccount.id,
    name: simAccount.name,
    connectionId: 'd0000000-0000-4000-8000-000000000007',
    token: new Secret(TOKEN),
    refreshToken: new Secret('1//0refresh'),
    tokenExpiresAt: null,
  };
  return {
    platforms,
    context,
    account,
    asked,
    saved,
    pass: (ms) => {
      clock += ms;
    },
    job: (over = {}) => ({
      ...context,
      account,
      post: youtubePost(),
      media: [mediaFile(videoBytes(3000))],
      checkpoint: null,
      armedAt: null,
      lastPossibleAt: null,
      sentBefore: false,
      effect: 'post',
      out: {},
      isKnownId: async () => false,
      save: async (checkpoint) => {
        saved.push(checkpoint);
      },
      ...over,
    }),
    stop: async () => {
      await client.close();
      await platforms.stop();
    },
  };
}

function recording(http: Http, asked: Asked[]): Http {
  return {
    async request(request: HttpRequest): Promise<HttpResponse> {
      const address = typeof request.url === 'string' ? request.url : request.url.reveal();
      const range = request.headers?.['content-range'];
      const entry = {
        method: request.method,
        path: new URL(address).pathname.replace(/^\/youtube(?=\/upload\/)/, ''),
        query: request.query,
        json: request.body !== undefined && 'json' in request.body ? request.body.json : undefined,
        range: typeof range === 'string' ? range : undefined,
        armed: request.arm !== undefined,
      };
      try {
        const response = await http.request(request);
        asked.push({ ...entry, status: response.status });
        return response;
      } catch (error) {
        asked.push({ ...entry, status: undefined });
        throw error;
      }
    },
  };
}

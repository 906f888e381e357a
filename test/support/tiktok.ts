import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Arm, HttpRequest, HttpResponse, HttpSource } from '../../src/core/http.ts';
import type { MediaInfo } from '../../src/core/media.ts';
import type { Account, Checkpoint, Job, MediaFile, PlatformContext } from '../../src/core/platform.ts';
import type { Post } from '../../src/core/post.ts';
import { Secret } from '../../src/core/secret.ts';
import { createHttp } from '../../src/http/client.ts';
import { tiktok } from '../../src/platforms/tiktok/index.ts';
import { type Platforms, startPlatforms } from '../../src/sandbox/platforms/server.ts';
import type { MakeSimulator, SimAccount } from '../../src/sandbox/platforms/simulator.ts';
import { FULL_SCOPES } from '../../src/sandbox/platforms/tiktok/gate.ts';
import { makeTiktokSimulator } from '../../src/sandbox/platforms/tiktok/index.ts';
import { registeredApp } from './registered-app.ts';

export const PROCESSING_MS = 10_000;
export const SIM_ACCOUNT: SimAccount = {
  id: '_000tiktoktesttiktoktesttiktok',
  name: 'Rao Bakes',
  token: 'act.test-token-of-tiktok',
  refreshToken: 'rft.test-token-of-tiktok',
  scopes: FULL_SCOPES,
  extra: { username: 'raobakes', clientSecret: 'test-secret' },
};
export const LIVE_ARM: Arm = { id: '00000000-0000-4000-8000-00000000000a', check: () => undefined };

const SEED = new URL('../../supabase/seed/media/', import.meta.url);
/** 1080 × 1920, 5 s. */
const REEL = readFileSync(new URL('bakery-reel.mp4', SEED));
export const FILM_INFO: MediaInfo = {
  bytes: REEL.length,
  mime: 'video/mp4',
  width: 1080,
  height: 1920,
  durationMs: 5_067,
  frameRate: 30,
  videoCodec: 'avc',
};

/** A real film of any size from 300 kB on: a `free` box, which every reader skips, fills it up. */
export function film(size = REEL.length): MediaFile {
  const bytes = Buffer.alloc(size);
  REEL.copy(bytes);
  if (size > REEL.length) {
    bytes.writeUInt32BE(size - REEL.length, REEL.length);
    bytes.write('free', REEL.length + 4, 'latin1');
  }
  return mediaFile('video', bytes, { ...FILM_INFO, bytes: size });
}

export function mediaFile(role: MediaFile['role'], bytes: Buffer, info: MediaInfo, url?: string): MediaFile {
  const address = url ?? `https://media.example/${role}`;
  return {
    url: address,
    role,
    info,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    source: (start = 0, end = bytes.length): HttpSource => ({
      length: end - start,
      async *open() {
        yield bytes.subarray(start, end);
      },
    }),
    publicUrl: async () => address,
  };
}

export function tiktokPost(over: Partial<Post> = {}): Post {
  return {
    source: 'created_content',
    id: 'a0000000-0000-4000-8000-000000000009',
    userId: '22222222-2222-4222-8222-222222222222',
    platform: 'tiktok',
    kind: 'reel',
    title: 'Sourdough Saturday',
    text: 'Sourdough Saturday\n\nOut of the oven at seven.\n\n#bread',
    body: 'Out of the oven at seven.',
    hashtags: ['#bread'],
    link: null,
    media: [],
    options: {},
    metadata: {},
    dueAt: new Date('2026-11-21T10:00:00Z'),
    ...over,
  };
}

/** A request as the platform module made it, and the status it got (undefined: no answer). */
interface Asked {
  /** 'POST /v2/post/publish/video/init/' */
  readonly line: string;
  readonly json: unknown;
  readonly range: string | undefined;
  readonly armed: boolean;
  readonly authorized: boolean;
  readonly status: number | undefined;
}

export interface TiktokWorld {
  readonly platforms: Platforms;
  readonly context: PlatformContext;
  readonly account: Account;
  /** Everything that was asked, oldest first. */
  readonly asked: Asked[];
  /** What was saved through jobs, oldest first. */
  readonly saved: Checkpoint[];
  pass(ms: number): void;
  job(over?: Partial<Job>): Job;
  stop(): Promise<void>;
}

interface WorldOptions {
  readonly make?: MakeSimulator;
  readonly extra?: SimAccount['extra'];
}

export async function tiktokWorld({ make, extra }: WorldOptions = {}): Promise<TiktokWorld> {
  let clock = Date.parse('2026-11-21T10:00:00Z');
  const now = (): Date => new Date(clock);
  const platforms = await startPlatforms({
    makers: { tiktok: make ?? makeTiktokSimulator },
    accounts: { tiktok: [{ ...SIM_ACCOUNT, extra: { ...SIM_ACCOUNT.extra, ...extra } }] },
    processingMs: PROCESSING_MS,
    now,
  });
  const { origins, uploadHosts } = tiktok.capabilities;
  const client = createHttp({
    origins,
    uploadHosts,
    apiUrl: platforms.base('tiktok'),
    timeoutMs: 30_000,
    connectTimeoutMs: 10_000,
    userAgent: 'content-publisher test',
  });
  const asked: Asked[] = [];
  const saved: Checkpoint[] = [];
  const context: PlatformContext = {
    http: {
      async request(request: HttpRequest): Promise<HttpResponse> {
        const entry = await describeRequest(request);
        try {
          const response = await client.request(request);
          asked.push({ ...entry, status: response.status });
          return response;
        } catch (error) {
          asked.push({ ...entry, status: undefined });
          throw error;
        }
      },
    },
    settings: { version: undefined },
    app: registeredApp('test-client', 'test-secret'),
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
    platform: 'tiktok',
    id: SIM_ACCOUNT.id,
    name: SIM_ACCOUNT.name,
    connectionId: 'd0000000-0000-4000-8000-000000000009',
    token: new Secret(SIM_ACCOUNT.token),
    refreshToken: new Secret(SIM_ACCOUNT.refreshToken ?? ''),
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
      post: tiktokPost(),
      media: [film()],
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

async function describeRequest({ method, url, headers, body, arm }: HttpRequest) {
  const address = new URL(typeof url === 'string' ? url : url.reveal());
  const range = headers?.['content-range'];
  return {
    line: `${method} ${address.pathname.replace(/^\/tiktok/, '')}`,
    json: await jsonOf(body),
    range: typeof range === 'string' ? range : undefined,
    armed: arm !== undefined,
    authorized: headers?.['authorization'] !== undefined,
  };
}

async function jsonOf(body: HttpRequest['body']): Promise<unknown> {
  if (body === undefined || !('source' in body) || !body.type.startsWith('application/json'))
    return undefined;
  const parts: Uint8Array[] = [];
  for await (const part of body.source.open()) parts.push(part);
  const text = Buffer.concat(parts).toString('utf8');
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}

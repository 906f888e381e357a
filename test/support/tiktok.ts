import { readFileSync } from 'node:fs';
import type { HttpRequest } from '../../src/core/http.ts';
import type { MediaInfo } from '../../src/core/media.ts';
import type { MediaFile } from '../../src/core/platform.ts';
import type { Post } from '../../src/core/post.ts';
import { tiktok } from '../../src/platforms/tiktok/index.ts';
import type { MakeSimulator, SimAccount } from '../../src/sandbox/platforms/simulator.ts';
import { FULL_SCOPES } from '../../src/sandbox/platforms/tiktok/gate.ts';
import { makeTiktokSimulator } from '../../src/sandbox/platforms/tiktok/index.ts';
import { memoryFile, padded } from './memory-file.ts';
import { type ModuleWorld, moduleWorld } from './module-world.ts';
import { registeredApp } from './registered-app.ts';

export { LIVE_ARM } from './module-world.ts';

export const PROCESSING_MS = 10_000;
export const SIM_ACCOUNT: SimAccount = {
  id: '_000tiktoktesttiktoktesttiktok',
  name: 'Rao Bakes',
  token: 'act.test-token-of-tiktok',
  refreshToken: 'rft.test-token-of-tiktok',
  scopes: FULL_SCOPES,
  extra: { username: 'raobakes', clientSecret: 'test-secret' },
};
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

/** A real film of any size from 300 kB on; a smaller one is cut off. */
export function film(size = REEL.length): MediaFile {
  const bytes = size < REEL.length ? REEL.subarray(0, size) : padded(REEL, size);
  return mediaFile('video', bytes, { ...FILM_INFO, bytes: size });
}

export function mediaFile(role: MediaFile['role'], bytes: Buffer, info: MediaInfo, url?: string): MediaFile {
  const address = url ?? `https://media.example/${role}`;
  return memoryFile(bytes, { url: address, role, info, publicUrl: async () => address });
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

interface Entry {
  /** 'POST /v2/post/publish/video/init/' */
  readonly line: string;
  readonly json: unknown;
  readonly range: string | undefined;
  readonly authorized: boolean;
}

export type TiktokWorld = ModuleWorld<Entry>;

interface WorldOptions {
  readonly make?: MakeSimulator;
  readonly extra?: SimAccount['extra'];
}

export function tiktokWorld({ make, extra }: WorldOptions = {}): Promise<TiktokWorld> {
  return moduleWorld<Entry>({
    module: tiktok,
    make: make ?? makeTiktokSimulator,
    account: { ...SIM_ACCOUNT, extra: { ...SIM_ACCOUNT.extra, ...extra } },
    start: '2026-11-21T10:00:00Z',
    processingMs: PROCESSING_MS,
    app: registeredApp('test-client', 'test-secret'),
    job: () => ({ post: tiktokPost(), media: [film()] }),
    async describe({ method, headers, body }, { pathname }) {
      const range = headers?.['content-range'];
      return {
        line: `${method} ${pathname.replace(/^\/tiktok/, '')}`,
        json: await jsonOf(body),
        range: typeof range === 'string' ? range : undefined,
        authorized: headers?.['authorization'] !== undefined,
      };
    },
    timeoutMs: 30_000,
  });
}

async function jsonOf(body: HttpRequest['body']): Promise<unknown> {
  if (body === undefined || !('source' in body) || !body.type.startsWith('application/json'))
    return undefined;
  const parts: Uint8Array[] = [];
  for await (const part of body.source.open()) parts.push(part);
  const text = Buffer.concat(parts).toString('utf8');
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}

import { createHash } from 'node:crypto';
import sharp from 'sharp';
import type { Arm, Http, HttpRequest, HttpResponse, HttpSource } from '../../src/core/http.ts';
import type {
  Account,
  Checkpoint,
  Job,
  MediaFile,
  PlatformContext,
  Published,
} from '../../src/core/platform.ts';
import type { Post } from '../../src/core/post.ts';
import { Secret } from '../../src/core/secret.ts';
import { createHttp } from '../../src/http/client.ts';
import { instagram } from '../../src/platforms/instagram/index.ts';
import { publish } from '../../src/platforms/instagram/publish.ts';
import { FACEBOOK_LOGIN_SCOPES, INSTAGRAM_LOGIN_SCOPES } from '../../src/sandbox/platforms/instagram/gate.ts';
import { makeInstagramSimulator } from '../../src/sandbox/platforms/instagram/index.ts';
import { type Platforms, startPlatforms } from '../../src/sandbox/platforms/server.ts';
import type { SimAccount } from '../../src/sandbox/platforms/simulator.ts';
import { type TestServers, testServers } from './http-servers.ts';
import { registeredApp } from './registered-app.ts';

export const IG_ID = '17841400000000001';
export const PAGE_ID = '998877665544332';
export const START = Date.parse('2026-11-21T10:00:00Z');
export const PROCESSING_MS = 10_000;

export const FACEBOOK_LOGIN: SimAccount = {
  id: IG_ID,
  name: 'raobakes',
  token: 'EAAB-page-token-1',
  scopes: FACEBOOK_LOGIN_SCOPES,
  extra: { pageId: PAGE_ID },
};
export const INSTAGRAM_LOGIN: SimAccount = {
  id: IG_ID,
  name: 'raobakes',
  token: 'IGAAtoken1',
  scopes: INSTAGRAM_LOGIN_SCOPES,
};

export async function jpeg(width = 1080, height = 1080, red = 200): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: { r: red, g: 90, b: 40 } } })
    .jpeg()
    .toBuffer();
}

export function instagramPost(over: Partial<Post> = {}): Post {
  return {
    source: 'created_content',
    id: 'a0000000-0000-4000-8000-000000000001',
    userId: '11111111-1111-4111-8111-111111111111',
    platform: 'instagram',
    kind: 'image',
    title: null,
    text: 'Last boxes left.\n\n#cake #rao',
    body: 'Last boxes left.',
    hashtags: ['#cake', '#rao'],
    link: null,
    media: [{ url: 'https://media.example/1.jpg', role: 'image' }],
    options: {},
    metadata: {},
    dueAt: new Date(START),
    ...over,
  };
}

/** A job of this kind over these files. */
export function jobOf(
  kind: Post['kind'],
  files: readonly MediaFile[],
  post: Partial<Post> = {},
): Partial<Job> {
  return { media: files, post: instagramPost({ kind, media: files, ...post }) };
}

export function containerOf(checkpoint: Checkpoint): string {
  return (checkpoint['container'] as { id: string }).id;
}

/** A request as the platform module made it, and the status it got (undefined: no answer). */
interface Asked {
  readonly line: string;
  readonly armed: boolean;
  readonly status: number | undefined;
  readonly form: Readonly<Record<string, string | Secret>> | undefined;
}

export interface InstagramWorld {
  readonly platforms: Platforms;
  readonly context: PlatformContext;
  readonly account: Account;
  /** Everything that was asked, oldest first. */
  readonly asked: Asked[];
  /** What was saved through jobs, oldest first. */
  readonly saved: Checkpoint[];
  now(): Date;
  /** Moves the clock that simulator and module share. */
  pass(ms: number): void;
  /** Serves the bytes at a public address. */
  file(bytes: Buffer, role?: MediaFile['role'], altText?: string): MediaFile;
  /** A file whose address answers 404. */
  missingFile(role?: MediaFile['role']): MediaFile;
  job(over?: Partial<Job>): Job;
  /** prepare, looking again when it says so, until it is ready. */
  prepared(over?: Partial<Job>): Promise<Checkpoint>;
  send(job: Partial<Job>, checkpoint: Checkpoint): Promise<Published>;
  /**
   * Sends and gets no answer: 'drop_after' it is out, 'drop_before' it is not.
   * @returns the job as find and prepare see it afterwards
   */
  sendLost(
    kind: 'drop_after' | 'drop_before',
    job: Partial<Job>,
    checkpoint: Checkpoint,
  ): Promise<Partial<Job>>;
  stop(): Promise<void>;
}

export const LIVE_ARM: Arm = { id: '00000000-0000-4000-8000-00000000000a', check: () => undefined };

export async function instagramWorld(simAccount: SimAccount = FACEBOOK_LOGIN): Promise<InstagramWorld> {
  let clock = START;
  const now = (): Date => new Date(clock);
  const files = new Map<string, Buffer>();
  const servers: TestServers = testServers();
  const storage = await servers.http((request, response) => {
    const bytes = files.get(request.url ?? '');
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
  });
  const platforms = await startPlatforms({
    makers: { instagram: makeInstagramSimulator },
    accounts: { instagram: [simAccount] },
    processingMs: PROCESSING_MS,
    now,
  });
  const { origins, uploadHosts } = instagram.capabilities;
  const client = createHttp({
    origins,
    uploadHosts,
    apiUrl: platforms.base('instagram'),
    timeoutMs: 5_000,
    connectTimeoutMs: 2_000,
    userAgent: 'content-publisher test',
  });
  const asked: Asked[] = [];
  const saved: Checkpoint[] = [];
  const nothing = (): void => undefined;
  const context: PlatformContext = {
    http: recording(client, asked),
    settings: { version: undefined },
    app: registeredApp(),
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing, flush: async () => nothing() },
    now,
    sleep: async (ms) => {
      clock += ms;
    },
  };
  const account: Account = {
    platform: 'instagram',
    id: simAccount.id,
    name: simAccount.name,
    connectionId: 'd0000000-0000-4000-8000-000000000002',
    token: new Secret(simAccount.token),
    refreshToken: null,
    tokenExpiresAt: null,
  };
  const file = (bytes: Buffer, role: MediaFile['role'] = 'image', altText?: string): MediaFile => {
    const path = `/${files.size}`;
    files.set(path, bytes);
    return mediaFile(bytes, `${storage}${path}`, role, altText);
  };
  const job = (over: Partial<Job> = {}): Job => ({
    ...context,
    account,
    post: instagramPost(),
    media: [],
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
  });
  const send = (over: Partial<Job>, checkpoint: Checkpoint): Promise<Published> =>
    publish(job({ ...over, checkpoint }), LIVE_ARM);
  return {
    platforms,
    context,
    account,
    asked,
    saved,
    now,
    pass: (ms) => {
      clock += ms;
    },
    file,
    missingFile: (role = 'image') => mediaFile(Buffer.alloc(1), `${storage}/missing`, role),
    job,
    async prepared(over = {}) {
      let checkpoint = over.checkpoint ?? null;
      for (;;) {
        const result = await instagram.prepare(job({ ...over, checkpoint }));
        checkpoint = result.checkpoint;
        if (result.ready) return checkpoint;
        clock = result.lookAt.getTime();
      }
    },
    send,
    async sendLost(kind, over, checkpoint) {
      platforms.setFaults([{ platform: 'instagram', match: 'media_publish$', kind, times: 1 }]);
      const armedAt = now();
      const answered = await send(over, checkpoint).then(
        () => true,
        () => false,
      );
      if (answered) throw new Error('The answer was not lost.');
      clock += 1_000;
      return { ...over, checkpoint, armedAt, lastPossibleAt: now(), sentBefore: true };
    },
    stop: async () => {
      await client.close();
      await platforms.stop();
      await servers.close();
    },
  };
}

function mediaFile(bytes: Buffer, url: string, role: MediaFile['role'], altText?: string): MediaFile {
  const source = (start = 0, end = bytes.length): HttpSource => ({
    length: Math.min(end, bytes.length) - start,
    async *open() {
      yield bytes.subarray(start, end);
    },
  });
  return {
    url,
    role,
    ...(altText === undefined ? {} : { altText }),
    info: { bytes: bytes.length, mime: role === 'video' ? 'video/mp4' : 'image/jpeg' },
    sha256: sha256(bytes),
    source,
    publicUrl: async () => url,
  };
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function recording(http: Http, asked: Asked[]): Http {
  return {
    async request(request: HttpRequest): Promise<HttpResponse> {
      const address = typeof request.url === 'string' ? request.url : request.url.reveal();
      const entry = {
        line: `${request.method} ${new URL(address).host}${new URL(address).pathname}`,
        armed: request.arm !== undefined,
        form: request.body !== undefined && 'form' in request.body ? request.body.form : undefined,
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

import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { expect } from 'vitest';
import { PublishError } from '../../src/core/errors.ts';
import type { Arm, Http, HttpRequest, HttpResponse, HttpSource } from '../../src/core/http.ts';
import type {
  Accepted,
  Account,
  Checkpoint,
  Found,
  Job,
  MediaFile,
  PlatformContext,
  Published,
} from '../../src/core/platform.ts';
import type { Post } from '../../src/core/post.ts';
import { Secret } from '../../src/core/secret.ts';
import { createHttp } from '../../src/http/client.ts';
import { facebook } from '../../src/platforms/facebook/index.ts';
import { makeFacebookSimulator } from '../../src/sandbox/platforms/facebook/index.ts';
import { type Platforms, startPlatforms } from '../../src/sandbox/platforms/server.ts';
import type { Fault, SimAccount } from '../../src/sandbox/platforms/simulator.ts';
import { mp4 } from './mp4.ts';
import { registeredApp } from './registered-app.ts';

export const PAGE: SimAccount = {
  id: '102030405060708',
  name: 'Rao Bakes',
  token: 'EAAB-page-token-1',
  scopes: ['pages_manage_posts', 'pages_read_engagement', 'pages_show_list'],
};
const START = Date.parse('2026-11-21T10:00:00Z');
const PROCESSING_MS = 5_000;
export const LIVE_ARM: Arm = { id: '00000000-0000-4000-8000-00000000000a', check: () => undefined };

export function facebookPost(over: Partial<Post> = {}): Post {
  return {
    source: 'created_content',
    id: 'a0000000-0000-4000-8000-000000000001',
    userId: '11111111-1111-4111-8111-111111111111',
    platform: 'facebook',
    kind: 'text',
    title: null,
    text: 'Warm loaves at 7.\n\n#sourdough #RaoBakes',
    body: 'Warm loaves at 7.',
    hashtags: ['#sourdough', '#RaoBakes'],
    link: null,
    media: [],
    options: {},
    metadata: {},
    dueAt: new Date(START),
    ...over,
  };
}

/** A job of this kind over these files. */
export function jobOf(
  kind: Post['kind'],
  files: readonly MediaFile[] = [],
  post: Partial<Post> = {},
): Partial<Job> {
  return { media: files, post: facebookPost({ kind, media: files, ...post }) };
}

let shade = 0;

/** A picture unlike any other. */
export async function photo(mime = 'image/png', altText?: string): Promise<MediaFile> {
  shade += 1;
  const image = sharp({
    create: { width: 640, height: 480, channels: 3, background: { r: shade % 256, g: 90, b: 40 } },
  });
  const bytes = await (mime === 'image/jpeg'
    ? image.jpeg()
    : mime === 'image/webp'
      ? image.webp()
      : image.png()
  ).toBuffer();
  return mediaFile(bytes, mime, 'image', altText);
}

export function mediaFile(bytes: Buffer, mime: string, role: MediaFile['role'], altText?: string): MediaFile {
  const source = (start = 0, end = bytes.length): HttpSource => ({
    length: Math.min(end, bytes.length) - start,
    async *open() {
      yield bytes.subarray(start, end);
    },
  });
  return {
    url: 'https://media.example/file',
    role,
    ...(altText === undefined ? {} : { altText }),
    info: { bytes: bytes.length, mime },
    sha256: sha256(bytes),
    source,
    publicUrl: () => Promise.reject(new Error('Facebook is sent every byte')),
  };
}

export const CLIP = await mp4();

/** A video that Facebook takes as reel, story and post. */
export function clip(bytes: Buffer = CLIP): MediaFile {
  return mediaFile(bytes, 'video/mp4', 'video');
}

/** What the promise is rejected with. */
export async function refusal(promise: Promise<unknown>): Promise<PublishError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(PublishError);
  return error as PublishError;
}

/** The video, made longer by a `free` box, which every reader skips. */
export function padded(mp4: Buffer, size: number): Buffer {
  const free = Buffer.alloc(size - mp4.length);
  free.writeUInt32BE(free.length, 0);
  free.write('free', 4, 'latin1');
  return Buffer.concat([mp4, free]);
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A request as the module made it, and the status it got (undefined: no answer). */
interface Asked {
  readonly line: string;
  readonly armed: boolean;
  status: number | undefined;
}

export interface FacebookWorld {
  readonly platforms: Platforms;
  readonly context: PlatformContext;
  readonly account: Account;
  /** Everything that was asked, oldest first: 'POST graph.facebook.com/v26.0/1/feed'. */
  readonly asked: Asked[];
  /** What was saved through jobs, oldest first. */
  readonly saved: Checkpoint[];
  now(): Date;
  /** Moves the clock that simulator and module share. */
  pass(ms: number): void;
  faults(...faults: readonly Omit<Fault, 'platform'>[]): void;
  job(over?: Partial<Job>): Job;
  /** prepare, looking again when it says so, until it is ready. */
  prepared(over?: Partial<Job>): Promise<Checkpoint>;
  send(over: Partial<Job>, checkpoint?: Checkpoint): Promise<Published | Accepted>;
  /** prepare and send with one fault on the visible request; the job as find sees it a second later. */
  sendLost(kind: Fault['kind'], over: Partial<Job>): Promise<Partial<Job>>;
  find(over: Partial<Job>): Promise<Found>;
  /** Asks the simulator itself. */
  read(path: string, query: Readonly<Record<string, string>>): Promise<unknown>;
  /** find until it is no longer accepted. */
  found(over: Partial<Job>): Promise<Found>;
  stop(): Promise<void>;
}

export async function facebookWorld(
  simAccount: SimAccount = PAGE,
  processingMs = PROCESSING_MS,
): Promise<FacebookWorld> {
  let clock = START;
  const now = (): Date => new Date(clock);
  const platforms = await startPlatforms({
    makers: { facebook: makeFacebookSimulator },
    accounts: { facebook: [simAccount] },
    processingMs,
    now,
  });
  const { origins, uploadHosts } = facebook.capabilities;
  const client = createHttp({
    origins,
    uploadHosts,
    apiUrl: platforms.base('facebook'),
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
    platform: 'facebook',
    id: PAGE.id,
    name: PAGE.name,
    connectionId: 'd0000000-0000-4000-8000-000000000001',
    token: new Secret(PAGE.token),
    refreshToken: null,
    tokenExpiresAt: null,
  };
  const job = (over: Partial<Job> = {}): Job => ({
    ...context,
    account,
    post: facebookPost(),
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
  const faults: FacebookWorld['faults'] = (...list) =>
    platforms.setFaults(list.map((fault) => ({ platform: 'facebook', ...fault })));
  const prepared: FacebookWorld['prepared'] = async (over = {}) => {
    let checkpoint = over.checkpoint ?? null;
    for (;;) {
      const result = await facebook.prepare(job({ ...over, checkpoint }));
      checkpoint = result.checkpoint;
      if (result.ready) return checkpoint;
      clock = result.lookAt.getTime();
    }
  };
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
    faults,
    job,
    prepared,
    send: async (over, checkpoint) =>
      facebook.publish(job({ ...over, checkpoint: checkpoint ?? (await prepared(over)) }), LIVE_ARM),
    async sendLost(kind, over) {
      const checkpoint = await prepared(over);
      faults({ match: 'POST .*/(feed|photo_stories|videos|video_reels|video_stories)$', kind, times: 1 });
      const armedAt = now();
      const answered = await facebook.publish(job({ ...over, checkpoint }), LIVE_ARM).then(
        () => true,
        () => false,
      );
      if (answered) throw new Error('The answer was not lost.');
      clock += 1_000;
      return { ...over, checkpoint, armedAt, lastPossibleAt: now(), sentBefore: true };
    },
    find: (over) => facebook.find(job(over)),
    async read(path, query) {
      const url = `${platforms.base('facebook')}/v26.0${path}?${new URLSearchParams(query)}`;
      const response = await fetch(url, { headers: { authorization: `Bearer ${simAccount.token}` } });
      return response.json();
    },
    async found(over) {
      let checkpoint = over.checkpoint ?? null;
      for (;;) {
        const found = await facebook.find(job({ ...over, checkpoint }));
        if (found.state !== 'accepted') return found;
        ({ checkpoint } = found);
        clock = found.lookAt.getTime();
      }
    },
    stop: async () => {
      await client.close();
      await platforms.stop();
    },
  };
}

function recording(http: Http, asked: Asked[]): Http {
  return {
    async request(request: HttpRequest): Promise<HttpResponse> {
      const url = new URL(typeof request.url === 'string' ? request.url : request.url.reveal());
      const entry: Asked = {
        line: `${request.method} ${url.host}${url.pathname}`,
        armed: request.arm !== undefined,
        status: undefined,
      };
      asked.push(entry);
      const response = await http.request(request);
      entry.status = response.status;
      return response;
    },
  };
}

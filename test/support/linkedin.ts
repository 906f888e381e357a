import { createHash } from 'node:crypto';
import sharp from 'sharp';
import type { Arm, Http, HttpRequest, HttpResponse, HttpSource } from '../../src/core/http.ts';
import type { MediaInfo } from '../../src/core/media.ts';
import type { Account, Checkpoint, Job, MediaFile, PlatformContext } from '../../src/core/platform.ts';
import type { Post } from '../../src/core/post.ts';
import { Secret } from '../../src/core/secret.ts';
import { createHttp } from '../../src/http/client.ts';
import { linkedin } from '../../src/platforms/linkedin/index.ts';
import { publish } from '../../src/platforms/linkedin/publish.ts';
import { makeLinkedinSimulator } from '../../src/sandbox/platforms/linkedin/index.ts';
import { type Platforms, startPlatforms } from '../../src/sandbox/platforms/server.ts';
import type { SimAccount } from '../../src/sandbox/platforms/simulator.ts';
import { mp4 } from './mp4.ts';
import { registeredApp } from './registered-app.ts';

export const START = Date.parse('2026-11-21T10:00:00Z');
export const PROCESSING_MS = 2_500;

/** What "Share on LinkedIn" and "Sign In with LinkedIn" give: may publish, may look at nothing. */
export const MEMBER: SimAccount = {
  id: 'urn:li:person:aB3_x-9',
  name: 'Asha Rao',
  token: 'AQV-member-token',
  scopes: ['openid', 'profile', 'w_member_social'],
};
export const ORGANIZATION: SimAccount = {
  id: 'urn:li:organization:79988552',
  name: 'Rao Bakes',
  token: 'AQV-organization-token',
  scopes: ['w_organization_social', 'r_organization_social', 'rw_organization_admin'],
};

export const LIVE_ARM: Arm = { id: '00000000-0000-4000-8000-00000000000a', check: () => undefined };

export async function picture(red = 200, format: 'jpeg' | 'png' = 'jpeg'): Promise<Buffer> {
  const image = sharp({
    create: { width: 600, height: 400, channels: 3, background: { r: red, g: 90, b: 40 } },
  });
  return image.toFormat(format).toBuffer();
}

/** A real video of any size: a `free` box, which every reader skips, fills it up. */
export async function video(size: number, seconds = 4): Promise<Buffer> {
  const start = await mp4({ seconds });
  const free = Buffer.alloc(size - start.length);
  free.writeUInt32BE(free.length, 0);
  free.write('free', 4, 'latin1');
  return Buffer.concat([start, free]);
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function mediaFile(
  bytes: Buffer,
  role: MediaFile['role'],
  mime: string,
  over: Partial<MediaFile> & { info?: MediaInfo } = {},
): MediaFile {
  const source = (start = 0, end = bytes.length): HttpSource => ({
    length: Math.min(end, bytes.length) - start,
    async *open() {
      yield bytes.subarray(start, end);
    },
  });
  return {
    url: `https://media.example/${role}`,
    role,
    info: { bytes: bytes.length, mime },
    sha256: sha256(bytes),
    source,
    publicUrl: () => Promise.reject(new Error('LinkedIn fetches nothing')),
    ...over,
  };
}

export function linkedinPost(over: Partial<Post> = {}): Post {
  return {
    source: 'created_content',
    id: 'a0000000-0000-4000-8000-000000000003',
    userId: '11111111-1111-4111-8111-111111111111',
    platform: 'linkedin',
    kind: 'text',
    title: null,
    text: 'We are hiring (two bakers, full_time)!\n\n#jobs #BakersOfInstagram',
    body: 'We are hiring (two bakers, full_time)!',
    hashtags: ['#jobs', '#BakersOfInstagram'],
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
  files: readonly MediaFile[],
  post: Partial<Post> = {},
): Partial<Job> {
  return { media: files, post: linkedinPost({ kind, media: files, ...post }) };
}

/** A request as the platform module made it, and the status it got (undefined: no answer). */
interface Asked {
  /** 'POST /rest/posts' */
  readonly line: string;
  readonly armed: boolean;
  readonly headers: readonly string[];
  readonly status: number | undefined;
}

export interface LinkedinWorld {
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
  job(over?: Partial<Job>): Job;
  /** prepare, looking again when it says so, until it is ready. */
  prepared(over?: Partial<Job>): Promise<Checkpoint>;
  send(job: Partial<Job>, checkpoint: Checkpoint): ReturnType<typeof publish>;
  /**
   * Sends and gets no answer: 'drop_after' it is out, 'drop_before' it is not.
   * @returns the job as find, prepare and publish see it afterwards
   */
  sendLost(kind: 'drop_after' | 'drop_before', job: Partial<Job>): Promise<Partial<Job>>;
  stop(): Promise<void>;
}

/** A simulated LinkedIn with one account, and the module's view of it. */
export async function linkedinWorld(
  simAccount: SimAccount = MEMBER,
  change: Partial<PlatformContext> = {},
): Promise<LinkedinWorld> {
  let clock = START;
  const now = (): Date => new Date(clock);
  const platforms = await startPlatforms({
    makers: { linkedin: makeLinkedinSimulator },
    accounts: { linkedin: [simAccount] },
    processingMs: PROCESSING_MS,
    now,
  });
  const client = createHttp({
    origins: linkedin.capabilities.origins,
    uploadHosts: linkedin.capabilities.uploadHosts,
    apiUrl: platforms.base('linkedin'),
    timeoutMs: 5000,
    connectTimeoutMs: 2000,
    userAgent: 'content-publisher test',
  });
  const asked: Asked[] = [];
  const saved: Checkpoint[] = [];
  const quiet = () => undefined;
  const context: PlatformContext = {
    http: recording(client, asked),
    settings: { version: undefined },
    app: registeredApp('linkedin-client', 'linkedin-secret'),
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet, flush: async () => undefined },
    now,
    sleep: async (ms) => {
      clock += ms;
    },
    ...change,
  };
  const account: Account = {
    platform: 'linkedin',
    id: simAccount.id,
    name: simAccount.name,
    connectionId: 'd0000000-0000-4000-8000-000000000003',
    token: new Secret(simAccount.token),
    refreshToken: simAccount.refreshToken === undefined ? null : new Secret(simAccount.refreshToken),
    tokenExpiresAt: null,
  };
  const job = (over: Partial<Job> = {}): Job => ({
    ...context,
    account,
    post: linkedinPost(),
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

  async function prepared(over: Partial<Job> = {}): Promise<Checkpoint> {
    let checkpoint = over.checkpoint ?? null;
    for (;;) {
      const result = await linkedin.prepare(job({ ...over, checkpoint }));
      checkpoint = result.checkpoint;
      if (result.ready) return checkpoint;
      clock = Math.max(clock, result.lookAt.getTime());
    }
  }
  const send: LinkedinWorld['send'] = (over, checkpoint) => publish(job({ ...over, checkpoint }), LIVE_ARM);

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
    job,
    prepared,
    send,
    async sendLost(kind, over) {
      const checkpoint = await prepared(over);
      platforms.setFaults([{ platform: 'linkedin', kind, match: '^POST /rest/posts$', times: 1 }]);
      const armedAt = now();
      const error = await send(over, checkpoint).catch((thrown: unknown) => thrown);
      if (!(error instanceof Error)) throw new Error('The send was answered.');
      return { ...over, checkpoint, armedAt, lastPossibleAt: new Date(clock + 10_000), sentBefore: true };
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
      const address = new URL(typeof request.url === 'string' ? request.url : request.url.reveal());
      const action = address.searchParams.get('action');
      const path = address.pathname.replace(/^\/linkedin(?=\/)/, '');
      const entry = {
        line: `${request.method} ${path}${action === null ? '' : `?action=${action}`}`,
        armed: request.arm !== undefined,
        headers: Object.keys(request.headers ?? {}),
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

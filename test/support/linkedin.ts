import sharp from 'sharp';
import type { MediaInfo } from '../../src/core/media.ts';
import type { Checkpoint, Job, MediaFile, PlatformContext } from '../../src/core/platform.ts';
import type { Post } from '../../src/core/post.ts';
import { linkedin } from '../../src/platforms/linkedin/index.ts';
import { publish } from '../../src/platforms/linkedin/publish.ts';
import { makeLinkedinSimulator } from '../../src/sandbox/platforms/linkedin/index.ts';
import type { SimAccount } from '../../src/sandbox/platforms/simulator.ts';
import { memoryFile, padded } from './memory-file.ts';
import { LIVE_ARM, type ModuleWorld, moduleWorld } from './module-world.ts';
import { mp4 } from './mp4.ts';
import { registeredApp } from './registered-app.ts';

export { sha256 } from './memory-file.ts';
export { LIVE_ARM } from './module-world.ts';

const BEGINNING = '2026-11-21T10:00:00Z';
export const START = Date.parse(BEGINNING);
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

export async function picture(red = 200, format: 'jpeg' | 'png' = 'jpeg'): Promise<Buffer> {
  const image = sharp({
    create: { width: 600, height: 400, channels: 3, background: { r: red, g: 90, b: 40 } },
  });
  return image.toFormat(format).toBuffer();
}

/** A real video of any size. */
export async function video(size: number, seconds = 4): Promise<Buffer> {
  return padded(await mp4({ seconds }), size);
}

export function mediaFile(
  bytes: Buffer,
  role: MediaFile['role'],
  mime: string,
  over: Partial<MediaFile> & { info?: MediaInfo } = {},
): MediaFile {
  return memoryFile(bytes, { role, info: { bytes: bytes.length, mime }, ...over });
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

interface Entry {
  /** 'POST /rest/posts' */
  readonly line: string;
  readonly headers: readonly string[];
}

export interface LinkedinWorld extends ModuleWorld<Entry> {
  send(job: Partial<Job>, checkpoint: Checkpoint): ReturnType<typeof publish>;
  /** Sends and gets no answer: 'drop_after' it is out, 'drop_before' it is not. */
  sendLost(kind: 'drop_after' | 'drop_before', job: Partial<Job>): Promise<Partial<Job>>;
}

/** A simulated LinkedIn with one account, and the module's view of it. */
export async function linkedinWorld(
  simAccount: SimAccount = MEMBER,
  change: Partial<PlatformContext> = {},
): Promise<LinkedinWorld> {
  const world = await moduleWorld<Entry>({
    module: linkedin,
    make: makeLinkedinSimulator,
    account: simAccount,
    start: BEGINNING,
    processingMs: PROCESSING_MS,
    app: registeredApp('linkedin-client', 'linkedin-secret'),
    job: () => ({ post: linkedinPost(), media: [] }),
    describe({ method, headers = {} }, { pathname, searchParams }) {
      const action = searchParams.get('action');
      const path = pathname.replace(/^\/linkedin(?=\/)/, '');
      return {
        line: `${method} ${path}${action === null ? '' : `?action=${action}`}`,
        headers: Object.keys(headers),
      };
    },
    change,
  });
  return {
    ...world,
    send: (over, checkpoint) => publish(world.job({ ...over, checkpoint }), LIVE_ARM),
    sendLost: (kind, over) =>
      world.lost({ kind, match: '^POST /rest/posts$' }, over, (job) => publish(job, LIVE_ARM)),
  };
}

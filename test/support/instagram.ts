import sharp from 'sharp';
import type { Checkpoint, Job, MediaFile, Published } from '../../src/core/platform.ts';
import type { Post } from '../../src/core/post.ts';
import type { Secret } from '../../src/core/secret.ts';
import { instagram } from '../../src/platforms/instagram/index.ts';
import { publish } from '../../src/platforms/instagram/publish.ts';
import { FACEBOOK_LOGIN_SCOPES, INSTAGRAM_LOGIN_SCOPES } from '../../src/sandbox/platforms/instagram/gate.ts';
import { makeInstagramSimulator } from '../../src/sandbox/platforms/instagram/index.ts';
import type { SimAccount } from '../../src/sandbox/platforms/simulator.ts';
import { testServers } from './http-servers.ts';
import { memoryFile } from './memory-file.ts';
import { LIVE_ARM, type ModuleWorld, moduleWorld } from './module-world.ts';
import { registeredApp } from './registered-app.ts';

export { sha256 } from './memory-file.ts';
export { LIVE_ARM } from './module-world.ts';

export const IG_ID = '17841400000000001';
export const PAGE_ID = '998877665544332';
const BEGINNING = '2026-11-21T10:00:00Z';
export const START = Date.parse(BEGINNING);
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

interface Entry {
  readonly line: string;
  readonly form: Readonly<Record<string, string | Secret>> | undefined;
}

export interface InstagramWorld extends ModuleWorld<Entry> {
  /** Serves the bytes at a public address. */
  file(bytes: Buffer, role?: MediaFile['role'], altText?: string): MediaFile;
  /** A file whose address answers 404. */
  missingFile(role?: MediaFile['role']): MediaFile;
  send(job: Partial<Job>, checkpoint: Checkpoint): Promise<Published>;
  /** Sends and gets no answer: 'drop_after' it is out, 'drop_before' it is not. */
  sendLost(
    kind: 'drop_after' | 'drop_before',
    job: Partial<Job>,
    checkpoint: Checkpoint,
  ): Promise<Partial<Job>>;
}

export async function instagramWorld(simAccount: SimAccount = FACEBOOK_LOGIN): Promise<InstagramWorld> {
  const files = new Map<string, Buffer>();
  const servers = testServers();
  const storage = await servers.http((request, response) => {
    const bytes = files.get(request.url ?? '');
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
  });
  const world = await moduleWorld<Entry>({
    module: instagram,
    make: makeInstagramSimulator,
    account: simAccount,
    start: BEGINNING,
    processingMs: PROCESSING_MS,
    app: registeredApp(),
    job: () => ({ post: instagramPost(), media: [] }),
    describe: ({ method, body }, { host, pathname }) => ({
      line: `${method} ${host}${pathname}`,
      form: body !== undefined && 'form' in body ? body.form : undefined,
    }),
  });
  const fileAt = (path: string, bytes: Buffer, role: MediaFile['role'], altText?: string): MediaFile => {
    const url = `${storage}${path}`;
    const info = { bytes: bytes.length, mime: role === 'video' ? 'video/mp4' : 'image/jpeg' };
    const described = altText === undefined ? {} : { altText };
    return memoryFile(bytes, { url, role, info, publicUrl: async () => url, ...described });
  };
  return {
    ...world,
    file(bytes, role = 'image', altText) {
      const path = `/${files.size}`;
      files.set(path, bytes);
      return fileAt(path, bytes, role, altText);
    },
    missingFile: (role = 'image') => fileAt('/missing', Buffer.alloc(1), role),
    send: (over, checkpoint) => publish(world.job({ ...over, checkpoint }), LIVE_ARM),
    sendLost: (kind, over, checkpoint) =>
      world.lost({ kind, match: 'media_publish$' }, { ...over, checkpoint }, (job) => publish(job, LIVE_ARM)),
    stop: async () => {
      await world.stop();
      await servers.close();
    },
  };
}

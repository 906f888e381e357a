import sharp from 'sharp';
import { expect } from 'vitest';
import { PublishError } from '../../src/core/errors.ts';
import type { Accepted, Checkpoint, Found, Job, MediaFile, Published } from '../../src/core/platform.ts';
import type { Post } from '../../src/core/post.ts';
import { facebook } from '../../src/platforms/facebook/index.ts';
import { makeFacebookSimulator } from '../../src/sandbox/platforms/facebook/index.ts';
import type { Fault, SimAccount } from '../../src/sandbox/platforms/simulator.ts';
import { memoryFile } from './memory-file.ts';
import { LIVE_ARM, type ModuleWorld, moduleWorld } from './module-world.ts';
import { mp4 } from './mp4.ts';
import { registeredApp } from './registered-app.ts';

export { padded, sha256 } from './memory-file.ts';
export { LIVE_ARM } from './module-world.ts';

export const PAGE: SimAccount = {
  id: '102030405060708',
  name: 'Rao Bakes',
  token: 'EAAB-page-token-1',
  scopes: ['pages_manage_posts', 'pages_read_engagement', 'pages_show_list'],
};
const START = '2026-11-21T10:00:00Z';
const PROCESSING_MS = 5_000;

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
  const described = altText === undefined ? {} : { altText };
  return memoryFile(bytes, { role, info: { bytes: bytes.length, mime }, ...described });
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

export interface FacebookWorld extends ModuleWorld<{ readonly line: string }> {
  faults(...faults: readonly Omit<Fault, 'platform'>[]): void;
  send(over: Partial<Job>, checkpoint?: Checkpoint): Promise<Published | Accepted>;
  /** prepare and send with one fault on the visible request; the job as find sees it a second later. */
  sendLost(kind: Fault['kind'], over: Partial<Job>): Promise<Partial<Job>>;
  find(over: Partial<Job>): Promise<Found>;
  /** Asks the simulator itself. */
  read(path: string, query: Readonly<Record<string, string>>): Promise<unknown>;
  /** find until it is no longer accepted. */
  found(over: Partial<Job>): Promise<Found>;
}

const VISIBLE = 'POST .*/(feed|photo_stories|videos|video_reels|video_stories)$';

export async function facebookWorld(
  simAccount: SimAccount = PAGE,
  processingMs = PROCESSING_MS,
): Promise<FacebookWorld> {
  const world = await moduleWorld({
    module: facebook,
    make: makeFacebookSimulator,
    account: simAccount,
    ours: PAGE,
    start: START,
    processingMs,
    app: registeredApp(),
    job: () => ({ post: facebookPost(), media: [] }),
    // 'POST graph.facebook.com/v26.0/1/feed'
    describe: ({ method }, { host, pathname }) => ({ line: `${method} ${host}${pathname}` }),
  });
  const { platforms, job, prepared } = world;
  return {
    ...world,
    faults: (...list) => platforms.setFaults(list.map((fault) => ({ platform: 'facebook', ...fault }))),
    send: async (over, checkpoint) =>
      facebook.publish(job({ ...over, checkpoint: checkpoint ?? (await prepared(over)) }), LIVE_ARM),
    sendLost: (kind, over) =>
      world.lost({ kind, match: VISIBLE }, over, (ours) => facebook.publish(ours, LIVE_ARM)),
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
        world.passTo(found.lookAt);
      }
    },
  };
}

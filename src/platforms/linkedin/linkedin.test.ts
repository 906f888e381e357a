import { afterEach, describe, expect, it } from 'vitest';
import {
  jobOf,
  LIVE_ARM,
  type LinkedinWorld,
  linkedinPost,
  linkedinWorld,
  MEMBER,
  mediaFile,
  ORGANIZATION,
  PROCESSING_MS,
  picture,
  sha256,
  video,
} from '../../../test/support/linkedin.ts';
import { ArmExpired, HttpFailure } from '../../core/http.ts';
import type { Checkpoint, MediaFile } from '../../core/platform.ts';
import type { SimAccount } from '../../sandbox/platforms/simulator.ts';
import { linkedin } from './index.ts';

const MB = 1024 * 1024;
const DOCUMENT = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(2000, 32)]);

let world: LinkedinWorld;
afterEach(() => world.stop());

async function start(account: SimAccount = MEMBER, version?: string): Promise<void> {
  world = await linkedinWorld(account, { settings: { version } });
}

function image(bytes: Buffer, altText?: string): MediaFile {
  return mediaFile(bytes, 'image', 'image/jpeg', altText === undefined ? {} : { altText });
}

function lines(): string[] {
  return world.asked.map(({ line }) => line.replace(/(urn%3A|\/dms-uploads\/\w+\/).*/, '$1…'));
}

function uploadsOf(checkpoint: Checkpoint): readonly { urn: string; stage: string; etags: string[] }[] {
  return checkpoint['uploads'] as { urn: string; stage: string; etags: string[] }[];
}

describe('publishing', () => {
  it.each([
    ['a member', MEMBER],
    ['an organization', ORGANIZATION],
  ])('publishes a text for %s with one armed request and nothing else', async (_who, account) => {
    await start(account);
    const published = await world.send({}, await world.prepared());
    const [post, ...others] = world.platforms.posts();
    expect(others).toEqual([]);
    expect(post).toMatchObject({ account: account.id, kind: 'text', text: linkedinPost().text, media: [] });
    expect(published).toEqual({ state: 'published', id: post?.id, idKind: 'share', url: post?.url });
    expect(world.asked).toEqual([
      {
        line: 'POST /rest/posts',
        armed: true,
        headers: ['authorization', 'linkedin-version', 'x-restli-protocol-version'],
        status: 201,
      },
    ]);
  });

  it('publishes a link with its title, description and uploaded preview picture', async () => {
    await start();
    const bytes = await picture();
    const link = { url: 'https://raobakes.example/jobs', title: 'Jobs', description: 'Two bakers wanted' };
    const cover = mediaFile(bytes, 'cover', 'image/jpeg');
    const checkpoint = await world.prepared(jobOf('link', [cover], { link }));
    expect(JSON.parse(String(checkpoint['body']))).toMatchObject({
      content: {
        article: {
          source: link.url,
          title: 'Jobs',
          description: 'Two bakers wanted',
          thumbnail: uploadsOf(checkpoint)[0]?.urn,
        },
      },
    });
    await world.send(jobOf('link', [cover], { link }), checkpoint);
    expect(world.platforms.posts()).toMatchObject([{ kind: 'link', media: [sha256(bytes)] }]);
  });

  it.each([
    ['link_title', { options: { link_title: 'Chosen' }, title: 'Of the post' }, 'Chosen'],
    ['the title of the post', { title: 'Of the post' }, 'Of the post'],
    ['the host', {}, 'raobakes.example'],
  ])('titles a link that has no title with %s', async (_what, over, title) => {
    await start();
    const link = { url: 'https://raobakes.example/jobs' };
    const checkpoint = await world.prepared(jobOf('link', [], { link, ...over }));
    expect(JSON.parse(String(checkpoint['body']))).toMatchObject({ content: { article: { title } } });
    await world.send({}, checkpoint);
    expect(world.platforms.posts()).toHaveLength(1);
  });

  it('publishes an image whose processing nobody may look at', async () => {
    await start(MEMBER);
    const bytes = await picture();
    const job = jobOf('image', [image(bytes, 'A croissant')]);
    const checkpoint = await world.prepared(job);
    const published = await world.send(job, checkpoint);
    expect(lines()).toEqual([
      'POST /rest/images?action=initializeUpload',
      'PUT /dms-uploads/image/…',
      'GET /rest/images/urn%3A…',
      'POST /rest/posts',
    ]);
    expect(world.asked[2]?.status).toBe(403);
    expect(world.asked[1]?.headers).toEqual(['authorization']);
    expect(JSON.parse(String(checkpoint['body'])).content).toEqual({
      media: { id: uploadsOf(checkpoint)[0]?.urn, altText: 'A croissant' },
    });
    expect(world.platforms.posts()).toMatchObject([
      { kind: 'image', id: published.id, media: [sha256(bytes)] },
    ]);
  });

  it('publishes several images in their order, once all are processed', async () => {
    await start(ORGANIZATION);
    const all = [await picture(10), await picture(120, 'png'), await picture(240)];
    const job = jobOf(
      'carousel',
      all.map((bytes) => image(bytes)),
    );
    const first = await linkedin.prepare(world.job(job));
    expect(first).toMatchObject({ ready: false, lookAt: new Date(world.now().getTime() + 1000) });
    const published = await world.send(job, await world.prepared({ ...job, checkpoint: first.checkpoint }));
    expect(published.idKind).toBe('ugcPost');
    expect(world.platforms.posts()).toMatchObject([{ kind: 'carousel', media: all.map(sha256) }]);
  });

  it.each(['video', 'reel'] as const)(
    'publishes a %s in the byte ranges that LinkedIn asks for',
    async (kind) => {
      await start();
      const bytes = await video(9 * MB);
      const job = jobOf(kind, [mediaFile(bytes, 'video', 'video/mp4')], { title: 'Making bread' });
      const checkpoint = await world.prepared(job);
      const published = await world.send(job, checkpoint);
      expect(lines().slice(0, 5)).toEqual([
        'POST /rest/videos?action=initializeUpload',
        'PUT /dms-uploads/video/…',
        'PUT /dms-uploads/video/…',
        'PUT /dms-uploads/video/…',
        'POST /rest/videos?action=finalizeUpload',
      ]);
      expect(world.asked[1]?.headers).toEqual([]);
      expect(JSON.parse(String(checkpoint['body'])).content.media.title).toBe('Making bread');
      expect(world.platforms.posts()).toMatchObject([
        { kind: 'video', id: published.id, media: [sha256(bytes)] },
      ]);
    },
  );

  it('looks at a video 1, 2, 4 … seconds apart until it is available', async () => {
    await start();
    const job = jobOf('video', [mediaFile(await video(100_000), 'video', 'video/mp4')]);
    const waits: number[] = [];
    let result = await linkedin.prepare(world.job(job));
    while (!result.ready) {
      waits.push(result.lookAt.getTime() - world.now().getTime());
      world.pass(result.lookAt.getTime() - world.now().getTime());
      result = await linkedin.prepare(world.job({ ...job, checkpoint: result.checkpoint }));
    }
    expect(waits).toEqual([1000, 2000]);
    expect(world.platforms.posts()).toEqual([]);
  });

  it('publishes a document with its title', async () => {
    await start();
    const job = jobOf('document', [mediaFile(DOCUMENT, 'document', 'application/pdf')], { title: 'Menu' });
    const checkpoint = await world.prepared(job);
    expect(JSON.parse(String(checkpoint['body'])).content.media.title).toBe('Menu');
    await world.send(job, checkpoint);
    expect(world.platforms.posts()).toMatchObject([{ kind: 'document', media: [sha256(DOCUMENT)] }]);
  });

  it('sends nothing when the arm has ended, and says so', async () => {
    await start();
    const checkpoint = await world.prepared();
    const arm = {
      id: 'late',
      check: () => {
        throw new ArmExpired('too late');
      },
    };
    const error = await linkedin.publish(world.job({ checkpoint }), arm).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HttpFailure);
    expect(error).toMatchObject({ sent: false, reason: 'arm_expired' });
    expect(world.platforms.posts()).toEqual([]);
  });

  it('says that the version is the operator’s to change when LinkedIn no longer serves it', async () => {
    await start(MEMBER, '202510');
    const checkpoint = await world.prepared();
    await expect(world.send({}, checkpoint)).rejects.toMatchObject({
      kind: 'config',
      code: 'NONEXISTENT_VERSION',
      scope: 'platform',
    });
  });

  it('sends nothing that was not prepared', async () => {
    await start();
    await expect(linkedin.publish(world.job(), LIVE_ARM)).rejects.toMatchObject({ kind: 'temporary' });
    expect(world.asked).toEqual([]);
  });
});

describe('preparing', () => {
  it('goes on with a video at the part where it was cut off', async () => {
    await start();
    const job = jobOf('video', [mediaFile(await video(9 * MB), 'video', 'video/mp4')]);
    // Lets initializeUpload and the first part pass.
    world.platforms.setFaults([
      { platform: 'linkedin', kind: 'slow', ms: 0, match: '^(POST|PUT) ', times: 2 },
      { platform: 'linkedin', kind: 'drop_before', match: '^PUT ', times: 1 },
    ]);
    await expect(linkedin.prepare(world.job(job))).rejects.toBeInstanceOf(HttpFailure);
    const checkpoint = world.saved.at(-1) ?? null;
    expect(uploadsOf(checkpoint ?? {})).toMatchObject([{ stage: 'started', etags: [expect.any(String)] }]);

    world.asked.length = 0;
    await world.send(job, await world.prepared({ ...job, checkpoint }));
    expect(lines().slice(0, 3)).toEqual([
      'PUT /dms-uploads/video/…',
      'PUT /dms-uploads/video/…',
      'POST /rest/videos?action=finalizeUpload',
    ]);
    expect(world.platforms.posts()).toHaveLength(1);
  });

  it('uploads no finished image again', async () => {
    await start();
    const job = jobOf('carousel', [image(await picture(10)), image(await picture(120))]);
    world.platforms.setFaults([
      { platform: 'linkedin', kind: 'slow', ms: 0, match: '^(POST|PUT) ', times: 3 },
      { platform: 'linkedin', kind: 'drop_before', match: '^PUT ', times: 1 },
    ]);
    await expect(linkedin.prepare(world.job(job))).rejects.toBeInstanceOf(HttpFailure);
    const checkpoint = world.saved.at(-1) ?? null;
    expect(uploadsOf(checkpoint ?? {}).map(({ stage }) => stage)).toEqual(['sent', 'started']);
    world.asked.length = 0;
    await world.prepared({ ...job, checkpoint });
    expect(lines().filter((line) => !line.startsWith('GET'))).toEqual(['PUT /dms-uploads/image/…']);
  });

  it('begins an upload anew when its address has expired', async () => {
    await start();
    const job = jobOf('image', [image(await picture())]);
    world.platforms.setFaults([{ platform: 'linkedin', kind: 'drop_before', match: '^PUT ', times: 1 }]);
    await expect(linkedin.prepare(world.job(job))).rejects.toBeInstanceOf(HttpFailure);
    world.pass(2 * 3_600_000);
    const checkpoint = await world.prepared({ ...job, checkpoint: world.saved.at(-1) ?? null });
    await world.send(job, checkpoint);
    expect(lines().filter((line) => line.includes('initializeUpload'))).toHaveLength(2);
    expect(world.platforms.posts()).toHaveLength(1);
  });

  it('begins an upload anew when LinkedIn refuses its bytes', async () => {
    await start();
    const job = jobOf('image', [image(await picture())]);
    world.platforms.setFaults([
      { platform: 'linkedin', kind: 'server_error_before', match: '^PUT ', times: 1 },
    ]);
    await expect(linkedin.prepare(world.job(job))).rejects.toMatchObject({ kind: 'temporary' });
    expect(world.saved.at(-1)).toMatchObject({ uploads: [] });
  });

  it('begins an upload anew when another file stands under the address', async () => {
    await start();
    const old = await world.prepared(jobOf('image', [image(await picture(10))]));
    const bytes = await picture(120);
    const job = jobOf('image', [image(bytes)]);
    await world.send(job, await world.prepared({ ...job, checkpoint: old }));
    expect(world.platforms.posts()).toMatchObject([{ media: [sha256(bytes)] }]);
  });

  it('forgets a video that LinkedIn could not process, and says why', async () => {
    await start();
    const job = jobOf('video', [mediaFile(await video(100_000, 2), 'video', 'video/mp4')]);
    const sent = await linkedin.prepare(world.job(job));
    world.pass(PROCESSING_MS);
    await expect(linkedin.prepare(world.job({ ...job, checkpoint: sent.checkpoint }))).rejects.toMatchObject({
      kind: 'temporary',
      code: 'MEDIA_ASSET_PROCESSING_FAILED',
      message: expect.stringContaining('INVALID_DURATION'),
    });
    expect(world.saved.at(-1)).toMatchObject({ uploads: [], body: null });
  });

  it('does not wait for ever for an image to be processed', async () => {
    await start(ORGANIZATION);
    const job = jobOf('image', [image(await picture())]);
    const first = await linkedin.prepare(world.job(job));
    const stuck = {
      ...first.checkpoint,
      uploads: uploadsOf(first.checkpoint).map((it) => ({ ...it, looks: 200 })),
    };
    await expect(linkedin.prepare(world.job({ ...job, checkpoint: stuck }))).rejects.toMatchObject({
      kind: 'temporary',
    });
  });

  it('treats a checkpoint that it cannot read as nothing when nothing was sent', async () => {
    await start();
    const checkpoint = await world.prepared({ checkpoint: { v: 99 } });
    await world.send({}, checkpoint);
    expect(world.platforms.posts()).toHaveLength(1);
  });

  it('says that a token was refused', async () => {
    await start();
    world.platforms.setFaults([{ platform: 'linkedin', kind: 'token_expired' }]);
    await expect(linkedin.prepare(world.job(jobOf('image', [image(await picture())])))).rejects.toMatchObject(
      {
        kind: 'auth',
        code: 'EXPIRED_ACCESS_TOKEN',
      },
    );
  });

  it('holds a limit of the day until midnight UTC', async () => {
    await start();
    world.platforms.setFaults([{ platform: 'linkedin', kind: 'rate_limit' }]);
    await expect(linkedin.prepare(world.job(jobOf('image', [image(await picture())])))).rejects.toMatchObject(
      {
        kind: 'rate_limited',
        scope: 'account',
        retryAt: new Date('2026-11-22T00:00:00Z'),
      },
    );
  });
});

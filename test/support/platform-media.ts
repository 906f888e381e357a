import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takenOf } from '../../src/core/media-rules.ts';
import type { KindCapabilities, MediaFile } from '../../src/core/platform.ts';
import type { Post, PostMedia } from '../../src/core/post.ts';
import { createMediaLibrary } from '../../src/media/library.ts';
import { platforms } from '../../src/platforms/index.ts';
import { testServers } from './http-servers.ts';
import type { Example, RegisteredPlatform } from './platform-examples.ts';

const SEED = new URL('../../supabase/seed/media/', import.meta.url);
const USER = '11111111-1111-4111-8111-111111111111';
/** Every character that some platform has been seen to stumble over. */
const BODY =
  'Out of the oven at seven: “Roggen” & Ćevapi, 100 % (really) [yes] {ok} *now*_~ \\ | a+b=c? 👩‍👩‍👧 50¢;\nSee you!';
const HASHTAGS = ['#bread', '#Bäckerei'];

/** An example with its media on disk, as a tick has them. */
export interface OpenedExample {
  readonly example: Example;
  readonly post: Post;
  readonly media: readonly MediaFile[];
}

export interface MediaStock {
  open(platform: RegisteredPlatform, example: Example): Promise<OpenedExample>;
  close(): Promise<void>;
}

/** Seed pictures and films from a loopback server, through the real library; converted copies go back to that server. */
export async function mediaStock(): Promise<MediaStock> {
  const servers = testServers();
  const uploaded = new Map<string, Buffer>();
  const origin = await servers.http((request, response) => {
    const [, folder, name = ''] = (request.url ?? '').split('/');
    const bytes = folder === 'bucket' ? uploaded.get(name) : readSeed(name);
    response.writeHead(bytes === undefined ? 404 : 200, { 'content-length': bytes?.length ?? 0 }).end(bytes);
  });
  const dir = mkdtempSync(join(tmpdir(), 'contract-media-'));
  const library = createMediaLibrary({
    dir,
    allowHosts: [new URL(origin).host],
    bucket: {
      upload: async (name, file) => {
        const chunks: Uint8Array[] = [];
        for await (const chunk of file.open()) chunks.push(chunk);
        uploaded.set(name, Buffer.concat(chunks));
        return `${origin}/bucket/${name}`;
      },
      remove: () => Promise.reject(new Error('The suite removes nothing.')),
    },
  });
  const opened = new Map<string, Promise<OpenedExample>>();

  async function openNow(platform: RegisteredPlatform, example: Example): Promise<OpenedExample> {
    const wanted = mediaOf(example, `${origin}/seed`);
    const { capabilities } = platforms[platform];
    const kinds: Readonly<Partial<Record<string, KindCapabilities>>> = capabilities.kinds;
    const kind = kinds[example.kind];
    if (kind === undefined) throw new Error(`${capabilities.label} takes no ${example.kind}`);
    const taken = takenOf(kind, { options: example.options ?? {} });
    const { files, problems } = await library.open(wanted, taken, capabilities.label, USER);
    if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join(' '));
    const media = wanted.map((file, index) => ({ ...file, ...withInfo(files[index]) }));
    return { example, post: examplePost(platform, example, media), media: files };
  }

  return {
    open(platform, example) {
      const key = `${platform}: ${example.name}`;
      const known = opened.get(key) ?? openNow(platform, example);
      opened.set(key, known);
      return known;
    },
    async close() {
      await library.close();
      await servers.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** As the files were called in the row, before anybody looked at them. */
export function mediaOf({ files, cover }: Example, base: string): PostMedia[] {
  const media = files.map((name): PostMedia => ({ url: `${base}/${name}`, role: roleOf(name) }));
  return cover === undefined ? media : [...media, { url: `${base}/${cover}`, role: 'cover' }];
}

export function examplePost(
  platform: RegisteredPlatform,
  { kind, text, options = {} }: Example,
  media: readonly PostMedia[],
): Post {
  const title = 'Sourdough Saturday';
  const post: Post = {
    source: 'created_content',
    id: 'a0000000-0000-4000-8000-000000000001',
    userId: USER,
    platform,
    kind,
    title,
    text: `${title}\n\n${BODY}\n\n${HASHTAGS.join(' ')}`,
    body: BODY,
    hashtags: HASHTAGS,
    link: kind === 'link' ? { url: 'https://bakery.example/menu?day=sat&for=2', title: 'The menu' } : null,
    media,
    options,
    metadata: {},
    dueAt: new Date('2026-11-21T10:00:00Z'),
  };
  return text === undefined ? post : withText(post, text);
}

/** The same post with other words. */
export function withText(post: Post, text: string): Post {
  return { ...post, text, body: text, hashtags: [] };
}

/** sha256 of a file as it lies in the seed. */
export function seedSha256(url: string): string {
  const bytes = readSeed(url.split('/').at(-1) ?? '');
  return createHash('sha256')
    .update(bytes ?? '')
    .digest('hex');
}

function withInfo(file: MediaFile | undefined): Partial<PostMedia> {
  return file === undefined ? {} : { role: file.role, info: file.info };
}

function readSeed(name: string): Buffer | undefined {
  return /^[\w-]+\.\w+$/.test(name) ? readFileSync(new URL(name, SEED)) : undefined;
}

function roleOf(name: string): PostMedia['role'] {
  if (name.endsWith('.mp4')) return 'video';
  return name.endsWith('.pdf') ? 'document' : 'image';
}

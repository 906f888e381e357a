import { createHash, randomUUID } from 'node:crypto';
import { platforms } from '../../src/platforms/index.ts';
import { accountsOf, type SeedAccount } from '../../src/sandbox/accounts.ts';
import { insertRows, type Row } from '../../src/sandbox/insert-rows.ts';
import { campaignOf, type Person } from '../../src/sandbox/people.ts';
import type { SeedMedia } from '../../src/sandbox/seed-media.ts';
import type { ChaosPost, Follow } from './chaos-post.ts';
import { canFollow, type Example } from './examples.ts';
import type { Lane } from './lane.ts';

let lastMark = 0;

const PARTS = 3;
/** Of what the first part may hold, and each of the others. LinkedIn says those in comments, which hold 1,250. */
const FIRST_PART = 0.9;
const OTHER_PART = 0.6;
const MOST_IN_OTHER_PART = 800;

/** The text of a post; the app's edits make further versions. One that goes out in parts has a paragraph for each. */
export function textOf({ mark, platform, follows }: Told, version: number): string {
  const first = `${mark} version ${version}: made by hand, packed by hand, carried by bike.`;
  const parts = follows.filter(({ effect }) => effect !== 'comment');
  if (parts.length === 0) return first;
  const { max } = platforms[platform].capabilities.text;
  const others = parts.map((part) =>
    filled(`${part.mark} of version ${version}:`, Math.min(max * OTHER_PART, MOST_IN_OTHER_PART)),
  );
  return [filled(first, max * FIRST_PART), ...others].join('\n\n');
}
type Told = Pick<ChaosPost, 'mark' | 'platform' | 'follows'>;

function filled(text: string, length: number): string {
  const words = ' kneaded, rested, baked and sold'.repeat(Math.ceil(length / 30));
  return `${text}${words}`.slice(0, length).trimEnd();
}

/** What follows such a post on that platform. */
export function followsOf(
  platform: ChaosPost['platform'],
  { follows }: Pick<Example, 'follows'>,
  mark: string,
): readonly Follow[] {
  if (follows === null || !canFollow(platform, follows)) return [];
  if (follows === 'comment') return [{ effect: 'comment', mark: `${mark}, and the recipe` }];
  return Array.from({ length: PARTS - 1 }, (_, index) => ({
    effect: `part:${index + 2}` as const,
    mark: `${mark} part ${index + 2}`,
  }));
}

/** The version that a public text shows, or null. */
export function versionIn(text: string): number | null {
  const found = /version (\d+):/.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

/**
 * Inserts a scheduled post that is due.
 * @param like one whose text and time it shares
 * @param also further accounts that it goes to; the app's rows of publish_targets are then the whole list
 */
export async function addPost(
  lane: Lane,
  example: Example,
  owner: Person,
  { like, also = [] }: { readonly like?: ChaosPost; readonly also?: readonly SeedAccount[] } = {},
): Promise<ChaosPost> {
  const { platform, table } = example;
  const account = accountsOf(owner).filter((one) => one.platform === platform)[example.account];
  if (account === undefined) throw new RangeError(`${owner.shop} has no such account on ${platform}`);
  lastMark += 1;
  const mark = like?.mark ?? `mark${String(lastMark).padStart(7, '0')}`;
  const columns = example.columns(lane.media);
  const own = example.showsText ? { columns, sha256: null } : await withOwnFile(lane, columns, mark);
  const now = lane.clock.now();
  const due = like?.due ?? new Date(now.getTime() - 2_000).toISOString();
  const post: ChaosPost = {
    source: table,
    id: randomUUID(),
    name: example.name,
    platform,
    accountId: account.sim.id,
    userId: owner.id,
    mark,
    file: own.sha256,
    due,
    follows: followsOf(platform, example, mark),
  };
  const targets = also.length === 0 ? [] : [account, ...also];
  await insertRows(
    lane.sql,
    'public.publish_targets',
    targets.map((one, index) => ({
      source: table,
      post_id: post.id,
      platform: one.platform,
      account_id: one.sim.id,
      // A text of its own for one of them, in which an edit of the post changes nothing.
      text: index === 1 ? `${mark}, said in other words for these readers.` : null,
    })),
  );
  const named = platform === 'linkedin' ? { account_id: account.sim.id } : {};
  await insertRows(lane.sql, `public.${table}`, [
    {
      id: post.id,
      platform,
      title: 'From the workshop',
      content: textOf(post, 1),
      status: 'scheduled',
      created_at: now,
      updated_at: now,
      ...(table === 'created_content'
        ? { user_id: owner.id, scheduled_at: due }
        : {
            campaign_id: campaignOf(owner),
            scheduled_date: due.slice(0, 10),
            scheduled_time: due.slice(11, 19),
          }),
      ...own.columns,
      metadata: {
        ...(own.columns['metadata'] as Row | undefined),
        ...named,
        ...publishOptions(post),
      },
    },
  ]);
  lane.added.push(post);
  return post;
}

function publishOptions({ follows }: ChaosPost): Row {
  const [first] = follows;
  if (first === undefined) return {};
  return {
    publish_options: first.effect === 'comment' ? { first_comment: `${first.mark}.` } : { thread: true },
  };
}

/** The same row with a copy of its file that differs in a comment inside, so that its sha256 is unique. */
async function withOwnFile(
  lane: Lane,
  columns: Row,
  mark: string,
): Promise<{ readonly columns: Row; readonly sha256: string }> {
  const [column, url] = Object.entries(columns).find(([, value]) => isFile(lane.media, value)) ?? [];
  if (column === undefined) throw new Error('A post whose text is not shown needs a file.');
  const address = String(Array.isArray(url) ? url[0] : url);
  const bytes = Buffer.from(await (await fetch(address)).arrayBuffer());
  const jpeg = address.endsWith('.jpg');
  const marked = jpeg ? withJpegComment(bytes, mark) : withFreeBox(bytes, mark);
  const path = `chaos/${mark}${jpeg ? '.jpg' : '.mp4'}`;
  const bucket = lane.client.storage.from('user-uploads');
  const { error } = await bucket.upload(path, marked, { contentType: jpeg ? 'image/jpeg' : 'video/mp4' });
  if (error !== null) throw error;
  const { publicUrl } = bucket.getPublicUrl(path).data;
  return {
    columns: { ...columns, [column]: Array.isArray(url) ? [publicUrl] : publicUrl },
    sha256: createHash('sha256').update(marked).digest('hex'),
  };
}

function isFile(media: SeedMedia, value: unknown): boolean {
  const urls: readonly unknown[] = Array.isArray(value) ? value : [value];
  return urls.some((url) => Object.values(media).some((known) => known === url));
}

/** A COM segment right behind SOI. */
function withJpegComment(bytes: Buffer, comment: string): Buffer {
  const head = Buffer.from([0xff, 0xfe, 0, comment.length + 2]);
  return Buffer.concat([bytes.subarray(0, 2), head, Buffer.from(comment), bytes.subarray(2)]);
}

/** A `free` box at the end. */
function withFreeBox(bytes: Buffer, comment: string): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + comment.length);
  head.write('free', 4);
  return Buffer.concat([bytes, head, Buffer.from(comment)]);
}

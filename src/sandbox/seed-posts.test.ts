import { describe, expect, it } from 'vitest';
import { resolveDue } from '../core/due.ts';
import { foldPlatform, PLATFORM_NAMES, skipReason } from '../core/platform-name.ts';
import { buildPost, type Post } from '../core/post.ts';
import { parseSourceRow, type SourceTable } from '../core/source-row.ts';
import type { Row } from './insert-rows.ts';
import { campaignOf, people } from './people.ts';
import type { SeedMedia } from './seed-media.ts';
import { seedPosts } from './seed-posts.ts';

const NOW = new Date('2026-11-21T10:00:30.250Z');
const MEDIA = new Proxy({} as SeedMedia, {
  get: (_, name) => `https://media.example/${fileOf(String(name))}`,
});

function fileOf(name: string): string {
  if (name === 'menu') return 'menu.pdf';
  return /Reel|Film|Story/.test(name) ? `${name}.mp4` : `${name}.jpg`;
}

interface Seeded {
  readonly post: Post;
  readonly dueAt: Date;
}

/** As the tick reads the rows. */
function read(source: SourceTable, rows: readonly Row[]): Seeded[] {
  return rows.map((columns) => {
    const owner = people.find(
      (person) => person.id === columns['user_id'] || campaignOf(person) === columns['campaign_id'],
    );
    const parsed = parseSourceRow(source, { ...columns, owner_id: owner?.id });
    if ('problem' in parsed) throw new Error(parsed.problem);
    const { row } = parsed;
    const due = resolveDue({
      scheduledAt: row.scheduledAt,
      scheduledDate: row.scheduledDate,
      scheduledTime: row.scheduledTime,
      zones: { row: null, profile: owner?.timezone ?? null, default: null },
    });
    const folded = foldPlatform(row.platformRaw);
    if ('problem' in due || !('platform' in folded)) throw new Error(JSON.stringify([due, folded]));
    expect(skipReason(row)).toBeNull();
    const built = buildPost(row, folded.platform, due.dueAt);
    if ('problems' in built) throw new Error(JSON.stringify(built.problems));
    return { post: built.post, dueAt: due.dueAt };
  });
}

function seeded(count: number): Seeded[] {
  const rows = seedPosts(count, NOW, MEDIA);
  return [...read('created_content', rows.created_content), ...read('content_posts', rows.content_posts)];
}

describe('seedPosts', () => {
  it.each([0, 1, 7, 500])('makes exactly %i posts, each with an id and a text of its own', (count) => {
    const posts = seeded(count).map(({ post }) => post);
    expect(posts).toHaveLength(count);
    expect(new Set(posts.map(({ id }) => id)).size).toBe(count);
    expect(new Set(posts.map(({ text }) => text)).size).toBe(count);
  });

  it('are due within the minute before now, however they are scheduled', () => {
    for (const { dueAt } of seeded(500)) {
      expect(NOW.getTime() - dueAt.getTime()).toBeGreaterThan(0);
      expect(NOW.getTime() - dueAt.getTime()).toBeLessThanOrEqual(60_000);
    }
  });

  it('cover every platform with a few, and every platform with each of its kinds and owners with more', () => {
    expect(new Set(seeded(PLATFORM_NAMES.length).map(({ post }) => post.platform))).toEqual(
      new Set(PLATFORM_NAMES),
    );
    const combinations = new Set(
      seeded(492).map(({ post }) => `${post.platform} ${post.kind} ${post.userId}`),
    );
    expect(combinations.size).toBe(492);
  });

  it('are the same every time', () => {
    expect(seedPosts(50, NOW, MEDIA)).toEqual(seedPosts(50, NOW, MEDIA));
  });
});

import type { Row } from '../insert-rows.ts';
import { campaignOf, seedId } from '../people.ts';
import type { SeedMedia } from '../seed-media.ts';
import { contentPosts } from './content-posts.ts';
import { createdContent } from './created-content.ts';
import { refusedContent, refusedPosts } from './refused.ts';
import { type Expected, settingAt, type Told } from './told.ts';

export interface DemoPost extends Pick<Told, 'what' | 'by'> {
  readonly table: 'created_content' | 'content_posts';
  readonly id: string;
  readonly row: Row;
  readonly expect: Expected;
}

/**
 * Posts as the app makes them, over every platform and kind, due at `now` or up to a minute before it, and some that
 * must not go out.
 */
export function demoPosts(now: Date, media: SeedMedia): readonly DemoPost[] {
  const setting = settingAt(now, media);
  const content = [...createdContent(setting), ...refusedContent(setting)];
  const posts = [...contentPosts(setting), ...refusedPosts(setting)];
  return [
    ...content.map((told, index) =>
      demoPost('created_content', seedId(4, index + 1), told, { user_id: told.by.id }),
    ),
    ...posts.map((told, index) =>
      demoPost('content_posts', seedId(5, index + 1), told, { campaign_id: campaignOf(told.by) }),
    ),
  ];
}

function demoPost(table: DemoPost['table'], id: string, told: Told, owner: Row): DemoPost {
  const { what, by, expect = 'published', when, row } = told;
  return { table, id, what, by, expect, row: { id, ...owner, status: 'scheduled', ...when, ...row } };
}

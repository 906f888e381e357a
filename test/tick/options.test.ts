import { beforeAll, describe, expect, it } from 'vitest';
import { installedLongAgo, metadataOf, publicPosts, readRow } from '../support/app-rows.ts';
import { addPerson, connect, schedule } from '../support/people.ts';
import { usePublisher } from '../support/publisher.ts';

const publisher = usePublisher();
beforeAll(() => installedLongAgo(publisher()));

async function posted(publish_options: object) {
  const person = await addPerson(publisher());
  const account = await connect(publisher(), person, 'facebook');
  const post = await schedule(publisher(), person, { metadata: { publish_options } });
  const { summary } = await publisher().run({ userId: person.id });
  const row = await readRow(publisher().supabase, post.table, post.id);
  return { summary, row, seen: publicPosts(publisher(), account.id) };
}

describe('publish_options', () => {
  it('of other platforms or programs do not stop a post, which says that they changed nothing', async () => {
    const { summary, row, seen } = await posted({ privacy: 'private', campaign_color: 'red' });
    expect(summary).toMatchObject({ published: 1, failed: 0 });
    expect(seen).toHaveLength(1);
    const [result] = metadataOf(row)['publish_results'] as { warning?: string }[];
    expect(result?.warning).toBe(
      'The option “privacy” changes nothing here: Facebook has no such option; TikTok, YouTube have. ' +
        'The option “campaign_color” changes nothing here: no platform reads it.',
    );
  });

  it('that are misspelt keep the post from going out differently than it was meant', async () => {
    const { summary, row, seen } = await posted({ Link: 'https://raobakes.example/news' });
    expect(summary).toMatchObject({ published: 0, failed: 1 });
    expect(seen).toEqual([]);
    expect(metadataOf(row)['publish_error']).toMatchObject({ code: 'OPTION_UNKNOWN' });
  });
});

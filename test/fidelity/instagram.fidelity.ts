import { FacebookAdsApi, IGMedia, IGUser } from 'facebook-nodejs-business-sdk';
import { describe, expect, it } from 'vitest';
import { done, simulated } from './simulated.ts';

const { base, account, posts, hosted } = await simulated('instagram');
const api = FacebookAdsApi.init(account.token, 'en_US', false);
Object.defineProperty(FacebookAdsApi, 'GRAPH', { get: () => base });
const user = new IGUser(account.id);
const last = () => posts().at(-1);

/** A container, once the platform has fetched and looked at its files. */
async function container(parameters: object): Promise<string> {
  const { id } = await user.createMedia([], parameters);
  await done(async () => {
    const { status_code } = (await api.call('GET', [id], { fields: 'status_code' })) as {
      status_code: string;
    };
    return status_code === 'FINISHED';
  });
  return id;
}

const publish = async (creation_id: string) => await user.createMediaPublish([], { creation_id });

describe('facebook-nodejs-business-sdk on the simulated Instagram', () => {
  it('knows who it is, and how much may be posted', async () => {
    expect((await user.get(['username']))._data).toMatchObject({ id: account.id, username: account.name });
    const [limit] = await user.getContentPublishingLimit(['config', 'quota_usage'], {});
    expect(limit?.['_data']).toMatchObject({ quota_usage: 0, config: { quota_duration: 86_400 } });
  });

  it('posts a picture and reads it back', async () => {
    const creation = await container({
      image_url: await hosted('bakery-sourdough.jpg'),
      caption: 'Sourdough & rye',
      alt_text: 'A loaf',
      user_tags: [{ username: 'colecycles', x: 0.5, y: 0.5 }],
    });
    const { id } = await publish(creation);
    expect(last()).toMatchObject({ id, kind: 'image', text: 'Sourdough & rye' });
    const medium = await new IGMedia(id).get(['caption', 'permalink', 'media_type']);
    expect(medium._data).toMatchObject({ caption: 'Sourdough & rye', media_type: 'IMAGE' });
  });

  it('posts a reel', async () => {
    const video_url = await hosted('bakery-reel.mp4');
    await publish(
      await container({ media_type: 'REELS', video_url, caption: 'Upright', share_to_feed: true }),
    );
    expect(last()).toMatchObject({ kind: 'reel', text: 'Upright' });
  });

  it('posts a carousel with a film', async () => {
    const children = [
      await container({ image_url: await hosted('cycling-mountain-pass.jpg'), is_carousel_item: true }),
      await container({
        media_type: 'VIDEO',
        video_url: await hosted('bakery-reel.mp4'),
        is_carousel_item: true,
      }),
    ];
    await publish(await container({ media_type: 'CAROUSEL', children, caption: 'Two' }));
    expect(last()).toMatchObject({ kind: 'carousel', text: 'Two' });
  });

  it('posts a story', async () => {
    await publish(
      await container({ media_type: 'STORIES', image_url: await hosted('cycling-mountain-pass.jpg') }),
    );
    expect(last()).toMatchObject({ kind: 'story' });
    const stories = await user.getStories(['id'], {});
    expect(stories.map(({ id }) => id)).toEqual([last()?.id]);
  });

  it('comments on a post', async () => {
    const medium = new IGMedia(posts()[0]?.id ?? '');
    const { id } = await medium.createComment([], { message: 'The recipe' });
    const comments = await medium.getComments(['text'], {});
    expect(comments.map((comment) => comment['id'])).toEqual([id]);
  });

  it('lists what it posted, page by page', async () => {
    const cursor = await user.getMedia(['id'], { limit: 2 });
    const ids = cursor.map(({ id }) => id);
    while (cursor.hasNext()) ids.push(...(await cursor.next()).map((next: { id: string }) => next.id));
    const shown = posts().filter(({ kind }) => !['story', 'comment'].includes(kind));
    expect(ids).toEqual(shown.map(({ id }) => id).toReversed());
  });

  it('sees the refusal of a file that is no JPEG', async () => {
    const request = user.createMedia([], { image_url: await hosted('bakery-croissant.png') });
    await expect(request).rejects.toMatchObject({ status: 400 });
  });
});

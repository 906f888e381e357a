import { FacebookAdsApi, Page, PagePost } from 'facebook-nodejs-business-sdk';
import { describe, expect, it } from 'vitest';
import { done, seed, simulated } from './simulated.ts';

const { base, account, posts, hosted } = await simulated('facebook');
const api = FacebookAdsApi.init(account.token, 'en_US', false);
Object.defineProperty(FacebookAdsApi, 'GRAPH', { get: () => base });
const page = new Page(account.id);
const last = () => posts().at(-1);

describe('facebook-nodejs-business-sdk on the simulated Facebook', () => {
  it('knows the Page', async () => {
    expect((await page.get(['name', 'link']))._data).toMatchObject({ id: account.id, name: account.name });
  });

  it('posts a text and reads it back', async () => {
    const { id } = await page.createFeed([], { message: 'Sourdough & rye' });
    expect(last()).toMatchObject({ id, kind: 'text', text: 'Sourdough & rye' });
    const post = await new PagePost(id).get(['message', 'permalink_url', 'is_published']);
    expect(post._data).toMatchObject({ id, message: 'Sourdough & rye', is_published: true });
  });

  it('posts a link', async () => {
    await page.createFeed([], { message: 'Today', link: 'https://bakery.example/menu' });
    expect(last()).toMatchObject({ kind: 'link' });
  });

  it('posts a photo by its address', async () => {
    const { id, _data } = await page.createPhoto([], {
      url: await hosted('bakery-sourdough.jpg'),
      message: 'Look',
      alt_text_custom: 'A loaf',
    });
    expect(last()).toMatchObject({ id: _data['post_id'], kind: 'image', text: 'Look' });
    expect(id).not.toBe(_data['post_id']);
  });

  it('posts several photos', async () => {
    const photos = [];
    for (const name of ['bakery-sourdough.jpg', 'bakery-croissant.png'])
      photos.push(await page.createPhoto([], { url: await hosted(name), published: false }));
    const attached_media = photos.map(({ id }) => ({ media_fbid: id }));
    await page.createFeed([], { message: 'Two', attached_media });
    expect(last()).toMatchObject({ kind: 'carousel', text: 'Two' });
  });

  it('posts a film by its address', async () => {
    const { id } = await page.createVideo([], {
      file_url: await hosted('cycling-film.mp4'),
      description: 'Downhill',
    });
    await done(async () => {
      const { status } = (await api.call('GET', [id], { fields: 'status' })) as {
        status: { video_status: string };
      };
      return status.video_status === 'ready';
    });
    expect(last()).toMatchObject({ kind: 'video', text: 'Downhill' });
  });

  it('posts a reel, whose bytes go to another host', async () => {
    const { _data: begun } = await page.createVideoReel([], { upload_phase: 'START' });
    const film = seed('bakery-reel.mp4');
    const headers = { authorization: `OAuth ${account.token}`, offset: '0', file_size: String(film.length) };
    const sent = await fetch(String(begun['upload_url']), {
      method: 'POST',
      headers,
      body: new Uint8Array(film),
    });
    expect(sent.status).toBe(200);
    await page.createVideoReel([], {
      upload_phase: 'FINISH',
      video_id: begun['video_id'],
      video_state: 'PUBLISHED',
      description: 'Upright',
    });
    await done(
      async () => posts().some(({ kind }) => kind === 'reel') || page.get(['name']).then(() => false),
    );
    expect(last()).toMatchObject({ kind: 'reel', text: 'Upright' });
  });

  it('posts a photo as a story', async () => {
    const photo = await page.createPhoto([], {
      url: await hosted('cycling-mountain-pass.jpg'),
      published: false,
    });
    await page.createPhotoStory([], { photo_id: photo.id });
    expect(last()).toMatchObject({ kind: 'story' });
  });

  it('comments on a post', async () => {
    const post = new PagePost(posts()[0]?.id ?? '');
    const { id } = await post.createComment([], { message: 'The recipe' });
    const comments = await post.getComments(['message'], { filter: 'stream' });
    expect(comments.map((comment) => comment['id'])).toEqual([id]);
  });

  it('lists what it posted, page by page', async () => {
    const cursor = await page.getPublishedPosts(['id'], { limit: 2 });
    const ids = cursor.map(({ id }) => id);
    while (cursor.hasNext()) ids.push(...(await cursor.next()).map((next: { id: string }) => next.id));
    const shown = posts().filter(({ kind }) => !['story', 'comment'].includes(kind));
    expect(ids).toEqual(shown.map(({ id }) => id).toReversed());
  });

  it('sees the refusal of an empty post', async () => {
    await expect(page.createFeed([], { message: '' })).rejects.toMatchObject({ status: 400 });
  });
});

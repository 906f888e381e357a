import { Agent } from 'node:https';
import { connect } from 'node:tls';
import sharp from 'sharp';
import { TwitterApi } from 'twitter-api-v2';
import { describe, expect, it } from 'vitest';
import { facts } from '../support/platform-examples.ts';
import { seed, simulated } from './simulated.ts';

/** The library speaks the names of OpenAPI 2.159 (tweet.fields), not yet those of 2.167 (post.fields). */
const { account, posts, front } = await simulated('x', facts.x.accounts[1]);
const { port } = new URL(await front('tls'));

/** It knows no other host than api.x.com, so its connections lead to the simulator. */
class ToSimulator extends Agent {
  override createConnection(): ReturnType<typeof connect> {
    return connect({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false });
  }
}
const { v2 } = new TwitterApi(account.token, { httpAgent: new ToSimulator() });
const last = () => posts().at(-1);

describe('twitter-api-v2 on the simulated X', () => {
  it('knows who it is', async () => {
    expect((await v2.me()).data).toMatchObject({ id: account.id, name: account.name });
  });

  it('posts a text and reads it back', async () => {
    const { data } = await v2.tweet('Sourdough & rye <today>');
    expect(last()).toMatchObject({ id: data.id, kind: 'text', text: 'Sourdough & rye <today>' });
    const { data: shown } = await v2.tweets([data.id], { 'tweet.fields': ['created_at', 'public_metrics'] });
    expect(shown).toMatchObject([{ id: data.id, public_metrics: { reply_count: 0 } }]);
  });

  it('posts a picture in several pieces, with an alternative text', async () => {
    const media = await v2.uploadMedia(
      seed('bakery-sourdough.jpg'),
      { media_type: 'image/jpeg' as never },
      30_000,
    );
    await v2.createMediaMetadata(media, { alt_text: { text: 'A loaf' } });
    await v2.tweet('Look', { media: { media_ids: [media] } });
    expect(last()).toMatchObject({ kind: 'image', text: 'Look' });
  });

  it('posts a GIF', async () => {
    const gif = await sharp(seed('bakery-sourdough.jpg')).resize(64).gif().toBuffer();
    const media = await v2.uploadMedia(gif, { media_type: 'image/gif' as never });
    await v2.tweet('It moves', { media: { media_ids: [media] } });
    expect(last()).toMatchObject({ kind: 'image', text: 'It moves' });
  });

  it('posts a film and waits until it is processed', async () => {
    const media = await v2.uploadMedia(
      seed('cycling-film.mp4'),
      { media_type: 'video/mp4' as never },
      100_000,
    );
    await v2.tweet('Down the hill', { media: { media_ids: [media] } });
    expect(last()).toMatchObject({ kind: 'video', text: 'Down the hill' });
  });

  it('asks', async () => {
    await v2.tweet('Rye?', { poll: { options: ['Yes', 'No'], duration_minutes: 60 } });
    expect(last()).toMatchObject({ kind: 'text', text: 'Rye?' });
  });

  it('answers itself, and posts a thread', async () => {
    const { data } = await v2.tweet('The first');
    await v2.reply('The second', data.id);
    expect(last()).toMatchObject({ kind: 'reply', text: 'The second' });
    const thread = await v2.tweetThread(['One', 'Two', 'Three']);
    const { data: shown } = await v2.tweets(
      thread.map((part) => part.data.id),
      {
        'tweet.fields': ['conversation_id'],
        expansions: ['referenced_tweets.id'],
      },
    );
    expect(new Set(shown.map((part) => part.conversation_id))).toEqual(new Set([thread[0]?.data.id]));
  });

  it('lists what it posted, page by page', async () => {
    const page = await v2.userTimeline(account.id, {
      max_results: 5,
      'tweet.fields': ['created_at', 'entities'],
      expansions: ['attachments.media_keys'],
      'media.fields': ['type'],
    });
    await page.fetchLast(20);
    expect(page.tweets.map(({ id }) => id)).toEqual(
      posts()
        .map(({ id }) => id)
        .toReversed(),
    );
  });

  it('sees X’s refusal of the same text again', async () => {
    await expect(v2.tweet('Sourdough & rye <today>')).rejects.toMatchObject({ code: 403 });
  });
});

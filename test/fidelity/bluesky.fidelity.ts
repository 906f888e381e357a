import { AppBskyFeedPost, AtpAgent, jsonToLex, RichText } from '@atproto/api';
import { afterAll, describe, expect, it } from 'vitest';
import { examplesOf, facts } from '../support/platform-examples.ts';
import { platformWorld } from '../support/platform-kit.ts';
import { mediaStock } from '../support/platform-media.ts';
import { target } from '../support/platform-target.ts';
import { seed, simulated } from './simulated.ts';

const { base, account, posts } = await simulated('bluesky', {
  ...facts.bluesky.accounts[0],
  // The library knows which domains there are: `.example` is none.
  name: 'raobakes.bsky.social',
});

/** The account's server, which the session names, is the simulator too. */
const agent = new AtpAgent({
  service: 'https://entryway.example',
  fetch: (input, init) => {
    const { pathname, search } = new URL(input instanceof Request ? input.url : input);
    return fetch(`${base}${pathname}${search}`, input instanceof Request ? input : init);
  },
});
await agent.login({ identifier: account.name, password: account.refreshToken ?? '' });
const last = () => posts().at(-1);

/** Only what the lexicon has: the simulator takes nothing beside it, servers would. */
const refOf = ({ uri, cid }: { readonly uri: string; readonly cid: string }) => ({ uri, cid });

async function picture(name: string, encoding: string) {
  const { data } = await agent.uploadBlob(seed(name), { encoding });
  return data.blob;
}

// The library checks every answer against the lexicons.
describe('@atproto/api on the simulated Bluesky', () => {
  it('posts a text whose links, tags and names it has found itself, and reads it back', async () => {
    const text = new RichText({ text: `Grüße 👩‍👩‍👧 https://bakery.example/menu #bread @${account.name}` });
    await text.detectFacets(agent);
    expect(text.facets).toHaveLength(3);
    const { uri, cid } = await agent.post({ text: text.text, facets: text.facets ?? [], langs: ['en'] });
    expect(last()).toMatchObject({ id: uri, kind: 'text', text: text.text });
    const found = await agent.getPost({ repo: account.id, rkey: uri.split('/').at(-1) ?? '' });
    expect(found).toMatchObject({ uri, cid, value: { text: text.text } });
    expect(AppBskyFeedPost.validateRecord(found.value).success).toBe(true);
  });

  it('posts pictures with their shapes and descriptions', async () => {
    const images = [
      {
        image: await picture('bakery-sourdough.jpg', 'image/jpeg'),
        alt: 'A loaf',
        aspectRatio: { width: 4, height: 3 },
      },
      { image: await picture('bakery-croissant.png', 'image/png'), alt: '' },
    ];
    await agent.post({ text: 'Look', embed: { $type: 'app.bsky.embed.images', images } });
    expect(last()).toMatchObject({ kind: 'carousel', text: 'Look' });
  });

  it('posts a link with its card', async () => {
    const thumb = await picture('bakery-opening-hours.jpg', 'image/jpeg');
    const external = { uri: 'https://bakery.example/menu', title: 'The menu', description: '', thumb };
    await agent.post({ text: 'Today', embed: { $type: 'app.bsky.embed.external', external } });
    expect(last()).toMatchObject({ kind: 'link' });
  });

  it('posts a film', async () => {
    const video = await picture('cycling-film.mp4', 'video/mp4');
    await agent.post({
      text: 'Down the hill',
      embed: { $type: 'app.bsky.embed.video', video, aspectRatio: { width: 16, height: 9 } },
    });
    expect(last()).toMatchObject({ kind: 'video' });
  });

  it('posts a thread', async () => {
    const root = refOf(await agent.post({ text: 'One' }));
    const second = refOf(await agent.post({ text: 'Two', reply: { root, parent: root } }));
    await agent.post({ text: 'Three', reply: { root, parent: second } });
    expect(last()).toMatchObject({ kind: 'reply', text: 'Three' });
  });

  it('lists what it posted, page by page, and reads the figures', async () => {
    const uris: string[] = [];
    let cursor: string | undefined;
    do {
      const { data } = await agent.com.atproto.repo.listRecords({
        repo: account.id,
        collection: 'app.bsky.feed.post',
        limit: 3,
        ...(cursor === undefined ? {} : { cursor }),
      });
      uris.push(...data.records.map(({ uri }) => uri));
      cursor = data.cursor;
    } while (cursor !== undefined);
    expect(uris).toEqual(
      posts()
        .map(({ id }) => id)
        .toReversed(),
    );
    const { data } = await agent.getPosts({ uris: uris.slice(0, 2) });
    expect(data.posts.map(({ uri }) => uri)).toEqual(uris.slice(0, 2));
  });

  it('renews its session', async () => {
    const before = agent.session?.accessJwt;
    await agent.sessionManager.refreshSession();
    expect(agent.session?.accessJwt).not.toBe(before);
    await agent.post({ text: 'Still here' });
    expect(last()).toMatchObject({ text: 'Still here' });
  });

  it('sees the refusal of a text that is too long', async () => {
    await expect(agent.post({ text: 'a'.repeat(301) })).rejects.toMatchObject({ status: 400 });
  });
});

describe('this publisher’s own records', async () => {
  const media = await mediaStock();
  const world = await platformWorld('bluesky');
  afterAll(async () => {
    await media.close();
    await world.stop();
  });

  it.each([...examplesOf('bluesky'), ...facts.bluesky.followed])('are valid for $name', async (example) => {
    const ours = target(world, await media.open('bluesky', example));
    const { id } = (await ours.finish()) as { id: string };
    const rkey = id.split('/').at(-1) ?? '';
    const query = new URLSearchParams({
      repo: world.account(example.account).id,
      collection: 'app.bsky.feed.post',
      rkey,
    });
    const found = await fetch(`${world.simulated.base('bluesky')}/xrpc/com.atproto.repo.getRecord?${query}`);
    const { value } = (await found.json()) as { value: unknown };
    expect(AppBskyFeedPost.validateRecord(jsonToLex(value))).toMatchObject({ success: true });
  });
});

import { createRestAPIClient } from 'masto';
import { describe, expect, it } from 'vitest';
import { seed, simulated } from './simulated.ts';

const { account, posts, front } = await simulated('mastodon');
const { v1, v2 } = createRestAPIClient({ url: await front(), accessToken: account.token });
const [number = ''] = account.id.split('@');
const last = () => posts().at(-1);

function file(name: string, type: string): File {
  return new File([new Uint8Array(seed(name))], name, { type });
}

describe('masto on the simulated Mastodon', () => {
  it('knows who it is and what the server takes', async () => {
    expect(await v1.accounts.verifyCredentials()).toMatchObject({ id: number, displayName: account.name });
    const { configuration } = await v2.instance.fetch();
    expect(configuration.statuses).toMatchObject({ maxCharacters: 500, maxMediaAttachments: 4 });
  });

  it('posts a text with a warning for followers only, and reads it back', async () => {
    const made = await v1.statuses.create({
      status: 'Sourdough & <rye>',
      spoilerText: 'Bread',
      visibility: 'private',
      sensitive: true,
      language: 'en',
    });
    expect(last()).toMatchObject({ id: made.id, kind: 'text', text: 'Sourdough & <rye>' });
    const { statuses } = v1;
    expect(await statuses.$select(made.id).fetch()).toMatchObject({
      visibility: 'private',
      spoilerText: 'Bread',
      sensitive: true,
      content: '<p>Sourdough &amp; &lt;rye&gt;</p>',
    });
    expect(await statuses.$select(made.id).source.fetch()).toMatchObject({ text: 'Sourdough & <rye>' });
  });

  it('posts pictures with descriptions', async () => {
    const pictures = [
      await v2.media.create({
        file: file('bakery-sourdough.jpg', 'image/jpeg'),
        description: 'A loaf',
        focus: '0,0.5',
      }),
      await v2.media.create({ file: file('bakery-croissant.png', 'image/png') }),
    ];
    expect(pictures[0]).toMatchObject({ type: 'image', description: 'A loaf' });
    const made = await v1.statuses.create({ status: 'Look', mediaIds: pictures.map(({ id }) => id) });
    expect(made.mediaAttachments.map(({ description }) => description)).toEqual(['A loaf', null]);
    expect(last()).toMatchObject({ kind: 'carousel' });
  });

  it('posts a film, for which the library waits', async () => {
    const film = await v2.media.create({ file: file('cycling-film.mp4', 'video/mp4') });
    expect(film.url).not.toBeNull();
    await v1.statuses.create({ mediaIds: [film.id] });
    expect(last()).toMatchObject({ kind: 'video' });
  });

  it('posts once under one key', async () => {
    const init = { requestInit: { headers: { 'Idempotency-Key': 'one' } } } as const;
    const before = posts().length;
    const first = await v1.statuses.create({ status: 'Only once' }, init);
    const second = await v1.statuses.create({ status: 'Only once' }, init);
    expect(second.id).toBe(first.id);
    expect(posts()).toHaveLength(before + 1);
  });

  it('posts a thread', async () => {
    const first = await v1.statuses.create({ status: 'One' });
    const second = await v1.statuses.create({ status: 'Two', inReplyToId: first.id });
    expect(second).toMatchObject({ inReplyToId: first.id, inReplyToAccountId: number });
    expect(last()).toMatchObject({ kind: 'reply' });
  });

  it('asks', async () => {
    const { poll } = await v1.statuses.create({
      status: 'Rye?',
      poll: { options: ['Yes', 'No'], expiresIn: 3600 },
    });
    expect(poll?.options.map(({ title }) => title)).toEqual(['Yes', 'No']);
    expect(last()).toMatchObject({ text: 'Rye?' });
  });

  it('lists what it posted, page by page', async () => {
    const found: string[] = [];
    for await (const page of v1.accounts.$select(number).statuses.list({ limit: 3 }))
      found.push(...page.map(({ id }) => id));
    expect(found).toEqual(
      posts()
        .map(({ id }) => id)
        .toReversed(),
    );
  });

  it('sees the refusal of a text that is too long', async () => {
    await expect(v1.statuses.create({ status: 'a'.repeat(501) })).rejects.toMatchObject({ statusCode: 422 });
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import {
  type AppRow,
  type Columns,
  changedParts,
  insertRows,
  installedLongAgo,
  metadataOf,
  minutesAgo,
  newId,
  publicPosts,
  publishErrorOf,
  readRow,
  snapshot,
  storeFile,
} from '../support/app-rows.ts';
import {
  addPerson,
  type ConnectedAccount,
  connect,
  type Person,
  schedule,
  webAppRow,
} from '../support/people.ts';
import { type RunOutput, usePublisher } from '../support/publisher.ts';

const publisher = usePublisher();
beforeAll(() => installedLongAgo(publisher()));

const MEGABYTE = 'All work and no play makes a dull post. '.repeat(25_000);
const picture = (name: string) => `https://bucket.example.test/${name}.jpg`;

interface Refused {
  readonly what: string;
  readonly row: Columns;
  readonly code: string;
  /** What the message must tell: the found value and the limit, the place, the way out. */
  readonly says: readonly RegExp[];
}

const REFUSED: readonly Refused[] = [
  {
    what: '1 MB of text for Facebook',
    row: { content: MEGABYTE },
    code: 'TEXT_TOO_LONG',
    says: [/1000000 characters/, /at most 63206/],
  },
  {
    what: '1 MB of text for LinkedIn',
    row: { content: MEGABYTE, platform: 'linkedin' },
    code: 'TEXT_TOO_LONG',
    says: [/1000000 characters/, /at most 3000/],
  },
  {
    what: 'a caption of 2,201 characters for Instagram',
    row: { content: 'x'.repeat(2_201), platform: 'instagram', images: [picture('a')] },
    code: 'TEXT_TOO_LONG',
    says: [/2201 characters/, /at most 2200/],
  },
  {
    what: '31 hashtags for Instagram',
    row: {
      platform: 'instagram',
      images: [picture('a')],
      hashtags: Array.from({ length: 31 }, (_, index) => `tag${index}`),
    },
    code: 'TOO_MANY_HASHTAGS',
    says: [/31 hashtags/, /at most 30/],
  },
  {
    what: 'a description of 5,002 bytes in 2,501 letters for YouTube',
    row: {
      platform: 'youtube',
      content_type: 'long_video',
      title: 'Film',
      content: 'ж'.repeat(2_501),
      media_url: 'https://bucket.example.test/film.mp4',
    },
    code: 'DESCRIPTION_TOO_LONG',
    says: [/5\d\d\d bytes/, /at most 5000/],
  },
  {
    what: 'a control character',
    row: { content: 'Ring the bell\u0007 at noon' },
    code: 'CONTROL_CHARACTER',
    says: [/U\+0007/, /after “Ring the bell”/],
  },
  {
    what: 'a data: URL as picture',
    row: { images: ['data:image/png;base64,iVBORw0KGgo='] },
    code: 'MEDIA_URL_UNUSABLE',
    says: [/begins with “data:”/],
  },
  {
    what: 'a Drive link as picture',
    row: { images: ['https://drive.google.com/file/d/1AbC/view?usp=sharing'] },
    code: 'MEDIA_URL_UNUSABLE',
    says: [/Google Drive link/],
  },
  {
    what: 'a Drive link among the pictures of a carousel',
    row: {
      content_type: 'carousel',
      carousel_images: [picture('a'), 'https://drive.google.com/file/d/1AbC/view'],
    },
    code: 'MEDIA_URL_UNUSABLE',
    says: [/file 2 of 2/],
  },
  {
    what: 'a carousel with fewer pictures than it should have',
    row: {
      content_type: 'carousel',
      metadata: { carousel_images: [{ url: picture('a') }, { image_url: picture('b') }], total_images: 4 },
    },
    code: 'CAROUSEL_INCOMPLETE',
    says: [/2 of its 4 pictures/],
  },
  {
    what: 'a carousel with an empty place',
    row: { content_type: 'carousel', metadata: { carousel_images: [picture('a'), null, picture('c')] } },
    code: 'CAROUSEL_INCOMPLETE',
    says: [/2 of its 3 pictures/],
  },
  {
    what: 'a carousel element without an address',
    row: { content_type: 'carousel', metadata: { carousel_images: [picture('a'), { id: 7 }] } },
    code: 'MEDIA_URL_UNUSABLE',
    says: [/file 2 of 2/],
  },
  {
    what: 'a video post that has only its cover',
    row: { content_type: 'short_video or reel', images: [picture('cover')] },
    code: 'VIDEO_MISSING',
    says: [/no video file/],
  },
  {
    what: 'a video by its metadata that has only words',
    row: { content_type: 'static_post', metadata: { is_video: true } },
    code: 'VIDEO_MISSING',
    says: [/its text alone is not published/],
  },
  {
    what: 'a picture post without picture',
    row: { content_type: 'image' },
    code: 'MEDIA_MISSING',
    says: [/\(image\)/],
  },
  {
    what: 'neither text nor file',
    row: { content: '  \n ' },
    code: 'TEXT_MISSING',
    says: [/nothing to publish/],
  },
  {
    what: 'a text for Instagram',
    row: { platform: 'instagram' },
    code: 'KIND_NOT_POSSIBLE',
    says: [/no posts of kind text; it takes images/],
  },
  {
    what: 'a picture whose server answers that there is none',
    row: { images: ['$origin/storage/v1/object/public/user-uploads/gone.jpg'] },
    code: 'MEDIA_NOT_FOUND',
    says: [/“gone\.jpg”/],
  },
  { what: 'no platform', row: { platform: null }, code: 'PLATFORM_MISSING', says: [/names no platform/] },
  { what: 'an empty platform', row: { platform: '' }, code: 'PLATFORM_MISSING', says: [/names no platform/] },
  {
    what: 'the platform General',
    row: { platform: 'General' },
    code: 'PLATFORM_UNKNOWN',
    says: [/“General”/],
  },
  {
    what: 'a misspelt key of publish_options',
    row: { metadata: { publish_options: { alttext: 'Two loaves' } } },
    code: 'OPTION_UNKNOWN',
    says: [/has “alttext”/, /nearest key that Facebook reads is “alt_text”/],
  },
  {
    what: 'publish_options that are no object',
    row: { metadata: { publish_options: 'public' } },
    code: 'OPTIONS_UNUSABLE',
    says: [/is not an object/],
  },
];

describe('a post that cannot go out', () => {
  const before = new Map<string, AppRow>();
  let person: Person;
  let page: ConnectedAccount;
  let good: string;
  let output: RunOutput;
  const ids = new Map<Refused, string>();
  const idOf = (one: Refused) => ids.get(one) ?? '';

  beforeAll(async () => {
    const { supabase, run } = publisher();
    await storeFile(supabase, 'bakery-sourdough.jpg');
    person = await addPerson(publisher());
    page = await connect(publisher(), person, 'facebook');
    for (const platform of ['instagram', 'linkedin', 'youtube'] as const) {
      await connect(publisher(), person, platform);
    }
    for (const [index, one] of REFUSED.entries()) {
      // All before the good one, and on its account too: none of them may keep it back.
      const row = webAppRow(person, { scheduled_at: minutesAgo(5 - index / 100), ...one.row });
      const [filled] = JSON.parse(JSON.stringify([row]).replaceAll('$origin', supabase.url)) as [Columns];
      await insertRows(supabase, 'public.created_content', [filled]);
      ids.set(one, String(row['id']));
    }
    good = (await schedule(publisher(), person, { content: 'A good one behind them' })).id;
    for (const id of [...ids.values(), good]) before.set(id, await readRow(supabase, 'created_content', id));
    output = await run({ userId: person.id });
  });

  it.each(REFUSED)('says why and is left as it is: $what', async (one) => {
    const { code, says } = one;
    const row = await readRow(publisher().supabase, 'created_content', idOf(one));
    const error = publishErrorOf(row);
    expect(error.code).toBe(code);
    expect(['rejected', 'unusable']).toContain(error.kind);
    for (const pattern of says) expect(error.message).toMatch(pattern);
    expect(error.message.length + error.hint.length, 'a message a person can read').toBeLessThan(500);
    expect(row.status).toBe('draft');
    const old = before.get(idOf(one));
    if (old === undefined) throw new RangeError('no row');
    expect(changedParts(old, row)).toEqual(['metadata.publish_error', 'status', 'updated_at']);
    const result = output.summary.posts.filter(({ id }) => id === idOf(one));
    expect(result).toMatchObject([{ outcome: 'failed', error: { code } }]);
    expect(output.notices.filter((line) => line.includes(idOf(one)))).toHaveLength(1);
  });

  it('keeps nothing back: the batch goes on', async () => {
    const row = await readRow(publisher().supabase, 'created_content', good);
    expect(row.status).toBe('published');
    expect(
      publisher()
        .platforms.posts()
        .filter(({ text }) => !text.startsWith('A good one')),
    ).toEqual([]);
    expect(publicPosts(publisher(), page.id)).toMatchObject([{ text: 'A good one behind them' }]);
  });

  it('is not tried again by the next tick, and keeps its reason', async () => {
    const { run, supabase } = publisher();
    const earlier = await snapshot(supabase, ['created_content']);
    const second = await run({ userId: person.id });
    expect(second.summary).toMatchObject({ claimed: 0, published: 0, failed: 0 });
    expect(await snapshot(supabase, ['created_content'])).toEqual(earlier);
  });

  it('goes out when it was mended and scheduled again, and its reason is gone', async () => {
    const { run, supabase } = publisher();
    const bell = REFUSED.find(({ code }) => code === 'CONTROL_CHARACTER');
    if (bell === undefined) throw new RangeError('no row');
    await supabase.sql`update public.created_content
      set content = 'Ring the bell at noon', status = 'scheduled', scheduled_at = now() - interval '10 seconds'
      where id = ${idOf(bell)}`;
    await run({ userId: person.id });
    const row = await readRow(supabase, 'created_content', idOf(bell));
    expect(row.status).toBe('published');
    expect(metadataOf(row)).not.toHaveProperty('publish_error');
    expect(
      publicPosts(publisher(), page.id).filter(({ text }) => text === 'Ring the bell at noon'),
    ).toHaveLength(1);
  });
});

const RIGHT_TO_LEFT = 'שלום לכולם! فتحنا الفرع الجديد — ‏تفضلوا (9:30)';
const EMOJI = '👩‍👩‍👧‍👦 family day 🏳️‍🌈 1️⃣ é é 𝕱𝖗𝖆𝖐𝖙𝖚𝖗 🇮🇳';

describe('text goes out as it was written', () => {
  let person: Person;
  const accounts = new Map<string, ConnectedAccount>();
  beforeAll(async () => {
    person = await addPerson(publisher());
    for (const platform of ['facebook', 'linkedin', 'instagram'] as const) {
      accounts.set(platform, await connect(publisher(), person, platform));
    }
  });

  const words: readonly { readonly what: string; readonly row: Columns; readonly text: string }[] = [
    { what: 'emoji made of several code points', row: { content: EMOJI }, text: EMOJI },
    { what: 'right-to-left text with direction marks', row: { content: RIGHT_TO_LEFT }, text: RIGHT_TO_LEFT },
    {
      what: 'signs that mean something to LinkedIn',
      row: { content: '(a) [b] {c} <d> @e #f *g* _h_ ~i~ | \\ back' },
      text: '(a) [b] {c} <d> @e #f *g* _h_ ~i~ | \\ back',
    },
    {
      what: 'hashtags with spaces, with and without #, as one word each',
      row: { content: 'Menu', hashtags: ['#summer sale', 'fresh bread', '#OneWord'] },
      text: 'Menu\n\n#summersale #freshbread #OneWord',
    },
    {
      what: 'hashtags that the body already ends with, once',
      row: { content: 'Swipe.\n\n#cake #Rao', hashtags: ['#Cake', 'rao', 'new'] },
      text: 'Swipe.\n\n#cake #Rao\n\n#new',
    },
    {
      what: 'a title before the body',
      row: { title: 'Opening day', content: 'We open at nine.' },
      text: 'Opening day\n\nWe open at nine.',
    },
    {
      what: 'no generated title',
      row: { title: 'Post about opening day', content: 'The doors open at nine.' },
      text: 'The doors open at nine.',
    },
    {
      what: 'no title that the body begins with',
      row: { title: 'Doors open', content: 'Doors open at ten.' },
      text: 'Doors open at ten.',
    },
    {
      what: 'the longest text LinkedIn takes, to its last letter',
      row: { content: `${'y'.repeat(2_999)}!` },
      text: `${'y'.repeat(2_999)}!`,
    },
  ];

  it.each(['facebook', 'linkedin'])('on %s', async (platform) => {
    const { run } = publisher();
    const account = accounts.get(platform)?.id ?? '';
    for (const [index, { row }] of words.entries()) {
      await schedule(publisher(), person, { platform, scheduled_at: minutesAgo(5 - index / 10), ...row });
    }
    const { summary } = await run({ userId: person.id });
    expect(summary).toMatchObject({ published: words.length, failed: 0 });
    const found = publicPosts(publisher(), account).map(({ text }) => text);
    for (const { what, text } of words) expect(found, what).toContain(text);
    expect(found).toHaveLength(words.length);
  });

  it('on Instagram, below a picture', async () => {
    const { run, supabase } = publisher();
    const images = [await storeFile(supabase, 'bakery-sourdough.jpg')];
    const account = accounts.get('instagram')?.id ?? '';
    const texts = [EMOJI, RIGHT_TO_LEFT, 'z'.repeat(2_200)];
    for (const content of texts)
      await schedule(publisher(), person, { platform: 'instagram', images, content });
    await run({ userId: person.id });
    const found = publicPosts(publisher(), account).map(({ text }) => text);
    expect(found.sort()).toEqual(texts.sort());
  });
});

describe('metadata that is no object is never touched', () => {
  it.each([
    ['an array', '[{"a": 1}, "b"]'],
    ['a string', '"{\\"facebook_post_id\\": \\"1\\"}"'],
    ['a number', '7.50'],
    ['true', 'true'],
    ['JSON null', 'null'],
  ])('%s: status and our tables carry the state', async (_what, json) => {
    const { run, supabase } = publisher();
    const { sql } = supabase;
    const person = await addPerson(publisher());
    const page = await connect(publisher(), person, 'facebook');
    const good = await schedule(publisher(), person, { status: 'draft', scheduled_at: minutesAgo(2) });
    const bad = await schedule(publisher(), person, { status: 'draft', content: '\u0001' });
    await sql`update public.created_content set metadata = ${json}::text::jsonb, status = 'scheduled'
      where id in ${sql([good.id, bad.id])}`;
    const before = await readRow(supabase, 'created_content', good.id);
    const badBefore = await readRow(supabase, 'created_content', bad.id);

    await run({ userId: person.id });
    await run({ userId: person.id });

    const [{ text } = { text: '' }] =
      await sql`select metadata::text as text from public.created_content where id = ${good.id}`;
    expect(JSON.parse(text)).toEqual(JSON.parse(json));
    const after = await readRow(supabase, 'created_content', good.id);
    expect(changedParts(before, after)).toEqual(['channel_post_id', 'published_at', 'status', 'updated_at']);
    expect(after.status).toBe('published');
    const [post, ...others] = publicPosts(publisher(), page.id);
    expect(others).toEqual([]);
    expect(after.channel_post_id).toBe(post?.id);
    expect(
      await sql`select state, platform_post_id from public.publish_targets where post_id = ${good.id}`,
    ).toEqual([{ state: 'published', platform_post_id: post?.id }]);

    const badAfter = await readRow(supabase, 'created_content', bad.id);
    expect(changedParts(badBefore, badAfter)).toEqual(['status', 'updated_at']);
    expect(badAfter.status).toBe('draft');
    expect(
      await sql`select problem ->> 'code' as code from public.publish_queue where post_id = ${bad.id}`,
    ).toEqual([{ code: 'CONTROL_CHARACTER' }]);
  });

  it('SQL NULL counts as an empty object and gets the result', async () => {
    const { run, supabase } = publisher();
    const person = await addPerson(publisher());
    const page = await connect(publisher(), person, 'facebook');
    const { id } = await schedule(publisher(), person, { metadata: null });
    await run({ userId: person.id });
    const row = await readRow(supabase, 'created_content', id);
    expect(metadataOf(row)).toMatchObject({ facebook_post_id: publicPosts(publisher(), page.id)[0]?.id });
  });
});

describe('a row that is not ours to publish', () => {
  it.each<[string, Columns, RegExp]>([
    ['channel Blog', { channel: 'Blog' }, /channel blog/i],
    ['channel Email', { channel: 'Email' }, /channel email/i],
    ['content type email', { content_type: 'email' }, /content type email/],
    ['content type whatsapp', { content_type: 'WhatsApp' }, /content type whatsapp/],
    ['platform WordPress', { platform: 'WordPress' }, /platform wordpress/],
    ['a temporary row by its metadata', { metadata: { is_temp: true } }, /temporary row/],
    ['a temporary row by its platform', { platform: 'social_media' }, /temporary row/],
  ])('is left untouched and counted with its reason: %s', async (_what, columns, reason) => {
    const { run, supabase, platforms } = publisher();
    const person = await addPerson(publisher());
    await connect(publisher(), person, 'facebook');
    const id = newId();
    await schedule(publisher(), person, { id, ...columns });
    const before = (await snapshot(supabase, ['created_content'])).get(`created_content:${id}`);
    const count = platforms.posts().length;

    const { summary, report } = await run({ userId: person.id });

    expect((await snapshot(supabase, ['created_content'])).get(`created_content:${id}`)).toBe(before);
    expect(platforms.posts()).toHaveLength(count);
    expect(summary).toMatchObject({ claimed: 0, failed: 0, published: 0, skipped: 1 });
    expect(Object.keys(report.skipped)).toEqual([expect.stringMatching(reason)]);
  });

  it('is published once it has become ours', async () => {
    const { run, supabase } = publisher();
    const person = await addPerson(publisher());
    const page = await connect(publisher(), person, 'facebook');
    const { id } = await schedule(publisher(), person, { channel: 'Blog' });
    await run({ userId: person.id });
    await supabase.sql`update public.created_content set channel = 'Social Media' where id = ${id}`;
    await run({ userId: person.id });
    expect(publicPosts(publisher(), page.id)).toHaveLength(1);
  });
});

describe('a post that is taken away between plan and claim', () => {
  it.each([
    ['deleted', 'delete from public.created_content where id = $1'],
    ['marked as deleted', "update public.created_content set status = 'deleted' where id = $1"],
    ['un-scheduled', "update public.created_content set status = 'draft' where id = $1"],
  ])('is not sent: %s', async (_what, statement) => {
    const { run, supabase } = publisher();
    const person = await addPerson(publisher());
    const page = await connect(publisher(), person, 'facebook');
    const { id } = await schedule(publisher(), person, { scheduled_at: minutesAgo(-60) });
    await run({ userId: person.id });
    await supabase.sql`update public.publish_queue set due_at = now(), next_attempt_at = now() where post_id = ${id}`;
    // The note of the trigger is lost, as if the row had gone just after the plan was read.
    await supabase.sql.unsafe(statement, [id]);
    await supabase.sql`delete from public.publish_changes where ref = ${id}`;

    const { summary } = await run({ userId: person.id });

    expect(summary).toMatchObject({ published: 0, failed: 0 });
    expect(publicPosts(publisher(), page.id)).toEqual([]);
    const [queue] =
      await supabase.sql`select state, lease_owner from public.publish_queue where post_id = ${id}`;
    expect(queue).toEqual({ state: 'cancelled', lease_owner: null });
  });
});

import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  installedLongAgo,
  newId,
  publicPosts,
  publishErrorOf,
  readRow,
  seedFile,
} from '../support/app-rows.ts';
import { serviceClient, userClient } from '../support/clients.ts';
import {
  type AddedPost,
  addPerson,
  connect,
  type Person,
  schedule,
  scheduleCampaignPost,
} from '../support/people.ts';
import { decrypt, type RunOutput, usePublisher } from '../support/publisher.ts';

const publisher = usePublisher();
const BUCKET = 'private-uploads';
const PICTURE = 'bakery-sourdough.jpg';
let pictureSha = '';

beforeAll(async () => {
  await installedLongAgo(publisher());
  const { sql } = publisher().supabase;
  await sql.unsafe(`
    insert into storage.buckets (id, name, public) values ('${BUCKET}', '${BUCKET}', false);
    create policy "users may write" on storage.objects for insert to authenticated
      with check (bucket_id = '${BUCKET}');
    create policy "users may read" on storage.objects for select to authenticated
      using (bucket_id = '${BUCKET}' and owner_id = auth.uid()::text);`);
  pictureSha = createHash('sha256')
    .update(await seedFile(PICTURE))
    .digest('hex');
});

/** As the app stores it for a signed-in user: `owner_id` of the object is that user. */
async function upload(person: Person, name: string, file = PICTURE): Promise<string> {
  const bucket = userClient(publisher().supabase, person.id).storage.from(BUCKET);
  const contentType = file.endsWith('.png') ? 'image/png' : 'image/jpeg';
  const { error } = await bucket.upload(name, await seedFile(file), { contentType });
  if (error !== null) throw error;
  return address('public', name);
}

function address(door: string, name: string, query = ''): string {
  const path = name.split('/').map(encodeURIComponent).join('/');
  return `${publisher().supabase.url}/storage/v1/object/${door}${door === '' ? '' : '/'}${BUCKET}/${path}${query}`;
}

async function facebookPost(person: Person, url: string) {
  const account = await connect(publisher(), person, 'facebook');
  const post = await schedule(publisher(), person, { images: [url] });
  const output = await publisher().run({ userId: person.id });
  return { account, post, output, row: await readRow(publisher().supabase, post.table, post.id) };
}

/** Everything that was written by this tick, or stands in the database, as text; checkpoints in clear. */
async function everythingWritten(
  outputs: readonly RunOutput[],
  { table, id }: AddedPost,
  since: number,
): Promise<string> {
  const { sql } = publisher().supabase;
  const rows: unknown[] = [await readRow(publisher().supabase, table, id)];
  for (const name of ['publish_queue', 'publish_targets', 'publish_effects', 'publish_log']) {
    for (const { row } of await sql`
      select to_jsonb(t) as row from ${sql(`public.${name}`)} t where t.post_id = ${id}`) {
      rows.push(row, decrypt(String(row['checkpoint'])));
    }
  }
  const told = outputs.map(({ log, notices, summary }) => ({ log, notices, summary }));
  return JSON.stringify({ told, rows, wire: publisher().wire().slice(since) });
}

describe('a private file of the post’s owner', () => {
  it.each([
    ['by its public form', 'public'],
    ['by its authenticated form', 'authenticated'],
    ['by its bare form', ''],
    ['by a signed address that has expired', 'sign'],
  ])('named %s goes out', async (_what, door) => {
    const person = await addPerson(publisher());
    const name = `${person.id}/${newId()} größe.jpg`;
    await upload(person, name);
    const expired = 'eyJhbGciOiJIUzI1NiJ9.eyJpbnRlbnQiOiJkb3dubG9hZCIsImV4cCI6MX0.c2lnbmF0dXJl';
    const url = address(door, name, door === 'sign' ? `?token=${expired}` : '');
    const { account, row } = await facebookPost(person, url);
    expect(row.status).toBe('published');
    expect(publicPosts(publisher(), account.id)).toMatchObject([{ media: [pictureSha] }]);
  });

  it('that the app itself has put into the folder of its owner goes out', async () => {
    const person = await addPerson(publisher());
    const name = `${person.id}/made.jpg`;
    const bucket = serviceClient(publisher().supabase).storage.from(BUCKET);
    await bucket.upload(name, await seedFile(PICTURE), { contentType: 'image/jpeg' });
    const { row } = await facebookPost(person, address('public', name));
    expect(row.status).toBe('published');
  });

  it.each([
    ['a picture as it is', PICTURE],
    ['a picture that has to become JPEG', 'bakery-croissant.png'],
  ])(
    'goes to a platform that fetches by address, %s, and its signed address is written nowhere',
    async (_what, file) => {
      const person = await addPerson(publisher());
      const account = await connect(publisher(), person, 'instagram');
      const url = await upload(person, `${newId()}.${file.split('.').at(-1)}`, file);
      const post = await schedule(publisher(), person, { platform: 'instagram', images: [url] });
      const since = publisher().wire().length;
      const outputs: RunOutput[] = [];
      await expect
        .poll(
          async () => {
            outputs.push(await publisher().run({ userId: person.id }));
            return publicPosts(publisher(), account.id).length;
          },
          { timeout: 20_000 },
        )
        .toBe(1);
      const written = await everythingWritten(outputs, post, since);
      expect(written).toContain(post.id);
      // In the wire log, where its token is masked.
      expect(written.includes(`/object/sign/${BUCKET}/`)).toBe(file === PICTURE);
      expect(written).not.toMatch(/token=(?!\[secret\])./);
      expect(written).not.toMatch(/eyJ[\w-]{8,}\.eyJ/);
    },
  );

  it('of a campaign’s post goes out', async () => {
    const person = await addPerson(publisher());
    const account = await connect(publisher(), person, 'facebook');
    const url = await upload(person, `${newId()}.jpg`);
    await scheduleCampaignPost(publisher(), person, { post_type: 'image', primary_image_url: url });
    await publisher().run({ userId: person.id });
    expect(publicPosts(publisher(), account.id)).toMatchObject([{ media: [pictureSha] }]);
  });
});

describe('a private file of somebody else', () => {
  const doors = ['public', 'authenticated', '', 'sign'];
  it.each(doors)('is refused, whatever form its address has (%s)', async (door) => {
    const [asha, ben] = [await addPerson(publisher()), await addPerson(publisher())];
    const name = `${asha.id}/${newId()}.jpg`;
    await upload(asha, name);
    const { row, account } = await facebookPost(ben, address(door, name, door === 'sign' ? '?token=x' : ''));
    expect(row.status).toBe('draft');
    expect(publishErrorOf(row)).toMatchObject({
      kind: 'rejected',
      code: 'MEDIA_OF_ANOTHER',
      message: expect.stringContaining('does not belong to the owner of this post'),
      hint: expect.stringContaining('Upload the file as the user'),
    });
    expect(publicPosts(publisher(), account.id)).toEqual([]);
  });

  it('is refused also when it was fetched for its owner in the same tick', async () => {
    const [asha, ben] = [await addPerson(publisher()), await addPerson(publisher())];
    const url = await upload(asha, `${asha.id}/${newId()}.jpg`);
    await connect(publisher(), asha, 'facebook');
    await connect(publisher(), ben, 'facebook');
    const [hers, his] = [
      await schedule(publisher(), asha, { images: [url] }),
      await schedule(publisher(), ben, { images: [url] }),
    ];
    await publisher().run();
    expect((await readRow(publisher().supabase, hers.table, hers.id)).status).toBe('published');
    expect(publishErrorOf(await readRow(publisher().supabase, his.table, his.id)).code).toBe(
      'MEDIA_OF_ANOTHER',
    );
  });

  it('is refused although it lies in the folder of the post’s owner', async () => {
    const [asha, ben] = [await addPerson(publisher()), await addPerson(publisher())];
    const url = await upload(asha, `${ben.id}/${newId()}.jpg`);
    expect(publishErrorOf((await facebookPost(ben, url)).row).code).toBe('MEDIA_OF_ANOTHER');
  });

  it('is refused in a campaign’s post', async () => {
    const [asha, ben] = [await addPerson(publisher()), await addPerson(publisher())];
    await connect(publisher(), ben, 'facebook');
    const url = await upload(asha, `${newId()}.jpg`);
    const post = await scheduleCampaignPost(publisher(), ben, { post_type: 'image', primary_image_url: url });
    await publisher().run({ userId: ben.id });
    const row = await readRow(publisher().supabase, post.table, post.id);
    expect(publishErrorOf(row).code).toBe('MEDIA_OF_ANOTHER');
  });
});

it('a private file that is not there is told as missing, not as private', async () => {
  const person = await addPerson(publisher());
  const { row } = await facebookPost(person, address('public', `${person.id}/gone.jpg`));
  expect(publishErrorOf(row)).toMatchObject({
    code: 'MEDIA_NOT_FOUND',
    message: 'The file “gone.jpg” is not in the private storage bucket “private-uploads”.',
  });
});

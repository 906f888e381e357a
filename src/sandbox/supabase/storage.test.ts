import { beforeAll, describe, expect, it } from 'vitest';
import { anonClient, serviceClient, userClient } from '../../../test/support/clients.ts';
import { useSupabase } from '../../../test/support/supabase.ts';

const USER = '11111111-1111-4111-8111-111111111111';

const project = useSupabase({ app: 'none', migrated: false });
const files = () => serviceClient(project()).storage.from('public-files');

beforeAll(async () => {
  // As a migration makes them, and as the owner of the database may.
  await project()
    .sql.unsafe(`
    insert into storage.buckets (id, name, public)
    values ('public-files', 'public-files', true), ('private-files', 'private-files', false);
    create policy "users may write" on storage.objects for insert to authenticated
      with check (bucket_id = 'public-files');
  `)
    .simple();
});

describe('objects', () => {
  it('can be uploaded by the service role and fetched by anybody under their public URL', async () => {
    const bytes = Buffer.from([0, 255, 1, 254]);
    const { data, error } = await files().upload('a b/é.png', bytes, { contentType: 'image/png' });
    expect(error).toBeNull();
    expect(data?.path).toBe('a b/é.png');
    const { publicUrl } = files().getPublicUrl('a b/é.png').data;
    expect(publicUrl).toBe(`${project().url}/storage/v1/object/public/public-files/a%20b/%C3%A9.png`);
    const response = await fetch(publicUrl);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
  });

  it('can be uploaded as a Blob, which supabase-js sends as a form', async () => {
    const { error } = await files().upload('blob.txt', new Blob(['from a blob'], { type: 'text/plain' }));
    expect(error).toBeNull();
    const response = await fetch(files().getPublicUrl('blob.txt').data.publicUrl);
    expect(response.headers.get('content-type')).toBe('text/plain');
    expect(response.headers.get('cache-control')).toBe('max-age=3600');
    expect(await response.text()).toBe('from a blob');
  });

  it('are recorded in storage.objects with size and type', async () => {
    await files().upload('recorded.jpg', Buffer.from('12345'), { contentType: 'image/jpeg' });
    const rows = await project().sql`
      select metadata ->> 'size' as size, metadata ->> 'mimetype' as type
      from storage.objects where bucket_id = 'public-files' and name = 'recorded.jpg'`;
    expect([...rows]).toEqual([{ size: '5', type: 'image/jpeg' }]);
  });

  it('are replaced only on demand', async () => {
    await files().upload('twice.txt', Buffer.from('first'));
    const again = await files().upload('twice.txt', Buffer.from('second'));
    expect(again.error?.message).toBe('The resource already exists');
    await files().upload('twice.txt', Buffer.from('third'), { upsert: true });
    expect(await (await fetch(files().getPublicUrl('twice.txt').data.publicUrl)).text()).toBe('third');
  });

  it('can be fetched in part', async () => {
    await files().upload('long.txt', Buffer.from('0123456789'));
    const { publicUrl } = files().getPublicUrl('long.txt').data;
    const response = await fetch(publicUrl, { headers: { range: 'bytes=3-5' } });
    expect(response.status).toBe(206);
    expect(await response.text()).toBe('345');
  });

  it('can be uploaded and fetched fifty at a time, more than the API has connections', async () => {
    const names = Array.from({ length: 50 }, (_, index) => `parallel/${index}`);
    const uploads = await Promise.all(names.map((name) => files().upload(name, Buffer.from(name))));
    expect(uploads.map(({ error }) => error).filter(Boolean)).toEqual([]);
    const bodies = names.map(async (name) => (await fetch(files().getPublicUrl(name).data.publicUrl)).text());
    expect(await Promise.all(bodies)).toEqual(names);
  });

  it('report their size without being fetched', async () => {
    await files().upload('sized.txt', Buffer.from('0123456789'));
    const { data } = await files().info('sized.txt');
    expect(data?.metadata?.['size']).toBe(10);
    const head = await fetch(files().getPublicUrl('sized.txt').data.publicUrl, { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe('10');
  });

  it('are gone after remove', async () => {
    await files().upload('dir/gone.txt', Buffer.from('x'));
    const { data, error } = await files().remove(['dir/gone.txt', 'never-there.txt']);
    expect(error).toBeNull();
    expect(data?.map(({ name }) => name)).toEqual(['dir/gone.txt']);
    const response = await fetch(files().getPublicUrl('dir/gone.txt').data.publicUrl);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ statusCode: '404' });
  });

  it('of a private bucket are not public', async () => {
    const bucket = serviceClient(project()).storage.from('private-files');
    await bucket.upload('secret.txt', Buffer.from('secret'));
    expect((await fetch(bucket.getPublicUrl('secret.txt').data.publicUrl)).status).toBe(400);
    expect(await (await bucket.download('secret.txt')).data?.text()).toBe('secret');
    expect(
      (await anonClient(project()).storage.from('private-files').download('secret.txt')).data,
    ).toBeNull();
  });

  it('are written by others only as policies allow', async () => {
    const upload = (client: ReturnType<typeof anonClient>) =>
      client.storage.from('public-files').upload(`by-policy-${Math.random()}`, Buffer.from('x'));
    expect((await upload(userClient(project(), USER))).error).toBeNull();
    expect((await upload(anonClient(project()))).error?.message).toContain('row-level security');
  });
});

describe('buckets', () => {
  it('can be made, listed and looked up through supabase-js', async () => {
    const { storage } = serviceClient(project());
    expect((await storage.createBucket('made', { public: true })).error).toBeNull();
    expect((await storage.listBuckets()).data?.map(({ id }) => id)).toContain('made');
    expect((await storage.getBucket('made')).data?.public).toBe(true);
  });

  it('are reported when missing', async () => {
    const { error } = await serviceClient(project()).storage.from('missing').upload('x', Buffer.from('x'));
    expect(error?.message).toBe('Bucket not found');
  });
});

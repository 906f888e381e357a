import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { beforeAll, expect, it } from 'vitest';
import { useWorld } from './world.ts';

const world = useWorld();
const [ASHA, BEN] = [randomUUID(), randomUUID()];

beforeAll(async () => {
  await world()
    .sql`insert into storage.buckets (id, name, public) values ('open', 'open', true), ('closed', 'closed', false)`;
});

async function add(bucket: string, name: string, owner: string | null, ownerId: string | null) {
  await world()
    .sql`insert into storage.objects (bucket_id, name, owner, owner_id) values (${bucket}, ${name}, ${owner}, ${ownerId})`;
  return world().store.storedObject(bucket, name);
}

it.each([
  ['its uploader', 'a.jpg', BEN, ASHA, ASHA],
  ['its uploader, in installations that have only the older column filled', 'b.jpg', ASHA, null, ASHA],
  ['its uploader, not the user of its folder', `${BEN}/c.jpg`, null, ASHA, ASHA],
  ['the user of its folder when nobody has uploaded it', `${BEN.toUpperCase()}/d.jpg`, null, '', BEN],
  ['nobody', `generated/${BEN}/e.jpg`, null, null, null],
])('a stored object belongs to %s', async (_what, name, owner, ownerId, whose) => {
  expect(await add('closed', name, owner, ownerId)).toEqual({ public: false, found: true, owner: whose });
});

it('what is in a public bucket is public, and what is not there is not found', async () => {
  expect(await add('open', 'a.jpg', null, null)).toMatchObject({ public: true, found: true });
  expect(await world().store.storedObject('closed', `${ASHA}/gone.jpg`)).toMatchObject({ found: false });
  expect(await world().store.storedObject('missing', 'a.jpg')).toBeNull();
});

it.each([
  ['without Storage', 'alter schema storage rename to elsewhere'],
  [
    'with a Storage that shows us nothing',
    'revoke all on storage.objects, storage.buckets from service_role',
  ],
])('an installation %s knows nothing of stored objects', async (_what, change) => {
  const admin = postgres(world().project.adminUrl, { max: 1, onnotice: () => {} });
  try {
    await admin.begin(async (sql) => {
      await sql.unsafe(change);
      await sql`set local role service_role`;
      expect(await sql`select public.publisher_stored_object('closed', 'a.jpg') as answer`).toEqual([
        { answer: null },
      ]);
      throw new Error('undone');
    });
  } catch (error) {
    expect(error).toMatchObject({ message: 'undone' });
  } finally {
    await admin.end();
  }
});

import type { SupabaseClient } from '@supabase/supabase-js';
import { expect, it } from 'vitest';
import { createMediaStorage } from './bucket.ts';

const URL_OF_PROJECT = 'https://abc.supabase.co';

function storage(signedUrl: string | null) {
  const asked: unknown[] = [];
  const client = {
    storage: {
      from: (bucket: string) => ({
        createSignedUrl: async (name: string, seconds: number) => {
          asked.push([bucket, name, seconds]);
          return signedUrl === null
            ? { data: null, error: new Error('storage is away') }
            : { data: { signedUrl }, error: null };
        },
      }),
    },
  } as unknown as SupabaseClient;
  return { asked, storage: createMediaStorage(client, `${URL_OF_PROJECT}/`, async () => null) };
}

const place = (name: string) => ({ bucket: 'private', name, door: 'public' as const });

it('a signed address opens the object that was asked for, whatever stands in its name', async () => {
  const signed = `${URL_OF_PROJECT}/storage/v1/object/sign/private/u1/a?b#.png?token=eyJ.c-_d.e`;
  const { storage: files, asked } = storage(signed);
  expect(await files.sign(place('u1/a?b#.png'))).toBe(
    `${URL_OF_PROJECT}/storage/v1/object/sign/private/u1/a%3Fb%23.png?token=eyJ.c-_d.e`,
  );
  expect(asked).toEqual([['private', 'u1/a%3Fb%23.png', 7_200]]);
});

it('without a token in the answer, or without an answer, it is tried again', async () => {
  const wrong = [`${URL_OF_PROJECT}/storage/v1undefined`, null];
  for (const answer of wrong) {
    await expect(storage(answer).storage.sign(place('a.png'))).rejects.toMatchObject({
      kind: 'temporary',
      code: 'MEDIA_NOT_SIGNED',
    });
  }
});

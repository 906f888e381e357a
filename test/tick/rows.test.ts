import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { serviceClient } from '../support/clients.ts';
import { loadFixtureRows } from '../support/fixture-rows.ts';
import { encrypt, type RunOutput, usePublisher } from '../support/publisher.ts';

const SEED_MEDIA = new URL('../../supabase/seed/media/', import.meta.url);
/** Files behind the fixture's addresses: real bytes of the kind that each address claims. */
const FILES: Readonly<Record<string, string>> = {
  'ai-generated-images/generated/1.png': 'bakery-croissant.png',
  'ai-generated-images/generated/cover.png': 'cycling-chainring.png',
  'ai-generated-images/generated/cover2.png': 'cycling-chainring.png',
  'ai-generated-images/carousel_images/1.png': 'bakery-croissant.png',
  'ai-generated-images/carousel_images/2.png': 'cycling-chainring.png',
  'ai-generated-images/carousel_images/3.png': 'bakery-croissant.png',
  'ai-generated-images/carousel_images/4.png': 'cycling-chainring.png',
  'user-uploads/11111111-1111-4111-8111-111111111111/box.jpg': 'bakery-sourdough.jpg',
  'user-uploads/11111111-1111-4111-8111-111111111111/d1.jpg': 'bakery-sourdough.jpg',
  'user-uploads/11111111-1111-4111-8111-111111111111/d2.jpg': 'bakery-opening-hours.jpg',
  'user-uploads/11111111-1111-4111-8111-111111111111/d3.jpg': 'bakery-sourdough.jpg',
  'user-uploads/22222222-2222-4222-8222-222222222222/reel.mp4': 'bakery-reel.mp4',
  'user-uploads/22222222-2222-4222-8222-222222222222/long.mp4': 'cycling-film.mp4',
  'user-uploads/22222222-2222-4222-8222-222222222222/clip.mp4': 'cycling-film.mp4',
};
const MIMES: Readonly<Record<string, string>> = { png: 'image/png', jpg: 'image/jpeg', mp4: 'video/mp4' };

const AppRow = z.object({
  id: z.string(),
  status: z.string(),
  metadata: z.record(z.string(), z.unknown()).nullable(),
  published_at: z.unknown(),
  channel_post_id: z.string().nullish(),
});

describe('the rows of a running installation', () => {
  const publisher = usePublisher();
  let output: RunOutput;

  beforeAll(async () => {
    const { supabase, run } = publisher();
    const storage = serviceClient(supabase).storage;
    for (const bucket of ['ai-generated-images', 'user-uploads']) {
      await storage.createBucket(bucket, { public: true });
    }
    for (const [path, file] of Object.entries(FILES)) {
      const [bucket = '', ...rest] = path.split('/');
      const { error } = await storage
        .from(bucket)
        .upload(rest.join('/'), await readFile(new URL(file, SEED_MEDIA)), {
          contentType: MIMES[file.split('.').at(-1) ?? ''] ?? '',
        });
      if (error !== null) throw error;
    }
    await loadFixtureRows(supabase, { encrypt, storageOrigin: supabase.url });
    // The fixture is due on 2026-11-21; the day of the test run counts as that day.
    await supabase.sql`update public.created_content set
      scheduled_at = now() - interval '1 minute', scheduled_date = null, scheduled_time = null
      where status = 'scheduled' and title not in ('No time', 'Old')`;
    await supabase.sql`update public.created_content set scheduled_at = now() - interval '3 days' where title = 'Old'`;
    await supabase.sql`update public.content_posts p set
      scheduled_date = (now() at time zone z.zone - interval '1 minute')::date,
      scheduled_time = (now() at time zone z.zone - interval '1 minute')::time
      from (values ('b0000000-0000-4000-8000-000000000002'::uuid, 'America/New_York'),
                   ('b0000000-0000-4000-8000-000000000003', 'America/New_York'),
                   ('b0000000-0000-4000-8000-000000000005', 'Asia/Kolkata'),
                   ('b0000000-0000-4000-8000-000000000007', 'Asia/Kolkata')) as z (id, zone)
      where z.id = p.id`;
    await supabase.sql`update public.publish_install set installed_at = now() - interval '10 days'`;
    output = await run();
  }, 120_000);

  it('shows', async () => {
    const { supabase, platforms } = publisher();
    for (const post of output.summary.posts)
      console.log(
        post.id.slice(0, 4) + post.id.slice(-3),
        post.platform,
        post.outcome,
        post.url,
        post.error?.code,
        post.error?.message,
      );
    console.log(
      output.log
        .filter((line) => line.level === 'error')
        .map((line) => line.message + JSON.stringify(line.fields))
        .join('\n'),
    );
    console.log(platforms.posts());
    console.log(
      AppRow.array()
        .parse(await supabase.sql`select * from public.created_content order by id`)
        .map((r) => JSON.stringify(r))
        .join('\n'),
    );
    expect(1).toBe(1);
  });
});

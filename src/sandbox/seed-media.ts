import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { SupabaseClient } from '@supabase/supabase-js';
import { PROJECT_ROOT } from '../cli/project.ts';
import { asha, ben } from './people.ts';

const DIRECTORY = join(PROJECT_ROOT, 'supabase', 'seed', 'media');

/** The app's public buckets: what users upload, and what it makes for them. */
export const BUCKETS = ['user-uploads', 'ai-generated-images'] as const;

const TYPES: Readonly<Record<string, string>> = {
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.mp4': 'video/mp4',
  '.pdf': 'application/pdf',
};

/** File → where the app would keep it. */
const PLACES = {
  sourdough: ['bakery-sourdough.jpg', 'user-uploads', `${asha.id}/sourdough.jpg`],
  croissant: ['bakery-croissant.png', 'ai-generated-images', 'generated/croissant.png'],
  cinnamonRoll: ['bakery-cinnamon-roll.webp', 'user-uploads', `${asha.id}/cinnamon-roll.webp`],
  openingHours: ['bakery-opening-hours.jpg', 'user-uploads', `${asha.id}/opening-hours.jpg`],
  menu: ['bakery-menu.pdf', 'user-uploads', `${asha.id}/menu.pdf`],
  bakeryReel: ['bakery-reel.mp4', 'user-uploads', `${asha.id}/reel.mp4`],
  chainring: ['cycling-chainring.png', 'ai-generated-images', 'generated/chainring.png'],
  cyclingFilm: ['cycling-film.mp4', 'user-uploads', `${ben.id}/film.mp4`],
  mountainPass: ['cycling-mountain-pass.jpg', 'user-uploads', `${ben.id}/mountain-pass.jpg`],
  roadBike: ['cycling-road-bike.jpg', 'user-uploads', `${ben.id}/road-bike.jpg`],
  cyclingStory: ['cycling-story.mp4', 'user-uploads', `${ben.id}/story.mp4`],
  winterTyres: ['cycling-winter-tyres.jpg', 'user-uploads', `${ben.id}/winter-tyres.jpg`],
} as const;

/** Public addresses of the seed files. */
export type SeedMedia = Readonly<Record<keyof typeof PLACES, string>>;

/** Uploads the seed pictures, films and menu into the project's buckets, which must exist. */
export async function uploadSeedMedia(client: SupabaseClient): Promise<SeedMedia> {
  const uploaded = await Promise.all(
    Object.entries(PLACES).map(async ([name, [file, bucket, path]]) => {
      const objects = client.storage.from(bucket);
      const contentType = TYPES[extname(file)] ?? 'application/octet-stream';
      const { error } = await objects.upload(path, await readFile(join(DIRECTORY, file)), { contentType });
      if (error !== null) throw error;
      return [name, objects.getPublicUrl(path).data.publicUrl] as const;
    }),
  );
  return Object.fromEntries(uploaded) as SeedMedia;
}

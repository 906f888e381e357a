import { loadOptional } from './optional-package.ts';

/** @supabase/lite, the API in front of the database. Parsing it takes 0.3 s, so whoever waits for something else starts it early. */
export async function loadLite() {
  const [lite, { createPostgresConnection }] = await Promise.all([
    loadOptional('@supabase/lite', () => import('@supabase/lite')),
    loadOptional('@supabase/lite', () => import('@supabase/lite/postgres')),
  ]);
  return { ...lite, createPostgresConnection };
}

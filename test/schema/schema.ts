import { fileURLToPath } from 'node:url';

/** The oldest and the newest PostgreSQL that the migrations promise to work on. */
export const VERSIONS = [15, 18] as const;

export const SCHEMA_FOLDER = fileURLToPath(new URL('../../supabase', import.meta.url));

import { z } from 'zod';

/** What the functions of publisher_secrets.sql answer. */

export const appSettings = z.object({
  place: z.enum(['ok', 'no_table', 'no_columns']),
  rows: z.record(z.string(), z.unknown()),
});

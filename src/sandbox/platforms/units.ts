import { z } from 'zod';

/** A text of so many UTF-16 code units; zod's `min` and `max` count characters, of which an emoji is one. */
export const units = (most: number, least = 0): z.ZodString =>
  z
    .string()
    .refine(({ length }) => length >= least, `is shorter than ${least}`)
    .refine(({ length }) => length <= most, `is longer than ${most}`);

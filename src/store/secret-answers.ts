import { z } from 'zod';

/** What the functions of publisher_secrets.sql answer. */

export const appSettings = z.object({
  place: z.enum(['ok', 'no_table', 'no_columns']),
  rows: z.record(z.string(), z.unknown()),
});
export const put = z.union([
  z.object({ done: z.literal(true) }),
  z
    .object({
      done: z.literal(false),
      why: z.enum(['no_place', 'changed', 'refused']),
      detail: z.string().nullish(),
    })
    .transform((answer) => ({ ...answer, detail: answer.detail ?? null })),
]);
export const secrets = z.object({
  items: z.array(
    z.object({
      order: z.string(),
      where: z.record(z.string(), z.unknown()),
      label: z.string(),
      text: z.string().nullable(),
    }),
  ),
  more: z.boolean(),
});
export const replaced = z.object({ results: z.array(z.enum(['done', 'changed'])) });
export const once = z.object({ first: z.boolean() });

import { z } from 'zod';
import { ALT_TEXT, LINK, type OptionShapes, PICTURES, THREAD, VIDEOS } from '../../core/post-options.ts';

/** How many and how long is the server's to say; the times are Mastodon's own (app/validators/poll_expiration_validator.rb). */
const poll = z.strictObject({
  options: z.array(z.string().trim().min(1)).min(2),
  duration_minutes: z.int().min(5).max(43_829),
  multiple: z.boolean().optional(),
});
export type Poll = z.infer<typeof poll>;

const VISIBILITIES = ['public', 'unlisted', 'private'] as const;

export const OPTION_SHAPES = {
  alt_text: { ...ALT_TEXT, kinds: [...PICTURES, ...VIDEOS] },
  link: LINK,
  thread: THREAD,
  // The server's own limits are judged once it is asked.
  poll: {
    schema: poll,
    wanted: '{"options": [2 or more texts], "duration_minutes": 5 to 43829, "multiple"?: true or false}',
    kinds: ['text', 'link'],
  },
  visibility: { schema: z.enum(VISIBILITIES), wanted: '"public", "unlisted" or "private"' },
  content_warning: { schema: z.string(), wanted: 'a text' },
  sensitive: { schema: z.boolean(), wanted: 'true or false' },
  language: {
    schema: z.string().regex(/^[a-z]{2,3}(-[A-Za-z]{2,4})?$/),
    wanted: 'a language like "en" or "pt-BR"',
  },
} as const satisfies OptionShapes;

import { z } from 'zod';
import { FIRST_COMMENT } from '../../core/own-comment.ts';
import type { OptionShapes } from '../../core/post-options.ts';

interface UploadOptions {
  readonly privacy: 'public' | 'unlisted' | 'private';
  readonly madeForKids: boolean;
  readonly categoryId: string;
  readonly notifySubscribers: boolean;
  readonly tags: readonly string[];
  readonly playlist: string | null;
  readonly thumbnail: boolean;
  /** When YouTube itself makes the video public. */
  readonly publishAt: string | null;
}

// 22 is "People & Blogs", what YouTube itself takes when none is given.
const DEFAULT_CATEGORY = '22';

export const OPTION_SHAPES = {
  first_comment: FIRST_COMMENT,
  privacy: { schema: z.enum(['public', 'unlisted', 'private']), wanted: '"public", "unlisted" or "private"' },
  made_for_kids: { schema: z.boolean(), wanted: 'true or false' },
  category_id: {
    schema: z.string().regex(/^\d{1,3}$/),
    wanted: 'the number of a YouTube category as text, such as "22"',
  },
  notify_subscribers: { schema: z.boolean(), wanted: 'true or false' },
  tags: { schema: z.array(z.string()), wanted: 'a list of texts' },
  playlist: { schema: z.string().regex(/^[\w-]{10,64}$/), wanted: 'the id of a playlist of the channel' },
  thumbnail: { schema: z.boolean(), wanted: 'true or false' },
  publish_at: {
    schema: z.iso.datetime({ offset: true }),
    wanted: 'a time with its offset, such as "2026-12-24T18:00:00+01:00"',
  },
} as const satisfies OptionShapes;

/** Options with their defaults. A value of the wrong type counts as absent here; optionProblems refuses it. */
export function readOptions(options: Readonly<Record<string, unknown>>): UploadOptions {
  return {
    privacy: OPTION_SHAPES.privacy.schema.catch('public').parse(options['privacy']),
    madeForKids: OPTION_SHAPES.made_for_kids.schema.catch(false).parse(options['made_for_kids']),
    categoryId: OPTION_SHAPES.category_id.schema.catch(DEFAULT_CATEGORY).parse(options['category_id']),
    notifySubscribers: OPTION_SHAPES.notify_subscribers.schema
      .catch(true)
      .parse(options['notify_subscribers']),
    tags: OPTION_SHAPES.tags.schema.catch([]).parse(options['tags']),
    playlist: OPTION_SHAPES.playlist.schema.nullable().catch(null).parse(options['playlist']),
    thumbnail: OPTION_SHAPES.thumbnail.schema.catch(false).parse(options['thumbnail']),
    publishAt: OPTION_SHAPES.publish_at.schema.nullable().catch(null).parse(options['publish_at']),
  };
}

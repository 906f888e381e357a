import { z } from 'zod';
import { type OptionShapes, PICTURES, VIDEOS } from '../../core/post-options.ts';

const AUDIENCES = ['public', 'followers', 'friends', 'private'] as const;
export type Audience = (typeof AUDIENCES)[number];

const FLAG = { schema: z.boolean(), wanted: 'true or false' };
const OF_VIDEO = { ...FLAG, kinds: VIDEOS };
const NUMBER = z.int().nonnegative();
// TikTok counts UTF-16 code units, zod's max() characters.
const PHOTO_TITLE = z.string().refine(({ length }) => length <= 90);

export const OPTION_SHAPES = {
  privacy: { schema: z.enum(AUDIENCES), wanted: '"public", "followers", "friends" or "private"' },
  draft: FLAG,
  disable_comment: FLAG,
  disable_duet: OF_VIDEO,
  disable_stitch: OF_VIDEO,
  thumb_offset: { schema: NUMBER, wanted: 'a whole number of milliseconds, 0 or more', kinds: VIDEOS },
  photo_title: { schema: PHOTO_TITLE, wanted: 'a text of at most 90 characters', kinds: PICTURES },
  photo_cover: { schema: NUMBER, wanted: 'the place of a picture, 0 for the first', kinds: PICTURES },
  auto_add_music: { ...FLAG, kinds: PICTURES },
  brand_content: FLAG,
  brand_organic: FLAG,
  ai_generated: OF_VIDEO,
} as const satisfies OptionShapes;

interface PostOptions {
  /** null: not said, as wide as the account may. */
  readonly audience: Audience | null;
  readonly draft: boolean;
  readonly disableComment: boolean;
  readonly disableDuet: boolean;
  readonly disableStitch: boolean;
  readonly coverMs: number | null;
  readonly photoTitle: string | null;
  readonly photoCover: number;
  readonly autoAddMusic: boolean;
  readonly brandContent: boolean;
  readonly brandOrganic: boolean;
  readonly aiGenerated: boolean;
}

/** Options with their defaults. A value of the wrong type counts as absent here; optionProblems refuses it. */
export function readOptions(options: Readonly<Record<string, unknown>>): PostOptions {
  const flag = (key: keyof typeof OPTION_SHAPES): boolean => FLAG.schema.catch(false).parse(options[key]);
  return {
    audience: OPTION_SHAPES.privacy.schema.nullable().catch(null).parse(options['privacy']),
    draft: flag('draft'),
    disableComment: flag('disable_comment'),
    disableDuet: flag('disable_duet'),
    disableStitch: flag('disable_stitch'),
    coverMs: NUMBER.nullable().catch(null).parse(options['thumb_offset']),
    photoTitle: PHOTO_TITLE.nullable().catch(null).parse(options['photo_title']),
    photoCover: NUMBER.catch(0).parse(options['photo_cover']),
    autoAddMusic: flag('auto_add_music'),
    brandContent: flag('brand_content'),
    brandOrganic: flag('brand_organic'),
    aiGenerated: flag('ai_generated'),
  };
}

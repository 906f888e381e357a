import { clip } from './clip.ts';
import type { Problem } from './errors.ts';
import { isTrue } from './json-value.ts';
import type { SourceRow } from './source-row.ts';

/** The tokens used everywhere: in our tables, in file names, in settings. */
export const PLATFORM_NAMES = [
  'facebook',
  'instagram',
  'linkedin',
  'youtube',
  'x',
  'tiktok',
  'threads',
  'bluesky',
  'mastodon',
] as const;
export type PlatformName = (typeof PLATFORM_NAMES)[number];

// The app's own older name.
const ALIASES: ReadonlyMap<string, PlatformName> = new Map([['twitter', 'x']]);

// Platforms and content types of the app that other programs send. 'social_media' marks its temporary rows.
const ELSEWHERE = ['wordpress', 'blog', 'email', 'message', 'whatsapp', 'ads'];
const OUR_CHANNEL = 'social media';

type FoldedPlatform =
  | { readonly platform: PlatformName }
  | { readonly skip: string }
  | { readonly problem: Problem };

/** The platform that a row's text means: any case, any padding. `skip`: not ours to publish, never touched. */
export function foldPlatform(raw: string | null): FoldedPlatform {
  const name = fold(raw);
  const platform = PLATFORM_NAMES.find((known) => known === name) ?? ALIASES.get(name);
  if (platform !== undefined) return { platform };
  if (ELSEWHERE.includes(name)) return { skip: `platform ${name} is not published by this tool` };
  if (name === 'social_media') return { skip: 'a temporary row of the app' };
  return { problem: noPlatform(raw, name) };
}

/** Why a row is left untouched and only counted, or null. Says nothing about rows that are ours but faulty. */
export function skipReason(row: SourceRow): string | null {
  const channel = fold(row.channel);
  if (channel !== '' && channel !== OUR_CHANNEL)
    return `channel ${clip(channel, 60)} is not published by this tool`;
  if (isTrue(row.metadata['is_temp'])) return 'a temporary row of the app';
  const kind = fold(row.kindRaw);
  if (ELSEWHERE.includes(kind)) return `content type ${kind} is not published by this tool`;
  const folded = foldPlatform(row.platformRaw);
  return 'skip' in folded ? folded.skip : null;
}

function fold(text: string | null): string {
  return (text ?? '').trim().toLowerCase();
}

function noPlatform(raw: string | null, name: string): Problem {
  const hint = `Choose the platform of the post: one of ${PLATFORM_NAMES.join(', ')}.`;
  if (name === '') {
    return { kind: 'unusable', code: 'PLATFORM_MISSING', message: 'The post names no platform.', hint };
  }
  const message = `“${clip((raw ?? '').trim(), 60)}” is not a platform that posts can be published to.`;
  return { kind: 'unusable', code: 'PLATFORM_UNKNOWN', message, hint };
}

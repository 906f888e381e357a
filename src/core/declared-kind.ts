/** What content_type or post_type asks for. 'any': whatever the row holds (post, static_post, text). */
export type DeclaredKind = 'any' | 'image' | 'carousel' | 'video' | 'reel' | 'story' | 'document';

// First match counts: 'short_video or reel' is one value of the app, and a Short is YouTube's reel.
// Unknown types are read by the word in them, so that an unknown kind of video never goes out as bare text.
const WORDS: readonly (readonly [RegExp, DeclaredKind])[] = [
  [/reel|short/, 'reel'],
  [/video/, 'video'],
  [/carousel|album/, 'carousel'],
  [/^stor(y|ies)$/, 'story'],
  [/image|photo/, 'image'],
  [/document|pdf/, 'document'],
];

/** Reads content_type or post_type. */
export function declaredKind(raw: string | null): DeclaredKind {
  const text = (raw ?? '').trim().toLowerCase();
  return WORDS.find(([pattern]) => pattern.test(text))?.[1] ?? 'any';
}

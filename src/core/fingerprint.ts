import { createHash } from 'node:crypto';
import type { PostKind } from './media.ts';

/** The text as platforms may give it back: composed characters, white space collapsed, ends trimmed. */
export function normalizeText(text: string): string {
  return text.normalize('NFC').replace(/\s+/gu, ' ').trim();
}

export interface Content {
  readonly text: string;
  readonly title: string | null;
  readonly kind: PostKind;
  /** In order. */
  readonly mediaUrls: readonly string[];
}

/** sha256 (hex) over what a reader would see. Stored in publish_effects: another recipe needs another version here. */
export function fingerprint(content: Content): string {
  const parts = [
    '1',
    normalizeText(content.text),
    normalizeText(content.title ?? ''),
    content.kind,
    content.mediaUrls,
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

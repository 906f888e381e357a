import type { PublishError } from '../core/errors.ts';
import { rejected } from './media-error.ts';

export function unreadable(name: string, kind: 'image' | 'video', cause?: unknown): PublishError {
  return rejected(
    'MEDIA_UNREADABLE',
    `The ${kind} ${name} is damaged or incomplete: it cannot be read.`,
    `Export or upload the ${kind} again, put it into the post and schedule it again.`,
    cause,
  );
}

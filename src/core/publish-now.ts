import { resolveDue } from './due.ts';
import type { Problem } from './errors.ts';
import { judgeForeignFlag } from './foreign-flag.ts';
import type { ClaimedPost } from './job.ts';
import { asFilledText, asObject } from './json-value.ts';
import { skipReason } from './platform-name.ts';
import { parseSourceRow } from './source-row.ts';

type Refusal = Pick<Problem, 'message' | 'hint'>;

/** Why a post may not be let go by hand, whatever our own tables say of it; null: nothing stands against it. Pure. */
export function refuseNow(post: ClaimedPost, defaultZone: string | null, now: Date): Refusal | null {
  if (post.row === null)
    return { message: 'it was deleted in the app.', hint: 'There is nothing to publish.' };
  const parsed = parseSourceRow(post.source, post.row);
  if ('problem' in parsed) return { message: parsed.problem, hint: 'Correct the row.' };
  const { row } = parsed;
  const skip = skipReason(row);
  if (skip !== null) return { message: `${skip}.`, hint: 'What other programs send is left alone.' };
  const due = resolveDue({
    scheduledAt: row.scheduledAt,
    scheduledDate: row.scheduledDate,
    scheduledTime: row.scheduledTime,
    zones: { row: row.metadata['timezone'], profile: post.timezone, default: defaultZone },
  });
  if ('problem' in due) return due.problem;
  const zones = [asFilledText(row.metadata['timezone']), post.timezone, defaultZone];
  const updatedAt = asFilledText(asObject(post.row)?.['updated_at']);
  const flag = judgeForeignFlag(row.metadata, zones, updatedAt, now);
  if (flag.state !== 'busy') return null;
  const message = `another publisher is working on it (metadata._publishing); it is left alone until ${flag.until.toISOString()}.`;
  return { message, hint: 'Wait until then; the next tick looks at it by itself.' };
}

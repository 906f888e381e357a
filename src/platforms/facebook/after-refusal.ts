import { PublishError } from '../../core/errors.ts';
import { normalizeText } from '../../core/fingerprint.ts';
import { HttpFailure } from '../../core/http.ts';
import type { Accepted, Found, Job, Published } from '../../core/platform.ts';
import { readPosts } from './api.ts';
import type { FacebookCheckpoint } from './checkpoint.ts';
import { isDuplicate } from './errors.ts';
import { find } from './find.ts';

/**
 * What a refused request means. A repeat may be refused exactly because the first one went out: then the Page is read,
 * and only where Facebook itself says that it did not, the refusal stands.
 */
export async function afterRefusal(
  job: Job,
  checkpoint: FacebookCheckpoint,
  error: unknown,
): Promise<Published | Accepted> {
  if (!(error instanceof PublishError) || error.kind === 'unknown') throw error;
  const duplicate = isDuplicate(error.code);
  if (!job.sentBefore) throw duplicate ? await withLink(job, error) : error;
  if (checkpoint.kind === 'feed' && !duplicate) throw error;
  const found = await look(job);
  if (found?.state === 'published' || found?.state === 'accepted') return found;
  if (found?.state === 'absent' && found.proof === 'own-key') throw error;
  throw new PublishError({ ...details(error), kind: 'unknown', cause: error });
}

async function look(job: Job): Promise<Found | null> {
  try {
    return await find(job);
  } catch (error) {
    if (error instanceof PublishError || error instanceof HttpFailure) return null;
    throw error;
  }
}

/** Where the same text stands, so that a person can judge; without it when the Page cannot be read just now. */
async function withLink(job: Job, error: PublishError): Promise<PublishError> {
  const wanted = normalizeText(job.post.text);
  try {
    const { data } = await readPosts(job, 25, undefined);
    const twin = data.find(({ message }) => normalizeText(message ?? '') === wanted);
    if (twin?.permalink_url === undefined) return error;
    const message = `The same text is already on the account: ${twin.permalink_url}. ${error.message}`;
    return new PublishError({ ...details(error), message, cause: error });
  } catch {
    return error;
  }
}

function details(error: PublishError): ConstructorParameters<typeof PublishError>[0] {
  const { kind, code, message, hint, platformCode, traceId, retryAt, scope } = error;
  return { kind, code, message, hint, platformCode, traceId, retryAt, scope };
}

import type { Arm } from '../../core/http.ts';
import type { Job, Published } from '../../core/platform.ts';
import { preparedContainer } from '../../http/graph-containers.ts';
import { permalink, publishedId, threadsPublish } from './api.ts';
import { publishError } from './errors.ts';

/** Makes the prepared container public with one request, then asks for its address, which may fail. */
export async function publish(job: Job, arm: Arm): Promise<Published> {
  const response = await threadsPublish(job, job.account, preparedContainer(job), arm);
  const id = publishedId(response);
  if (id === null) throw publishError(response, job.now(), job.sentBefore);
  return { state: 'published', id, idKind: 'post', url: await addressOf(job, id) };
}

/** It is out, whatever happens here. */
async function addressOf(job: Job, id: string): Promise<string | null> {
  try {
    return await permalink(job, job.account, id);
  } catch (error) {
    job.log.info('the address of a published post could not be read', { id, error: String(error) });
    return null;
  }
}

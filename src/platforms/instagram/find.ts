import { PublishError } from '../../core/errors.ts';
import type { Found, Job } from '../../core/platform.ts';
import type { ContainerCode } from '../../http/graph-containers.ts';
import { type FindKit, findByContainers } from '../../http/graph-find.ts';
import { containerStatus, type ListedMedia, listMedia } from './api.ts';
import { edgeOf, isSame, mustList } from './listing.ts';
import { published } from './outcome.ts';

const kit: FindKit<ListedMedia> = {
  label: 'Instagram',
  status,
  page: (job, after) => listMedia(job, job.account, edgeOf(job), after),
  isSame,
  mustList,
  // Stories have no caption: they look all alike.
  hasWords: ({ post }) => post.kind !== 'story',
  shown: ({ post }, { id, permalink }) => published(post, 'media', id, permalink ?? null),
  withoutId: ({ post }, container) => published(post, 'container', container, null),
};

export function find(job: Job): Promise<Found> {
  return findByContainers(job, kit);
}

/**
 * Meta has answered 100/33 for containers that exist, for days, while lists and writes went on working
 * (github.com/gitroomhq/postiz-app/issues/1562).
 */
async function status(job: Job, container: string): Promise<ContainerCode | 'UNREADABLE'> {
  try {
    return (await containerStatus(job, job.account, container)).status_code;
  } catch (error) {
    if (error instanceof PublishError && error.platformCode === '100/33') return 'UNREADABLE';
    throw error;
  }
}

import { PublishError } from '../../core/errors.ts';
import { normalizeText } from '../../core/fingerprint.ts';
import {
  type Accepted,
  type Found,
  type Job,
  MAIN_EFFECT,
  PROVISIONAL_ID,
  type Published,
} from '../../core/platform.ts';
import type { Post } from '../../core/post.ts';
import type { ContainerCode } from '../../http/graph-containers.ts';
import { type FindKit, findByContainers } from '../../http/graph-find.ts';
import { containerStatus, type ListedPost, listPosts } from './api.ts';
import { partOf } from './content.ts';

const ID_LOOK_MS = 60_000;

/** What it answers about a container that it no longer knows as one: wrong parameter or field, object missing. */
const NOT_SHOWN = ['100', '100/33', '24', '24/2207006', '24/2207008', '24/4279009'];

const kit: FindKit<ListedPost> = {
  label: 'Threads',
  status,
  page,
  isSame,
  mustList: () => true,
  hasWords: ({ post, effect }) => comparable(partOf(post, effect).text) !== '',
  shown: (_job, { id, permalink }) => ({
    state: 'published',
    id,
    idKind: 'post',
    url: permalink ?? null,
  }),
  withoutId,
};

export function find(job: Job): Promise<Found> {
  return findByContainers(job, kit);
}

async function status(job: Job, container: string): Promise<ContainerCode | 'UNREADABLE'> {
  try {
    return (await containerStatus(job, job.account, container)).status;
  } catch (error) {
    if (error instanceof PublishError && NOT_SHOWN.includes(error.platformCode ?? '')) return 'UNREADABLE';
    throw error;
  }
}

/** Answers stand in a list of their own. What the account has reposted is nobody's post of ours. */
async function page(job: Job, after: string | undefined): ReturnType<typeof listPosts> {
  const edge = job.effect === MAIN_EFFECT ? 'threads' : 'replies';
  const read = await listPosts(job, job.account, edge, after);
  return { ...read, items: read.items.filter(({ media_type: type }) => type !== 'REPOST_FACADE') };
}

/** Same kind, number of files, text, and for a part of a thread the same parent. */
function isSame(job: Job, item: ListedPost): boolean {
  const { text, before } = partOf(job.post, job.effect);
  if (comparable(text) !== comparable(item.text)) return false;
  if (before === null) return isSameKind(job.post, item);
  return item.media_type === 'TEXT_POST' && (item.replied_to?.id ?? job.out[before]) === job.out[before];
}

function isSameKind({ kind, media }: Post, item: ListedPost): boolean {
  const files = media.filter(({ role }) => role !== 'cover').length;
  switch (kind) {
    case 'text':
    case 'link':
      return item.media_type === 'TEXT_POST';
    case 'image':
      return item.media_type === 'IMAGE';
    case 'carousel':
      return item.media_type === 'CAROUSEL_ALBUM' && item.children?.data.length === files;
    default:
      return item.media_type === 'VIDEO';
  }
}

/** A hashtag may have become the topic of the post, which is shown without its mark. */
function comparable(text: string): string {
  return normalizeText(text).replaceAll('#', '');
}

/** The next part must name this one by its public id, so a part waits for that; of the post itself it is looked for later. */
function withoutId(job: Job, container: string): Published | Accepted {
  if (job.effect === MAIN_EFFECT)
    return { state: 'published', id: container, idKind: PROVISIONAL_ID, url: null };
  const lookAt = new Date(job.now().getTime() + ID_LOOK_MS);
  return { state: 'accepted', checkpoint: job.checkpoint ?? {}, lookAt };
}

import type { ContainerKit } from '../../http/graph-containers.ts';
import { containerStatus, createContainer } from './api.ts';
import { containerError } from './errors.ts';
import { carouselForm, itemForm, singleForm } from './forms.ts';

/** What is kept of a post while it is prepared: containers (src/http/graph-containers.ts), made and asked like this. */
export const containers: ContainerKit = {
  label: 'Instagram',
  items: ({ post, media }) => (post.kind === 'carousel' ? media.filter(({ role }) => role !== 'cover') : []),
  createItem: async (job, file) => createContainer(job, job.account, await itemForm(job, file)),
  create: async (job, items) => {
    const { post, media, account } = job;
    const file = media.find(({ role }) => role !== 'cover');
    const cover = media.find(({ role }) => role === 'cover');
    const form =
      post.kind === 'carousel' || file === undefined
        ? carouselForm(post, items)
        : await singleForm(post, file, cover);
    return createContainer(job, account, form);
  },
  status: async (job, id) => {
    const { status_code: code, status: detail } = await containerStatus(job, job.account, id);
    return { code, detail };
  },
  failure: containerError,
};

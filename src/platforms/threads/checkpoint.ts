import type { ContainerKit } from '../../http/graph-containers.ts';
import { containerStatus, createContainer } from './api.ts';
import { containerError } from './errors.ts';
import { containerForm, itemForm, itemsOf } from './forms.ts';

/** What is kept of a post while it is prepared: containers (src/http/graph-containers.ts), made and asked like this. */
export const containers: ContainerKit = {
  label: 'Threads',
  items: itemsOf,
  createItem: async (job, file) => createContainer(job, job.account, await itemForm(file)),
  create: async (job, items) => createContainer(job, job.account, await containerForm(job, items)),
  status: async (job, id) => {
    const { status: code, error_message: detail } = await containerStatus(job, job.account, id);
    return { code, detail: detail ?? '' };
  },
  failure: containerError,
};

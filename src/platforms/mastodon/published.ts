import type { Published } from '../../core/platform.ts';
import type { Status } from './api.ts';

export function published({ id, url }: Pick<Status, 'id' | 'url'>): Published {
  return { state: 'published', id, idKind: 'status', url: url ?? null };
}

import { badParameter, refuse } from '../graph-refusal.ts';
import type { SimAccount, SimWorld } from '../simulator.ts';
import { checkImage, checkVideo } from './media-check.ts';
import { type ContainerKind, checkParameters, listOf } from './parameters.ts';
import { ERRORS } from './refusals.ts';

export interface Container {
  readonly id: string;
  readonly account: string;
  readonly kind: ContainerKind;
  readonly caption: string;
  readonly video: boolean;
  readonly sharedToFeed: boolean;
  readonly children: readonly Container[];
  readonly createdAt: number;
  readonly readyAt: number;
  /** sha256 of what the platform fetched; absent when it could not use it. */
  readonly sha256: string | null;
  readonly errorSubcode: number | null;
  publishedAs: string | null;
}

export type ContainerStatus = 'IN_PROGRESS' | 'FINISHED' | 'PUBLISHED' | 'ERROR' | 'EXPIRED';

const LIFE_MS = 24 * 3_600_000;
const MIN_CHILDREN = 2;
const MAX_CHILDREN = 10;

export function containerStatus(container: Container, now: Date): ContainerStatus {
  if (container.publishedAs !== null) return 'PUBLISHED';
  if (now.getTime() - container.createdAt >= LIFE_MS) return 'EXPIRED';
  if (now.getTime() < container.readyAt) return 'IN_PROGRESS';
  return container.errorSubcode === null ? 'FINISHED' : 'ERROR';
}

/** What GET /{container}?fields=status says in words; on ERROR it carries the subcode. */
export function statusText(container: Container, now: Date): string {
  switch (containerStatus(container, now)) {
    case 'IN_PROGRESS':
      return 'In Progress: Media is still being processed.';
    case 'FINISHED':
      return 'Finished: Media has been uploaded and it is ready to be published.';
    case 'PUBLISHED':
      return 'Published: Media has been published.';
    case 'EXPIRED':
      return 'Expired: The container was not published within 24 hours and has expired.';
    case 'ERROR':
      return `Error: Media upload has failed with error code ${container.errorSubcode}`;
  }
}

/** Containers of all accounts. */
export class Containers {
  readonly #world: SimWorld;
  readonly #all = new Map<string, Container>();

  constructor(world: SimWorld) {
    this.#world = world;
  }

  /** The container, when it belongs to this account: others' look as if they did not exist. */
  get(id: string, account: SimAccount): Container | undefined {
    const container = this.#all.get(id);
    return container?.account === account.id ? container : undefined;
  }

  async create(account: SimAccount, parameters: ReadonlyMap<string, string>): Promise<Container> {
    const kind = checkParameters(parameters);
    const children = kind === 'carousel' ? this.#children(account, parameters.get('children') ?? '') : [];
    const imageUrl = parameters.get('image_url');
    const videoUrl = parameters.get('video_url');
    const cover = parameters.get('cover_url');
    if (cover !== undefined) await checkImage(this.#world, cover, 'story');
    const image = imageUrl === undefined ? null : await checkImage(this.#world, imageUrl, kind);
    const video = videoUrl === undefined ? null : await checkVideo(this.#world, videoUrl, kind);
    const now = this.#world.now().getTime();
    const container: Container = {
      id: `17${this.#world.nextNumber()}`,
      account: account.id,
      kind,
      caption: parameters.get('caption') ?? '',
      video: video !== null,
      sharedToFeed: parameters.get('share_to_feed') !== 'false',
      children,
      createdAt: now,
      // Images and carousels take less than videos, and also need a second look.
      readyAt: now + this.#world.processingMs / (video === null ? 2 : 1),
      sha256: video !== null && 'sha256' in video ? video.sha256 : image,
      errorSubcode: video !== null && 'subcode' in video ? video.subcode : null,
      publishedAs: null,
    };
    this.#all.set(container.id, container);
    return container;
  }

  #children(account: SimAccount, list: string): Container[] {
    const ids = listOf(list);
    if (ids.length < MIN_CHILDREN || ids.length > MAX_CHILDREN) refuse(ERRORS.carouselCount);
    if (new Set(ids).size !== ids.length) badParameter('Param children holds a container twice');
    return ids.map((id) => {
      const child = this.get(id, account);
      if (child === undefined) return refuse(ERRORS.containerMissing);
      if (!child.kind.startsWith('carousel ')) return badParameter(`Container ${id} is not a carousel item`);
      const status = containerStatus(child, this.#world.now());
      if (status === 'FINISHED') return child;
      return refuse(status === 'IN_PROGRESS' ? ERRORS.notReady : ERRORS.containerMissing);
    });
  }
}

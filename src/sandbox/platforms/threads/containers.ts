import { badParameter, refuse } from '../graph-refusal.ts';
import type { SimAccount, SimWorld } from '../simulator.ts';
import { checkImage, checkVideo } from './media-check.ts';
import { type ContainerKind, checkParameters } from './parameters.ts';
import { ERRORS } from './refusals.ts';

export interface Container {
  readonly id: string;
  readonly account: string;
  readonly kind: ContainerKind;
  readonly text: string;
  readonly link: boolean;
  readonly replyTo: string | null;
  readonly children: readonly Container[];
  readonly createdAt: number;
  readonly readyAt: number;
  /** sha256 of what the platform fetched; absent when there is nothing, or it could not use it. */
  readonly sha256: string | null;
  readonly fault: string | null;
  published: boolean;
}

export type ContainerStatus = 'IN_PROGRESS' | 'FINISHED' | 'PUBLISHED' | 'ERROR' | 'EXPIRED';

const LIFE_MS = 24 * 3_600_000;
const MIN_CHILDREN = 2;
const MAX_CHILDREN = 20;

export function containerStatus(container: Container, now: Date): ContainerStatus {
  if (container.published) return 'PUBLISHED';
  if (now.getTime() - container.createdAt >= LIFE_MS) return 'EXPIRED';
  if (now.getTime() < container.readyAt) return 'IN_PROGRESS';
  return container.fault === null ? 'FINISHED' : 'ERROR';
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

  async create(
    account: SimAccount,
    given: ReadonlyMap<string, string>,
    isPost: (id: string) => boolean,
  ): Promise<Container> {
    const kind = checkParameters(given);
    const replyTo = given.get('reply_to_id') ?? null;
    if (replyTo !== null && !isPost(replyTo)) refuse(ERRORS.objectMissing);
    const children = kind === 'carousel' ? this.#children(account, given.get('children') ?? '') : [];
    const imageUrl = given.get('image_url');
    const videoUrl = given.get('video_url');
    const image = imageUrl === undefined ? null : await checkImage(this.#world, imageUrl);
    const video = videoUrl === undefined ? null : await checkVideo(this.#world, videoUrl);
    const now = this.#world.now().getTime();
    // A text is ready at once, a picture or carousel takes less than a video, and also needs a second look.
    const share = kind === 'text' ? 0 : video === null ? 1 / 2 : 1;
    const container: Container = {
      id: `17${this.#world.nextNumber()}`,
      account: account.id,
      kind,
      text: given.get('text') ?? '',
      link: given.has('link_attachment'),
      replyTo,
      children,
      createdAt: now,
      readyAt: now + this.#world.processingMs * share,
      sha256: video !== null && 'sha256' in video ? video.sha256 : image,
      fault: video !== null && 'fault' in video ? video.fault : null,
      published: false,
    };
    this.#all.set(container.id, container);
    return container;
  }

  #children(account: SimAccount, list: string): Container[] {
    const ids = list.split(',');
    if (ids.length < MIN_CHILDREN || ids.length > MAX_CHILDREN)
      badParameter(`A carousel takes ${MIN_CHILDREN} to ${MAX_CHILDREN} children`);
    if (new Set(ids).size !== ids.length) badParameter('Param children holds a container twice');
    return ids.map((id) => {
      const child = this.get(id, account);
      if (child === undefined) return refuse(ERRORS.containerMissing);
      if (!child.kind.startsWith('carousel ')) return badParameter(`Container ${id} is not a carousel item`);
      const ready = containerStatus(child, this.#world.now()) === 'FINISHED';
      return ready ? child : refuse(ERRORS.containerMissing);
    });
  }
}

import { expect } from 'vitest';
import { PublishError } from '../../src/core/errors.ts';
import { type Arm, HttpFailure } from '../../src/core/http.ts';
import type { Accepted, Checkpoint, Found, Job, Prepared, Published } from '../../src/core/platform.ts';
import type { Post } from '../../src/core/post.ts';
import type { PlatformWorld } from './platform-kit.ts';
import type { OpenedExample } from './platform-media.ts';

const LIVE_ARM: Arm = { id: '00000000-0000-4000-8000-00000000000a', check: () => undefined };

/** REQUEST_TIMEOUT and what the lease is longer. */
const IN_FLIGHT_MS = 35_000;
/** More than any platform needs in a simulator that answers. */
const MAX_LOOKS = 60;
/** What prepare may sleep inside one call; longer waits are `lookAt`s. */
const MAX_SLEEP_MS = 2_000;

/** Where recovery ends: published, or what a person is told. */
type Ending = Published | { readonly state: 'person'; readonly reason: string };

/** Thrown where the process of a target has died. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/**
 * One post on its way out, kept as a tick keeps it: nothing survives but a JSON checkpoint and what was written down
 * about the arm. Every call is made with a new job.
 */
export interface Target {
  readonly post: Post;
  readonly world: PlatformWorld;
  /** The checkpoint as it lies in the database. */
  stored(): Checkpoint | null;
  store(checkpoint: Checkpoint | null): void;
  job(over?: Partial<Job>): Job;
  /** Prepares until it is ready. */
  prepare(): Promise<void>;
  /** Arms and sends; an answer that is not definite is remembered as an unknown send. */
  send(arm?: Arm): Promise<Published | Accepted>;
  /** Its process dies at the next request or save. */
  kill(): void;
  /** Lets the next tick find what was written down. @returns whether it was dead */
  revive(): boolean;
  find(over?: Partial<Job>): Promise<Found>;
  /** Follows an accepted post until it is public. */
  settle(sent: Published | Accepted): Promise<Published>;
  /** From wherever it stands to the end, as ticks would. */
  finish(): Promise<Ending>;
}

export function target(
  world: PlatformWorld,
  { example, post: original, media }: OpenedExample,
  over: {
    readonly post?: Post;
    readonly isKnownId?: (id: string) => boolean;
    /** One of what follows the post, below what is out already. */
    readonly effect?: string;
    readonly out?: Readonly<Record<string, string>>;
  } = {},
): Target {
  const { platform, context } = world;
  const account = world.account(example.account);
  const post = over.post ?? original;
  let checkpoint: Checkpoint | null = null;
  let armedAt: Date | null = null;
  let lastPossibleAt: Date | null = null;
  let sentBefore = false;
  let accepted = false;
  let armed = false;
  let dead = false;

  const store = (next: Checkpoint | null): void => {
    checkpoint = next === null ? null : (JSON.parse(JSON.stringify(next)) as Checkpoint);
    // A Date or a Secret would have become something else on the way through the database.
    expect(checkpoint).toEqual(next);
  };
  const alive = (): void => {
    if (dead) throw new Killed('The process is dead.');
  };
  const job = (more: Partial<Job> = {}): Job => ({
    ...context,
    http: {
      async request(asked) {
        alive();
        const answer = await context.http.request(asked);
        alive();
        return answer;
      },
    },
    account,
    post,
    media,
    checkpoint,
    armedAt,
    lastPossibleAt,
    sentBefore,
    effect: over.effect ?? 'post',
    out: over.out ?? {},
    isKnownId: async (id) => over.isKnownId?.(id) ?? false,
    save: async (next) => {
      alive();
      store(next);
    },
    ...more,
  });

  async function prepareOnce(): Promise<Prepared> {
    const before = world.slept();
    const prepared = await platform.prepare(job());
    alive();
    if (world.slept() - before > MAX_SLEEP_MS) throw new Error('prepare slept too long inside one call');
    store(prepared.checkpoint);
    return prepared;
  }

  async function prepare(): Promise<void> {
    for (let looks = 0; looks < MAX_LOOKS; looks += 1) {
      const prepared = await prepareOnce();
      if (prepared.ready) return;
      if (prepared.lookAt <= world.context.now())
        throw new Error('prepare asks for a look that is not later');
      world.passTo(prepared.lookAt);
    }
    throw new Error('prepare is never ready');
  }

  async function send(arm: Arm = LIVE_ARM): Promise<Published | Accepted> {
    const now = world.context.now();
    if (!sentBefore) armedAt = now;
    lastPossibleAt = new Date(now.getTime() + IN_FLIGHT_MS);
    armed = true;
    try {
      const sent = await platform.publish(job(), arm);
      alive();
      accepted = sent.state === 'accepted';
      if (sent.state === 'accepted') store(sent.checkpoint);
      armed = false;
      return sent;
    } catch (error) {
      // The tick's own rule of what is definite (src/tick/send-target.ts).
      const definite =
        (error instanceof HttpFailure && !error.sent) ||
        (error instanceof PublishError && error.kind !== 'unknown');
      if (!definite) sentBefore = true;
      if (!(error instanceof Killed)) armed = false;
      throw error;
    }
  }

  // The tick has no media at hand when it looks for a post.
  const find = (more: Partial<Job> = {}): Promise<Found> => platform.find(job({ media: [], ...more }));

  async function settle(sent: Published | Accepted): Promise<Published> {
    let state: Found = sent;
    for (let looks = 0; looks < MAX_LOOKS; looks += 1) {
      if (state.state === 'published') return state;
      if (state.state !== 'accepted') throw new Error(`An accepted post is ${JSON.stringify(state)}`);
      store(state.checkpoint);
      world.passTo(state.lookAt);
      state = await find();
    }
    throw new Error('An accepted post never becomes public');
  }

  async function finish(): Promise<Ending> {
    for (let looks = 0; looks < MAX_LOOKS; looks += 1) {
      if (sentBefore || accepted) {
        const found = await find();
        if (found.state === 'published' || found.state === 'accepted') return await settle(found);
        if (found.state === 'refused') throw new Error(found.problem.message);
        if (found.state === 'unknown') {
          if (found.lookAt === null) return { state: 'person', reason: found.reason };
          world.passTo(found.lookAt);
          continue;
        }
        store(found.checkpoint);
        accepted = false;
      }
      try {
        await prepare();
        return await settle(await send());
      } catch (error) {
        if (!(error instanceof PublishError) || error.kind !== 'unknown') throw error;
        world.pass(60_000);
      }
    }
    return { state: 'person', reason: 'nobody can tell' };
  }

  return {
    post,
    world,
    stored: () => checkpoint,
    store,
    job,
    prepare,
    send,
    kill: () => {
      dead = true;
    },
    revive: () => {
      const was = dead;
      dead = false;
      if (armed) sentBefore = true;
      armed = false;
      return was;
    },
    find,
    settle,
    finish,
  };
}

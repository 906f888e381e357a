import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SimAccount } from '../../../src/sandbox/platforms/simulator.ts';
import { examplesOf, type FollowedExample, factsOf, type RegisteredPlatform } from '../platform-examples.ts';
import { type PlatformWorld, platformWorld } from '../platform-kit.ts';
import { type MediaStock, mediaStock, withText } from '../platform-media.ts';
import { target } from '../platform-target.ts';

/** A request of a module and the simulator's answer, as the wire log has them: secrets masked. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly status: number;
  readonly answer: unknown;
}

/** Everything that a module and its simulator say to one another about all example posts, and how it refuses. */
export async function conversation(
  name: RegisteredPlatform,
  takes: (account: SimAccount) => boolean = () => true,
): Promise<readonly Exchange[]> {
  const directory = mkdtempSync(join(tmpdir(), 'publisher-wire-'));
  const wireLog = join(directory, 'wire.jsonl');
  const media = await mediaStock();
  const world = await platformWorld(name, { wireLog });
  try {
    for (const example of examplesOf(name).filter(({ account }) => takes(account)))
      await publish(world, media, { ...example, says: {}, needs: [] });
    for (const example of factsOf(name).followed ?? []) await publish(world, media, example);
    for (const account of factsOf(name).accounts.filter(takes)) {
      await world.platform.verify(world.context, world.account(account));
      for (const kind of ['refuse', 'rate_limit', 'server_error_before', 'token_expired'] as const) {
        world.simulated.setFaults([{ platform: name, kind, times: 1 }]);
        await world.failure(world.platform.verify(world.context, world.account(account)));
      }
      world.simulated.setFaults([]);
      await world.platform.refresh(world.context, world.account(account));
    }
    const lines = readFileSync(wireLog, 'utf8').trim().split('\n');
    return lines.map((line) => JSON.parse(line) as Exchange);
  } finally {
    await world.stop();
    await media.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function publish(world: PlatformWorld, media: MediaStock, example: FollowedExample): Promise<void> {
  const opened = await media.open(world.name, example);
  const out: Record<string, string> = {};
  // Some refuse the same text twice.
  const text = `${world.posts().length}. ${opened.post.text}`;
  const post = example.text === undefined ? withText(opened.post, text) : opened.post;
  for (const effect of ['post', ...Object.keys(example.says)]) {
    const known = new Set(world.posts().map(({ id }) => id));
    const one = target(world, opened, { post, effect, out: { ...out }, isKnownId: (id) => known.has(id) });
    await one.prepare();
    // As if nothing was known of an earlier send: the account is read.
    await one.find({ armedAt: null, lastPossibleAt: null, checkpoint: null });
    out[effect] = (await one.settle(await one.send())).id;
    await one.find();
  }
  const metrics = world.platform.metrics(world.context, world.account(example.account), out['post'] ?? '');
  await metrics.catch(() => undefined);
}

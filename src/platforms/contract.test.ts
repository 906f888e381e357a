/**
 * The contract suite: what every platform of the registry owes the tick, each against its strict simulator, through the
 * real HTTP client and with real media. contract-lost, contract-answers, contract-identify and
 * contract-problems belong to it. A platform
 * that is added later joins by test/support/platform-examples.ts.
 */
import { existsSync, readdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { examplesOf, facts, factsOf, type RegisteredPlatform } from '../../test/support/platform-examples.ts';
import { killAt } from '../../test/support/platform-faults.ts';
import { type PlatformWorld, platformWorld } from '../../test/support/platform-kit.ts';
import { expectOnePost, idOf } from '../../test/support/platform-ledger.ts';
import { type MediaStock, mediaStock, type OpenedExample } from '../../test/support/platform-media.ts';
import { type Target, target } from '../../test/support/platform-target.ts';
import { ArmExpired, HttpFailure } from '../core/http.ts';
import type { Account, Platform } from '../core/platform.ts';
import { Secret } from '../core/secret.ts';
import { simulators } from '../sandbox/platforms/index.ts';
import { platforms } from './index.ts';

const NAMES = Object.keys(platforms) as RegisteredPlatform[];
const ROOM = [
  'account',
  'api',
  'capabilities',
  'checkpoint',
  'errors',
  'find',
  'identify',
  'index',
  'metrics',
  'prepare',
  'problems',
  'publish',
];
/** Longer than anything that a platform keeps for us: YouTube's sessions live a week. */
const EVERYTHING_EXPIRED_MS = 8 * 24 * 3_600_000;

let media: MediaStock;
let world: PlatformWorld;

beforeAll(async () => {
  media = await mediaStock();
});
afterAll(async () => {
  await media.close();
});
afterEach(async () => {
  await world?.stop();
});

describe('the registry', () => {
  it('holds exactly the folders beside it', () => {
    const folders = readdirSync(new URL('.', import.meta.url), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    expect(folders.sort()).toEqual([...NAMES].sort());
  });

  it('has a simulator and an example for each platform', () => {
    expect(Object.keys(simulators).sort()).toEqual([...NAMES].sort());
    expect(Object.keys(facts).sort()).toEqual([...NAMES].sort());
  });

  it.each(NAMES)('calls %s as its capabilities do', (name) => {
    expect(platforms[name].capabilities.platform).toBe(name);
  });

  it.each(NAMES)('finds the same files in the folder of %s as in every other', (name) => {
    const missing = ROOM.filter((file) => !existsSync(new URL(`${name}/${file}.ts`, import.meta.url)));
    expect(missing).toEqual([]);
  });

  it.each(NAMES)('is told by %s which https origins it speaks to and what it takes', (name) => {
    const { origins, ownServers, kinds, writesPerHour, label }: Platform['capabilities'] =
      platforms[name].capabilities;
    expect(origins.length > 0 || ownServers === true).toBe(true);
    for (const origin of origins) expect(new URL(origin)).toMatchObject({ protocol: 'https:', origin });
    expect(Object.keys(kinds)).not.toEqual([]);
    expect(writesPerHour).toBeGreaterThan(0);
    expect(label).toMatch(/^[A-Z]/);
    for (const rule of Object.values(kinds).flatMap((kind) => kind.media)) {
      expect(rule.max).toBeGreaterThanOrEqual(Math.max(1, rule.min));
      expect(rule.mimes).not.toEqual([]);
    }
  });
});

describe.each(NAMES)('%s', (name) => {
  const { capabilities }: Platform = platforms[name];

  describe.each(examplesOf(name))('$name', (example) => {
    const findBy = capabilities.kinds[example.kind]?.findBy;
    let opened: OpenedExample;

    const start = async (): Promise<Target> => {
      world = await platformWorld(name);
      return target(world, opened);
    };

    beforeAll(async () => {
      opened = await media.open(name, example);
    });
    afterEach(() => {
      expect(world.leaks()).toEqual([]);
    });

    it('is prepared without anything becoming public, however long it waits', async () => {
      const ours = await start();
      await ours.prepare();
      expect(await world.postsInTheEnd()).toEqual([]);
      await ours.prepare();
      expect(await world.postsInTheEnd()).toEqual([]);
      expect(world.calls.filter(({ armed }) => armed)).toEqual([]);
    });

    it('is not prepared twice: a ready checkpoint costs no write', async () => {
      const ours = await start();
      await ours.prepare();
      const before = world.calls.length;
      await ours.prepare();
      expect(world.calls.slice(before).filter(({ bytes }) => bytes > 0)).toEqual([]);
    });

    it('becomes exactly one public post by exactly one armed request', async () => {
      const ours = await start();
      await ours.prepare();
      const published = await ours.settle(await ours.send());
      expect(world.calls.filter(({ armed }) => armed)).toHaveLength(1);
      expectOnePost(world, opened);
      expect(published).toMatchObject({ state: 'published', id: idOf(world, published) });
      expect(published.idKind).toMatch(/^[a-z]+$/i);
      if (published.url === null) expect(factsOf(name).withoutUrl).toContain(example.kind);
      else expect(new URL(published.url).protocol).toBe('https:');
    });

    it('goes out once wherever the process dies, which costs no more than the request it died in', async () => {
      const whole = await start();
      await whole.finish();
      const { calls } = world;
      const writes = (): number => world.calls.filter(({ bytes }) => bytes > 0).length;
      const limit = writes() + 1;
      await world.stop();
      for (const { number } of calls) {
        for (const when of ['before', 'after'] as const) {
          const ours = await start();
          killAt(world, ours, number, when);
          // What the dead process came to nobody knows, not even when its module swallowed its own death.
          await ours.finish().catch(() => undefined);
          expect(ours.revive()).toBe(true);
          const where = `${when} request ${number} of ${calls.length}`;
          const diedSending = world.calls[number - 1]?.armed === true;
          const ending = await ours.finish();
          if (ending.state === 'person' && findBy === 'person') {
            expect.soft(diedSending, where).toBe(true);
            expect((await world.postsInTheEnd()).length, where).toBe(when === 'before' ? 0 : 1);
          } else {
            expect.soft(ending, where).toMatchObject({ state: 'published' });
            expectOnePost(world, opened);
          }
          expect.soft(writes(), where).toBeLessThanOrEqual(limit);
          await world.stop();
        }
      }
    });

    it('stays where it is when the permission to send has ended', async () => {
      const ours = await start();
      await ours.prepare();
      const expired = {
        id: '00000000-0000-4000-8000-00000000000b',
        check: () => {
          throw new ArmExpired('too late');
        },
      };
      const failure = await world.failure(ours.send(expired));
      expect(failure).toBeInstanceOf(HttpFailure);
      expect(failure).toMatchObject({ sent: false, reason: 'arm_expired' });
      expect(await world.postsInTheEnd()).toEqual([]);
      await ours.prepare();
      await ours.settle(await ours.send());
      expectOnePost(world, opened);
    });

    it('is built anew when what was prepared has expired', async () => {
      const ours = await start();
      await ours.prepare();
      world.pass(EVERYTHING_EXPIRED_MS);
      await ours.prepare();
      await ours.settle(await ours.send());
      expectOnePost(world, opened);
    });

    it('is built anew when its checkpoint cannot be read and nothing was ever sent', async () => {
      const ours = await start();
      ours.store({ version: 987, from: 'another century' });
      await ours.prepare();
      await ours.settle(await ours.send());
      expectOnePost(world, opened);
    });

    it('has figures once it is out', async () => {
      const ours = await start();
      await ours.prepare();
      const { id } = await ours.settle(await ours.send());
      const asked = world.platform.metrics(world.context, world.account(example.account), id);
      if (factsOf(name).withoutFigures?.includes(example.kind) === true) {
        expect(await world.failure(asked)).toMatchObject({
          name: 'PublishError',
          hint: expect.stringMatching(/\w/),
        });
        return;
      }
      const figures = await asked;
      expect(Object.values(figures)).not.toEqual([]);
      for (const figure of Object.values(figures)) expect(figure).toEqual(expect.any(Number));
    });
  });

  describe.each(factsOf(name).accounts)('the account $name', (simulated) => {
    let account: Account;

    const start = async (): Promise<void> => {
      world = await platformWorld(name);
      account = world.account(simulated);
    };

    afterEach(() => {
      expect(world.leaks()).toEqual([]);
    });

    it('is known by its id and name', async () => {
      await start();
      expect(await world.platform.verify(world.context, account)).toEqual({
        id: simulated.id,
        name: simulated.name,
      });
    });

    it('is not known to a token of nobody', async () => {
      await start();
      const stranger = { ...account, token: new Secret('token-of-nobody') };
      const failure = await world.failure(world.platform.verify(world.context, stranger));
      expect(failure).toMatchObject({
        name: 'PublishError',
        kind: 'auth',
        hint: expect.stringMatching(/\w/),
      });
    });

    it('is refreshed into a token that opens it, or needs a person', async () => {
      await start();
      const refreshed = await world.platform.refresh(world.context, account);
      if (refreshed === null) return;
      expect(refreshed.token).toBeInstanceOf(Secret);
      expect(refreshed.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY).toBeGreaterThan(
        world.context.now().getTime(),
      );
      const again = { ...account, token: refreshed.token };
      expect(await world.platform.verify(world.context, again)).toMatchObject({ id: simulated.id });
    });
  });
});

/** The contract suite, second part: what became of a post whose visible request, or the answer to it, was lost. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { examplesOf, factsOf, type RegisteredPlatform } from '../../test/support/platform-examples.ts';
import { holdArmed, rememberAnswers } from '../../test/support/platform-faults.ts';
import { type PlatformWorld, platformWorld } from '../../test/support/platform-kit.ts';
import { expectOnePost, idOf } from '../../test/support/platform-ledger.ts';
import {
  expectFoundInTheEnd,
  expectNotDefinite,
  firstWord,
  loseAnswer,
} from '../../test/support/platform-lost.ts';
import {
  type MediaStock,
  mediaStock,
  type OpenedExample,
  withText,
} from '../../test/support/platform-media.ts';
import { type Target, target } from '../../test/support/platform-target.ts';
import type { FindBy, Platform } from '../core/platform.ts';
import type { Fault } from '../sandbox/platforms/simulator.ts';
import { platforms } from './index.ts';

const NAMES = Object.keys(platforms) as RegisteredPlatform[];
const DAY_MS = 24 * 3_600_000;
const LOSSES = ['drop_after', 'server_error_after'] as const satisfies readonly Fault['kind'][];

/** What may prove that nothing is out; a list, which is believed only twice, is always good enough. */
const PROOFS: Readonly<Record<FindBy, readonly string[]>> = {
  'own-key': ['own-key', 'listing'],
  listing: ['listing'],
  repeat: ['repeat', 'listing'],
  person: [],
};

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

describe.each(NAMES)('%s', (name) => {
  const { capabilities }: Platform = platforms[name];

  describe.each(examplesOf(name))('$name', (example) => {
    const findBy = capabilities.kinds[example.kind]?.findBy ?? 'person';
    let opened: OpenedExample;

    beforeAll(async () => {
      opened = await media.open(name, example);
    });
    afterEach(() => {
      expect(world.leaks()).toEqual([]);
    });

    const lost = async (kind: Fault['kind'], over?: Parameters<typeof target>[2]): Promise<Target> => {
      world = await platformWorld(name);
      return await loseAnswer(target(world, opened, over), kind);
    };

    it.each(LOSSES)(
      'is found, not sent again, when it went out and the answer was lost (%s)',
      async (kind) => {
        await expectFoundInTheEnd(await lost(kind), opened, findBy);
      },
    );

    it('is not sent again when it went out and is looked for a day later', async () => {
      const ours = await lost('drop_after');
      world.pass(DAY_MS);
      const ending = await ours.finish();
      if (ending.state === 'published') expect(ending.id).toBe(idOf(world, ending));
      expectOnePost(world, opened);
    });

    it('is proven not to be out, then sent once, when the request was lost', async () => {
      const ours = await lost('drop_before');
      const found = await firstWord(ours);
      if (findBy === 'person') {
        expect(found).toMatchObject({ state: 'unknown' });
        return;
      }
      expect(found).toMatchObject({ state: 'absent', proof: expect.toBeOneOf([...PROOFS[findBy]]) });
      await expectFoundInTheEnd(ours, opened, findBy);
    });

    it('is not called absent by its own key while lists lag behind', async () => {
      const ours = await lost('drop_after');
      world.simulated.setFaults([{ platform: name, kind: 'listing_lag', ms: DAY_MS }]);
      const found = await firstWord(ours);
      if (found.state === 'absent') expect(found.proof).not.toBe('own-key');
    });

    it('is never called absent once the platform has accepted it, though its word may lag behind', async () => {
      world = await platformWorld(name);
      const ours = target(world, opened);
      await ours.prepare();
      const earlier = rememberAnswers(world);
      await ours.find({ armedAt: world.context.now(), lastPossibleAt: world.context.now() });
      world.intercept(null);
      const sent = await ours.send();
      if (sent.state === 'published') return;
      earlier.replay();
      expect((await ours.find()).state).toBeOneOf(['accepted', 'unknown']);
    });

    // Where only a list tells, the arm keeps the late request to microseconds (docs/guarantees.md).
    const harmless = findBy === 'own-key' || findBy === 'repeat' ? ['by its key'] : [];
    it.each(harmless)('is still one when the lost request arrives after the second one (%s)', async () => {
      world = await platformWorld(name);
      const ours = target(world, opened);
      await ours.prepare();
      const late = holdArmed(world);
      expectNotDefinite(await world.failure(ours.send()));
      world.intercept(null);
      await expectFoundInTheEnd(ours, opened, findBy);
      await late();
      expect(await world.postsInTheEnd()).toHaveLength(1);
    });

    it('is never taken for another post of the account, and proven absent beside it only when that is known', async () => {
      const known = new Set<string>();
      const ours = await lost('drop_before', { isKnownId: (id) => known.has(id) });
      const foreign = target(world, opened, { post: withText(opened.post, 'Somebody else wrote this.') });
      await foreign.prepare();
      const { id } = await foreign.settle(await foreign.send());
      if (findBy === 'repeat') world.pass(factsOf(name).repeatWindowMs ?? 8 * 60_000);

      const beside = await firstWord(ours);
      expect(beside.state).toBeOneOf(['absent', 'unknown']);
      const byList = findBy === 'listing' || findBy === 'repeat';
      if (byList) expect(beside.state).toBe('unknown');
      known.add(id);
      const after = await firstWord(ours);
      // Members of LinkedIn have neither list nor repeat any more.
      if (byList && after.state !== 'unknown') expect(after).toMatchObject({ proof: 'listing' });
      if (findBy === 'listing') expect(after.state).toBe('absent');
    });

    it('is never taken for the same words and files of another target', async () => {
      const known = new Set<string>();
      const ours = await lost('drop_before', { isKnownId: (id) => known.has(id) });
      const twin = target(world, opened);
      await twin.prepare();
      known.add((await twin.settle(await twin.send())).id);
      expect((await firstWord(ours)).state).not.toBe('published');
    });

    it.each(['drop_after', 'drop_before'] as const)(
      'is sent no second time with a checkpoint that cannot be read (%s)',
      async (kind) => {
        const ours = await lost(kind);
        ours.store({ version: 987, from: 'another century' });
        world.pass(DAY_MS / 48);
        const found = await ours.find();
        expect(found.state).not.toBe('refused');
        if (found.state === 'absent') expect(found.proof).toBe('listing');
        const attempt = ours.prepare().then(() => ours.send());
        const sent = await attempt.catch(() => null);
        // Only a list without the post lets it go out after all, and a list with it makes it known.
        if (sent === null) expectNotDefinite(await world.failure(attempt));
        else if (kind === 'drop_after') expect(world.calls.filter(({ armed }) => armed)).toHaveLength(1);
        else expect(found.state).toBe('absent');
        const expected = kind === 'drop_after' || found.state === 'absent' ? 1 : 0;
        expect(await world.postsInTheEnd()).toHaveLength(expected);
      },
    );
  });
});

/** The contract suite, second part: what is known of a post when the answer to its visible request was lost or refused. */
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { examplesOf, factsOf, type RegisteredPlatform } from '../../test/support/platform-examples.ts';
import {
  answerArmed,
  failNth,
  faultOnArmed,
  GARBLED,
  holdArmed,
  IN_BETWEEN,
  json,
  loseNth,
  READ_FAILURES,
  rememberAnswers,
} from '../../test/support/platform-faults.ts';
import { type PlatformWorld, platformWorld } from '../../test/support/platform-kit.ts';
import { expectOnePost, idOf } from '../../test/support/platform-ledger.ts';
import {
  type MediaStock,
  mediaStock,
  type OpenedExample,
  withText,
} from '../../test/support/platform-media.ts';
import { type Target, target } from '../../test/support/platform-target.ts';
import { PublishError } from '../core/errors.ts';
import { HttpFailure } from '../core/http.ts';
import type { FindBy, Found, Platform } from '../core/platform.ts';
import { readAnswer } from '../http/read-answer.ts';
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

    /** Prepared and sent once, with this happening to the visible request. */
    const lost = async (kind: Fault['kind'], over?: Parameters<typeof target>[2]): Promise<Target> => {
      world = await platformWorld(name);
      const ours = target(world, opened, over);
      await ours.prepare();
      faultOnArmed(world, kind);
      expectNotDefinite(await world.failure(ours.send()));
      world.intercept(null);
      return ours;
    };

    const expectFoundInTheEnd = async (ours: Target): Promise<void> => {
      const ending = await ours.finish();
      if (ending.state === 'person') expect(findBy).toBe('person');
      else expect(ending.id).toBe(idOf(world, ending));
      expectOnePost(world, opened);
    };

    it.each(LOSSES)(
      'is found, not sent again, when it went out and the answer was lost (%s)',
      async (kind) => {
        await expectFoundInTheEnd(await lost(kind));
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
      await expectFoundInTheEnd(ours);
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
      await expectFoundInTheEnd(ours);
      await late();
      expect(await world.postsInTheEnd()).toHaveLength(1);
    });

    it('is never taken for another post of the account, and proven absent beside it only when that is known', async () => {
      const known = new Set<string>();
      const ours = await lost('drop_before', { isKnownId: (id) => known.has(id) });
      const foreign = target(world, opened, { post: withText(opened.post, 'Somebody else wrote this.') });
      await foreign.prepare();
      const { id } = await foreign.settle(await foreign.send());
      if (findBy === 'repeat') world.pass(8 * 60_000);

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

    it.each(Object.entries(GARBLED))(
      'is found when it went out and the answer was %s',
      async (_what, answer) => {
        world = await platformWorld(name);
        const ours = target(world, opened);
        await ours.prepare();
        answerArmed(world, true, answer);
        const attempt = ours.send();
        const sent = await attempt.catch(() => null);
        if (sent === null) expectNotDefinite(await world.failure(attempt));
        // Whatever was left of the answer, it can only have named the post that is out.
        else await ours.settle(sent).then((published) => expect(published.id).toBe(idOf(world, published)));
        world.intercept(null);
        if (sent === null) await expectFoundInTheEnd(ours);
        else expectOnePost(world, opened);
      },
    );

    it('is neither sent nor refused for certain, whatever something in between answers', async () => {
      world = await platformWorld(name);
      let ours = target(world, opened);
      await ours.prepare();
      const prepared = ours.stored();
      const { status, json: unknownCode } = factsOf(name).unknownCode;
      const answers = { ...IN_BETWEEN, 'a code that nobody knows': () => json(status, unknownCode) };
      for (const [what, answer] of Object.entries(answers)) {
        ours = target(world, opened);
        ours.store(prepared);
        answerArmed(world, false, answer);
        expectNotDefinite(await world.failure(ours.send()), what);
      }
      expect(world.calls.filter(({ armed }) => armed)).toHaveLength(Object.keys(answers).length);
      world.intercept(null);
      await expectFoundInTheEnd(ours);
    });

    it.each(['drop_after', 'drop_before'] as const)(
      'stays unknown while the account cannot be read (%s)',
      async (kind) => {
        const ours = await lost(kind);
        world.pass(DAY_MS / 48);
        const before = world.calls.length;
        await ours.find();
        const reads = world.calls.length - before;
        for (let nth = 1; nth <= reads; nth += 1) {
          for (const failure of Object.keys(READ_FAILURES) as (keyof typeof READ_FAILURES)[]) {
            failNth(world, nth, failure);
            expect.soft(blind(await ours.find(), kind), `${failure} on read ${nth}`).toBe('unknown');
          }
          loseNth(world, nth);
          const found = await ours.find().catch((error: unknown) => error);
          if (!(found instanceof HttpFailure)) expect(blind(found as Found, kind)).toBe('unknown');
        }
        expect(world.calls.filter(({ armed }) => armed)).toHaveLength(1);
      },
    );

    /** 'unknown' also for what proves nothing wrong: our post found in spite of it, or the question that a repeat is. */
    const blind = (found: Found, kind: 'drop_after' | 'drop_before'): string => {
      if (found.state === 'absent' && found.proof === 'repeat' && findBy === 'repeat') return 'unknown';
      if (kind === 'drop_before') return found.state;
      if (found.state === 'published' && found.id === idOf(world, found)) return 'unknown';
      return found.state === 'accepted' ? 'unknown' : found.state;
    };

    it.each([
      ['refuse', 'rejected'],
      ['rate_limit', 'rate_limited'],
      ['token_expired', 'auth'],
    ] as const)('is definitely not out after a known refusal (%s)', async (fault, kind) => {
      world = await platformWorld(name);
      const ours = target(world, opened);
      await ours.prepare();
      faultOnArmed(world, fault);
      const error = await world.failure(ours.send());
      expect(error).toMatchObject({
        name: 'PublishError',
        kind,
        message: expect.stringMatching(/^[A-Z“].*\.$/s),
        hint: expect.stringMatching(/^[A-Z].*\.$/s),
        code: expect.stringMatching(/\w/),
      });
      if (kind === 'rate_limited') expect(error).toMatchObject({ retryAt: expect.any(Date) });
      world.intercept(null);
      expect(await world.postsInTheEnd()).toEqual([]);
      await ours.prepare();
      await ours.settle(await ours.send());
      expectOnePost(world, opened);
    });

    it('waits as long as the platform says', async () => {
      world = await platformWorld(name);
      const ours = target(world, opened);
      await ours.prepare();
      world.intercept(async (call, forward) => {
        if (!call.armed) return forward();
        world.simulated.setFaults([{ platform: name, kind: 'rate_limit', times: 1 }]);
        const { status, headers, text } = await forward();
        return readAnswer(status, { ...headers, ...factsOf(name).sevenMinutes }, Buffer.from(text));
      });
      const retryAt = new Date(world.context.now().getTime() + 7 * 60_000);
      expect(await world.failure(ours.send())).toMatchObject({ kind: 'rate_limited', retryAt });
    });

    const refusalsOfRepeats = findBy === 'repeat' ? (['refuse', 'rate_limit', 'token_expired'] as const) : [];
    it.each(refusalsOfRepeats)(
      'stays unknown when the repeat is refused (%s): that says nothing of the first one',
      async (fault) => {
        const ours = await lost('drop_after');
        expect(await ours.find()).toMatchObject({ state: expect.toBeOneOf(['absent', 'published']) });
        await ours.prepare();
        faultOnArmed(world, fault);
        expectNotDefinite(await world.failure(ours.send()));
      },
    );

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

/** What find says once no request of ours can be on its way any more. */
async function firstWord(ours: Target): Promise<Found> {
  const found = await ours.find();
  if (found.state !== 'unknown' || found.lookAt === null) return found;
  ours.world.passTo(found.lookAt);
  return await ours.find();
}

/** It may be out: the tick will look for it. */
function expectNotDefinite(error: unknown, what?: string): void {
  const kind = error instanceof PublishError ? error.kind : 'no PublishError';
  const arrived = error instanceof HttpFailure ? error.sent : kind === 'unknown';
  expect(arrived, `${what ?? 'the answer'}: ${inspect(error)}`).toBe(true);
  if (error instanceof PublishError) expect(error.hint).toMatch(/\w/);
}

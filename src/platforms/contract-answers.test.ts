/** The contract suite, third part: what the answer to the visible request, or to a look at the account, may mean. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { examplesOf, factsOf, type RegisteredPlatform } from '../../test/support/platform-examples.ts';
import {
  answerArmed,
  failNth,
  faultOnArmed,
  GARBLED,
  IN_BETWEEN,
  json,
  loseNth,
  READ_FAILURES,
} from '../../test/support/platform-faults.ts';
import { type PlatformWorld, platformWorld } from '../../test/support/platform-kit.ts';
import { expectOnePost, idOf } from '../../test/support/platform-ledger.ts';
import {
  expectFoundInTheEnd,
  expectNotDefinite,
  firstWord,
  loseAnswer,
} from '../../test/support/platform-lost.ts';
import { type MediaStock, mediaStock, type OpenedExample } from '../../test/support/platform-media.ts';
import { type Target, target } from '../../test/support/platform-target.ts';
import { HttpFailure } from '../core/http.ts';
import type { Found, Platform } from '../core/platform.ts';
import { readAnswer } from '../http/read-answer.ts';
import { platforms } from './index.ts';

const NAMES = Object.keys(platforms) as RegisteredPlatform[];
const HALF_AN_HOUR_MS = 30 * 60_000;

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

    const start = async (): Promise<Target> => {
      world = await platformWorld(name);
      return target(world, opened);
    };

    it.each(Object.entries(GARBLED))(
      'is found when it went out and the answer was %s',
      async (_what, answer) => {
        const ours = await start();
        await ours.prepare();
        answerArmed(world, true, answer);
        const attempt = ours.send();
        const sent = await attempt.catch(() => null);
        if (sent === null) expectNotDefinite(await world.failure(attempt));
        // Whatever was left of the answer, it can only have named the post that is out.
        else await ours.settle(sent).then((published) => expect(published.id).toBe(idOf(world, published)));
        world.intercept(null);
        if (sent === null) await expectFoundInTheEnd(ours, opened, findBy);
        else expectOnePost(world, opened);
      },
    );

    it('is neither sent nor refused for certain, whatever something in between answers', async () => {
      let ours = await start();
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
      await expectFoundInTheEnd(ours, opened, findBy);
    });

    it.each(['drop_after', 'drop_before'] as const)(
      'stays unknown while the account cannot be read (%s)',
      async (kind) => {
        const ours = await loseAnswer(await start(), kind);
        world.pass(HALF_AN_HOUR_MS);
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
      const ours = await start();
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
      const ours = await start();
      await ours.prepare();
      world.intercept(async (call, forward) => {
        if (!call.armed) return forward();
        world.simulated.setFaults([{ platform: name, kind: 'rate_limit', times: 1 }]);
        const { status, headers, text } = await forward();
        return readAnswer(
          status,
          { ...headers, ...factsOf(name).sevenMinutes(world.context.now()) },
          Buffer.from(text),
        );
      });
      const retryAt = new Date(world.context.now().getTime() + 7 * 60_000);
      expect(await world.failure(ours.send())).toMatchObject({ kind: 'rate_limited', retryAt });
    });

    const refusalsOfRepeats = findBy === 'repeat' ? (['refuse', 'rate_limit', 'token_expired'] as const) : [];
    it.each(refusalsOfRepeats)(
      'stays unknown when the repeat is refused (%s): that says nothing of the first one',
      async (fault) => {
        const ours = await loseAnswer(await start(), 'drop_after');
        const found = await firstWord(ours);
        if (found.state === 'published') return;
        expect(found).toMatchObject({ state: 'absent', proof: 'repeat' });
        await ours.prepare();
        faultOnArmed(world, fault);
        expectNotDefinite(await world.failure(ours.send()));
      },
    );
  });
});

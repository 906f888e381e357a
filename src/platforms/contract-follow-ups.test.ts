/** The contract suite: what follows a post on the account (parts of a thread, the first comment), each act by itself. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { factsOf, type RegisteredPlatform } from '../../test/support/platform-examples.ts';
import {
  answerArmed,
  failNth,
  faultOnArmed,
  GARBLED,
  IN_BETWEEN,
  json,
  killAt,
  loseNth,
  READ_FAILURES,
} from '../../test/support/platform-faults.ts';
import { type PlatformWorld, platformWorld } from '../../test/support/platform-kit.ts';
import { expectNotDefinite, loseAnswer } from '../../test/support/platform-lost.ts';
import { type MediaStock, mediaStock, type OpenedExample } from '../../test/support/platform-media.ts';
import { type Target, target } from '../../test/support/platform-target.ts';
import { HttpFailure } from '../core/http.ts';
import type { Found, Platform } from '../core/platform.ts';
import type { PublicPost, SimAccount } from '../sandbox/platforms/simulator.ts';
import { platforms } from './index.ts';

const HALF_AN_HOUR_MS = 30 * 60_000;

const FOLLOWED = (Object.keys(platforms) as RegisteredPlatform[]).flatMap((platform) =>
  (factsOf(platform).followed ?? []).map((example) => ({ platform, example })),
);

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

it('is tried for every platform on which something may follow a post', () => {
  const able = Object.entries<Platform>(platforms).filter(([, { followUps }]) => followUps !== undefined);
  expect([...new Set(FOLLOWED.map(({ platform }) => platform))].sort()).toEqual(
    able.map(([name]) => name).sort(),
  );
});

describe.each(FOLLOWED)('$platform: $example.name', ({ platform: name, example }) => {
  let opened: OpenedExample;
  const effects = Object.keys(example.says);
  const [first = ''] = effects;

  beforeAll(async () => {
    opened = await media.open(name, example);
  });
  afterEach(() => {
    expect(world?.leaks() ?? []).toEqual([]);
  });

  /** The post is out, and so is what comes before this. */
  const start = async (effect = first, account?: SimAccount): Promise<Target> => {
    world = await platformWorld(name);
    const own = { ...opened, example: { ...opened.example, account: example.account } };
    const post = target(world, own);
    await post.prepare();
    const { id } = await post.settle(await post.send());
    const out: Record<string, string> = { post: id };
    const one = (which: string) => {
      const known = new Set(Object.values(out));
      const by = account === undefined ? own : { ...own, example: { ...own.example, account } };
      const isKnownId = (named: string) => known.has(named);
      const next = target(world, by, { effect: which, out: { ...out }, isKnownId });
      next.store(post.stored());
      return next;
    };
    for (const before of effects.slice(0, effects.indexOf(effect))) {
      const earlier = one(before);
      await earlier.prepare();
      out[before] = (await earlier.settle(await earlier.send())).id;
    }
    if (account !== undefined) world.simulated.addAccounts(name, [account]);
    return one(effect);
  };

  const expectOnce = (effect: string): PublicPost | undefined => {
    const upTo = effects.slice(0, effects.indexOf(effect) + 1).map((one) => example.says[one]);
    const [post, ...followed] = world.posts();
    expect(followed.map(({ text }) => text)).toEqual(upTo);
    expect(followed.every(({ account }) => account === post?.account)).toBe(true);
    return followed.at(-1);
  };
  const expectNone = async (effect: string): Promise<void> => {
    expect(await world.postsInTheEnd()).toHaveLength(1 + effects.indexOf(effect));
  };
  const expectFound = async (ours: Target, effect: string): Promise<void> => {
    const ending = await ours.finish();
    if (ending.state === 'person') expect(example.unlisted, ending.reason).toBe(true);
    else expect(ending.id).toBe(expectOnce(effect)?.id);
  };

  it('is what the module says that follows', () => {
    const { followUps, problems }: Platform = platforms[name];
    expect(problems(opened.post)).toEqual([]);
    expect(followUps?.(opened.post).map(({ effect }) => effect)).toEqual(effects);
    for (const { label } of followUps?.(opened.post) ?? []) expect(label).toMatch(/^[a-z]/);
    expect(followUps?.({ ...opened.post, options: {} })).toEqual([]);
  });

  describe.each(effects)('%s', (effect) => {
    it('goes out once, by exactly one armed request, and is made beforehand only where it must be', async () => {
      const ours = await start(effect);
      const kept = ours.stored();
      const before = world.calls.length;
      await ours.prepare();
      if (example.prepared === undefined) {
        expect(world.calls.slice(before)).toEqual([]);
        expect(ours.stored(), 'what is remembered of the post').toEqual(kept);
      }
      await expectNone(effect);
      const published = await ours.settle(await ours.send());
      expect(world.calls.slice(before).filter(({ armed }) => armed)).toHaveLength(1);
      expect(published).toMatchObject({ state: 'published', id: expectOnce(effect)?.id });
    });

    it.each(['drop_after', 'drop_before'] as const)('is found, or sent again, after %s', async (fault) => {
      const ours = await loseAnswer(await start(effect), fault);
      await expectFound(ours, effect);
      const many = world.posts().length - 1 - effects.indexOf(effect);
      expect(many).toBe(fault === 'drop_before' && example.unlisted ? 0 : 1);
    });

    it.each(Object.entries(GARBLED))(
      'is found when it went out and the answer was %s',
      async (_what, answer) => {
        const ours = await start(effect);
        await ours.prepare();
        answerArmed(world, true, answer);
        const attempt = ours.send();
        const sent = await attempt.catch(() => null);
        if (sent === null) expectNotDefinite(await world.failure(attempt));
        world.intercept(null);
        if (sent === null) await expectFound(ours, effect);
        expectOnce(effect);
      },
    );
  });

  it('goes out once wherever the process dies', async () => {
    const whole = await start();
    const before = world.calls.length;
    await whole.finish();
    const many = world.calls.length - before;
    await world.stop();
    for (let nth = 1; nth <= many; nth += 1) {
      for (const when of ['before', 'after'] as const) {
        const ours = await start();
        killAt(world, ours, nth, when);
        await ours.finish().catch(() => undefined);
        expect(ours.revive()).toBe(true);
        await expectFound(ours, first);
        await world.stop();
      }
    }
  });

  it('is neither sent nor refused for certain, whatever something in between answers', async () => {
    const { status, json: unknownCode } = factsOf(name).unknownCode;
    const ours = await start();
    const answers = { ...IN_BETWEEN, 'a code that nobody knows': () => json(status, unknownCode) };
    for (const [what, answer] of Object.entries(answers)) {
      answerArmed(world, false, answer);
      // As if it were the first time: what is unclear is not sent again before it was looked for.
      const again = target(world, opened, { effect: first, out: ours.job().out });
      await again.prepare();
      expectNotDefinite(await world.failure(again.send()), what);
    }
    world.intercept(null);
    await expectNone(first);
  });

  it('stays unknown while it cannot be read', async () => {
    const ours = await loseAnswer(await start(), 'drop_before');
    world.pass(HALF_AN_HOUR_MS);
    const before = world.calls.length;
    await ours.find();
    const reads = world.calls.length - before;
    expect(reads).toBeGreaterThan(0);
    for (let nth = 1; nth <= reads; nth += 1) {
      for (const failure of Object.keys(READ_FAILURES) as (keyof typeof READ_FAILURES)[]) {
        failNth(world, nth, failure);
        expect.soft(blind(await ours.find()), `${failure} on read ${nth}`).toBe('unknown');
      }
      loseNth(world, nth);
      const found = await ours.find().catch((error: unknown) => error);
      if (!(found instanceof HttpFailure)) expect(blind(found as Found)).toBe('unknown');
    }
    expect(world.calls.slice(before).filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it.each([
    ['refuse', 'rejected'],
    ['rate_limit', 'rate_limited'],
    ['token_expired', 'auth'],
  ] as const)(
    'is definitely not out after a known refusal (%s), and may be sent again',
    async (fault, kind) => {
      const ours = await start();
      await ours.prepare();
      faultOnArmed(world, fault);
      expect(await world.failure(ours.send())).toMatchObject({ name: 'PublishError', kind });
      world.intercept(null);
      await expectNone(first);
      await ours.settle(await ours.send());
      expectOnce(first);
    },
  );

  it.runIf(example.needs.length > 0)(
    'says which permission is missing, and that is no reason to give the account up',
    async () => {
      const scopes = example.account.scopes.filter((scope) => !example.needs.includes(scope));
      expect(scopes.length).toBeLessThan(example.account.scopes.length);
      const ours = await start(first, { ...example.account, scopes });
      await ours.prepare();
      const error = await world.failure(ours.send());
      expect(error).toMatchObject({ name: 'PublishError', kind: 'rejected' });
      expect(example.needs.some((scope) => (error as { hint: string }).hint.includes(shortName(scope)))).toBe(
        true,
      );
      await expectNone(first);
    },
  );

  it.runIf(first === 'comment' && example.unlisted !== true)(
    'is not taken for the same words of somebody else, nor for other words of its own',
    async () => {
      const ours = await loseAnswer(await start(), 'drop_before');
      const { stranger: other } = factsOf(name);
      world.simulated.addAccounts(name, [other]);
      const theirs = target(
        world,
        { ...opened, example: { ...opened.example, account: other } },
        { effect: first, out: ours.job().out },
      );
      await theirs.prepare();
      const foreign = await theirs.settle(await theirs.send());
      world.pass(HALF_AN_HOUR_MS);
      expect(await ours.find()).toMatchObject({ state: 'absent', proof: 'listing' });

      await world.stop();
      const lost = await loseAnswer(await start(), 'drop_before');
      const words = { ...opened.post, options: { ...opened.post.options, first_comment: 'Other words' } };
      const unplaced = target(world, opened, { post: words, effect: first, out: lost.job().out });
      await unplaced.prepare();
      await unplaced.settle(await unplaced.send());
      world.pass(HALF_AN_HOUR_MS);
      expect(await lost.find()).toMatchObject({ state: 'unknown' });
      expect(foreign.id).not.toBe('');
    },
  );
});

/** The same again under the same key is a question too. */
const blind = (found: Found) =>
  found.state === 'absent' && found.proof === 'repeat' ? 'unknown' : found.state;

/** 'https://www.googleapis.com/auth/youtube.force-ssl' is known to people by its end. */
const shortName = (scope: string) => scope.split('/').at(-1) ?? scope;

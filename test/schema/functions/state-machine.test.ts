import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TERMINAL_STATES } from '../../../src/core/states.ts';
import { StoreError } from '../../../src/core/store.ts';
import { type Account, makeWork, type Post, publishedAs, type Work } from './work.ts';
import { newTick, problem, useWorld, type World } from './world.ts';

const world = useWorld();

const ACCOUNTS = ['102030405060708', '998877665544332'] as const;
/** Ticks that may hold a claim on the same post, one of them at a time rightly. */
const TICKS = 3;

const account = fc.nat({ max: ACCOUNTS.length - 1 });
const tick = fc.nat({ max: TICKS - 1 });
/** Of all arms that were ever given: late answers too. */
const arm = fc.nat({ max: 5 });

/** Everything that can happen to a post, in any order. */
const event = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('claim' as const), tick }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('register' as const), tick, both: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('checkpoint' as const), tick, account, ready: fc.boolean() }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('arm' as const), tick, account, follows: fc.constant(false) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('arm' as const), tick, account, follows: fc.constant(true) }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constant('outcome' as const),
      arm,
      outcome: fc.constantFrom(
        'published',
        'published unfinished',
        'accepted',
        'refused failed',
        'refused retry',
        'refused held',
        'not_sent',
        'absent own-key',
        'absent listing',
        'unknown',
        'unknown needs_review',
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('absentSeen' as const), arm }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      tick,
      state: fc.constantFrom(
        'pending',
        'prepared',
        'retry',
        'held',
        'failed',
        'unknown',
        'published',
        'published unfinished',
        'nothing',
        'problem',
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('renew' as const), tick }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('pass' as const), minutes: fc.constantFrom(1, 3, 30) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('plan' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('writebacks' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('retry' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('publish now' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('resolve' as const), account, isThere: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('app' as const),
      change: fc.constantFrom('edit', 'draft', 'scheduled', 'scheduled', 'deleted', 'gone', 'metadata'),
    }),
  },
);
type Event = typeof event extends fc.Arbitrary<infer E> ? E : never;

/** One post with everything that was seen of it so far. */
interface Life {
  readonly user: string;
  readonly post: Post;
  readonly accounts: readonly Account[];
  readonly works: (Work | undefined)[];
  readonly arms: {
    readonly id: string;
    readonly account: string;
    readonly publishedAs: string;
    /** Of what follows the post. */
    readonly follows: boolean;
  }[];
  readonly fences: number[];
  /** Accounts on which the comment is out. */
  readonly comments: string[];
  /** Account → the id under which a target was first published. */
  readonly out: Map<string, string>;
  /** What the app last wrote. */
  status: string;
  revision: number;
}

describe('a target', () => {
  it('keeps its promises in any order of events: a next look until its end, one end, fences of their own', {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 5, maxLength: 40 }), async (events) => {
        const life = await begin(world());
        for (const one of events) {
          await happen(world(), life, one);
          await check(world(), life);
        }
        await comesToAnEnd(world(), life);
      }),
      { numRuns: 60 },
    );
  });

  it('is never published without an id', async () => {
    const life = await begin(world());
    await happen(world(), life, { do: 'claim', tick: 0 });
    await happen(world(), life, { do: 'register', tick: 0, both: false });
    await happen(world(), life, { do: 'arm', tick: 0, account: 0, follows: false });
    const [armed] = life.arms;
    if (armed === undefined) throw new Error('not armed');
    await expect(
      world().store.outcome({ armId: armed.id, outcome: 'published', idKind: 'post' }, newTick()),
    ).rejects.toMatchObject({ kind: 'fault' });
    await expect(
      world().sql`update public.publish_targets set state = 'published', next_look_at = null`,
    ).rejects.toThrow('publish_targets_published_has_id');
  });
});

async function begin({ addUser, addAccount, addPost, plan }: World): Promise<Life> {
  const user = await addUser();
  const accounts: Account[] = [];
  // Of this life alone: an armed target of another one would keep the account busy.
  for (const base of ACCOUNTS)
    accounts.push(await addAccount(user, { accountId: `${base}${randomUUID().slice(0, 8)}` }));
  const post = await addPost(user);
  await plan();
  return {
    user,
    post,
    accounts,
    works: [],
    arms: [],
    fences: [],
    comments: [],
    out: new Map(),
    status: 'scheduled',
    revision: 1,
  };
}

async function happen(here: World, life: Life, one: Event): Promise<void> {
  try {
    await act(here, life, one);
  } catch (error) {
    // The claim is somebody else's by now: that is an answer, not a fault.
    if (!(error instanceof StoreError && error.kind === 'lost')) throw error;
  }
}

async function act(here: World, life: Life, one: Event): Promise<void> {
  const { store, sql, claim, edit, pass, plan } = here;
  const { post, works, arms } = life;
  const work = 'tick' in one ? works[one.tick] : undefined;
  const target = 'account' in one ? life.accounts[one.account] : undefined;
  const armed = 'arm' in one ? arms[one.arm] : undefined;
  switch (one.do) {
    case 'claim': {
      const identity = newTick();
      const [claimed] = await claim({ identity, userId: life.user });
      if (claimed === undefined) return;
      expect(life.fences).not.toContain(claimed.fence);
      expect(claimed.fence).toBeGreaterThan(Math.max(0, ...life.fences));
      life.fences.push(claimed.fence);
      works[one.tick] = makeWork(store, identity, claimed);
      return;
    }
    case 'register':
      await work?.register(one.both ? life.accounts : life.accounts.slice(0, 1));
      return;
    case 'checkpoint':
      if (work !== undefined && target !== undefined)
        await store.checkpoint(work.claim, target, 'sealed', one.ready, work.claimed.revision);
      return;
    case 'arm': {
      if (work === undefined || target === undefined) return;
      const { follows } = one;
      const answer = await work.arm(target, follows ? { effect: 'comment' } : {});
      if (!answer.ok) return;
      expect(life.out.has(target.accountId), 'what follows comes after the post, and the post once').toBe(
        follows,
      );
      if (follows) {
        expect(life.comments, 'a comment that is out was armed again').not.toContain(target.accountId);
      }
      arms.push({ id: answer.armId, account: target.accountId, publishedAs: randomUUID(), follows });
      return;
    }
    case 'outcome': {
      if (armed === undefined) return;
      const [outcome, then] = one.outcome.split(' ');
      const error = problem({ kind: outcome === 'unknown' ? 'unknown' : 'rejected' });
      const inAMinute = new Date(Date.now() + 60_000);
      switch (outcome) {
        case 'published': {
          const answer = await store.outcome(
            {
              armId: armed.id,
              outcome,
              ...publishedAs(armed.publishedAs),
              ...(then === 'unfinished' ? { missing: 'the comment', nextLookAt: new Date() } : {}),
            },
            newTick(),
          );
          expect(answer.state).toBe('published');
          if (armed.follows) life.comments.push(armed.account);
          else if (!life.out.has(armed.account)) life.out.set(armed.account, answer.platformPostId ?? '');
          return;
        }
        case 'accepted':
        case 'not_sent':
          await store.outcome({ armId: armed.id, outcome, nextLookAt: inAMinute }, newTick());
          return;
        case 'absent':
          await store.outcome({ armId: armed.id, outcome, proof: then, nextLookAt: new Date() }, newTick());
          return;
        case 'refused': {
          const state = then === 'failed' || then === 'retry' || then === 'held' ? then : undefined;
          const nextLookAt = state === 'failed' ? undefined : inAMinute;
          await store.outcome({ armId: armed.id, outcome, state, error, nextLookAt }, newTick());
          return;
        }
        default: {
          const state = then === 'needs_review' ? then : undefined;
          const nextLookAt = state === undefined ? inAMinute : undefined;
          await store.outcome({ armId: armed.id, outcome: 'unknown', state, error, nextLookAt }, newTick());
          return;
        }
      }
    }
    case 'absentSeen':
      if (armed !== undefined) await store.absentSeen(armed.id, 300, 60);
      return;
    case 'settle': {
      const { state } = one;
      if (state === 'problem') await work?.settle({ problem: problem() });
      else if (state === 'nothing') await work?.settle();
      else {
        const isOut = state === 'published' || state === 'published unfinished';
        const error = isOut || state === 'pending' || state === 'prepared' ? null : problem();
        const nextLookAt = state === 'failed' || state === 'published' ? null : new Date(Date.now() + 60_000);
        await work?.settle({
          targets: life.accounts.map(({ platform, accountId }) => ({
            platform,
            accountId,
            state: isOut ? 'published' : state,
            error,
            nextLookAt,
            countAttempt: true,
            missing: state === 'published unfinished' ? 'the comment' : null,
          })),
        });
      }
      works[one.tick] = undefined;
      return;
    }
    case 'renew':
      if (work !== undefined) await store.renew(work.tick.owner, 90, [post]);
      return;
    case 'pass':
      await pass(post, one.minutes);
      return;
    case 'plan':
      await plan(undefined, life.user);
      return;
    case 'writebacks':
      await store.writebacks(life.user, 100);
      return;
    case 'retry':
      await store.retry(post.source, post.id, null);
      return;
    case 'publish now':
      await store.publishNow(post);
      return;
    case 'resolve': {
      if (target === undefined) return;
      const id = randomUUID();
      const { platform, accountId } = target;
      const published = one.isThere ? { id, idKind: 'post', url: null, proof: 'person' as const } : null;
      const answer = await store.resolve({
        ...post,
        platform,
        accountId,
        published,
        host: 'here',
      });
      if (answer.ok && one.isThere) life.out.set(accountId, id);
      return;
    }
    case 'app':
      if (life.status === 'gone') return;
      if (one.change === 'gone') await sql`delete from public.created_content where id = ${post.id}`;
      else if (one.change === 'edit') {
        life.revision += 1;
        await edit(post, { content: `Version ${life.revision}` });
        return;
      } else if (one.change === 'metadata') {
        await edit(post, { metadata: {} });
        return;
      } else await edit(post, { status: one.change });
      life.status = one.change;
  }
}

/** What holds after every event. */
async function check({ targets, queue, sql }: World, life: Life): Promise<void> {
  const { post, out, status } = life;
  const rows = await targets(post);
  for (const row of rows) {
    const { state, account_id: id } = row;
    if (out.has(String(id))) {
      expect({ state, id: row['platform_post_id'] }).toEqual({ state: 'published', id: out.get(String(id)) });
    }
    if (isOver(row) && !isUnfinished(row)) continue;
    expect(row['next_look_at']).not.toBeNull();
    // Its post is looked at again, too.
    expect(await queue(post)).toMatchObject({ state: 'waiting', next_attempt_at: expect.any(String) });
  }
  if (status === 'scheduled' && rows.some(isMaybeOut)) {
    const [found] = await sql`select status from public.created_content where id = ${post.id}`;
    expect(found?.['status']).not.toBe('draft');
  }
}

type Row = Readonly<Record<string, unknown>>;
const isOver = ({ state }: Row) => TERMINAL_STATES.some((terminal) => terminal === state);
const isUnfinished = ({ state, next_look_at: look }: Row) => state === 'published' && look !== null;
const isMaybeOut = ({ state }: Row) =>
  ['armed', 'accepted', 'unknown', 'needs_review'].some((maybe) => maybe === state);

/** Whatever happened: ticks that do their work from now on bring everything to an end. */
async function comesToAnEnd(here: World, life: Life): Promise<void> {
  const { store, plan, pass, claim, targets } = here;
  for (let round = 0; ; round += 1) {
    const open = (await targets(life.post)).filter((row) => !isOver(row) || isUnfinished(row));
    if (round > 0 && open.length === 0) return;
    if (round === 12) throw new Error(`never over: ${open.map(({ state }) => state).join()}`);
    await pass(life.post, 30);
    await plan(undefined, life.user);
    await store.writebacks(life.user, 100);
    const identity = newTick();
    const [claimed] = await claim({ identity, userId: life.user });
    if (claimed === undefined) continue;
    const work = makeWork(store, identity, claimed);
    if (!claimed.cancelled) await work.register(life.accounts);
    for (const row of await targets(life.post)) {
      const target = life.accounts.find(({ accountId }) => accountId === row['account_id']);
      if (target === undefined || isOver(row)) continue;
      const arm = life.arms.findLast(({ account: id }) => id === target.accountId);
      if (isMaybeOut(row) && arm !== undefined) {
        await work.outcome(arm.id, { outcome: 'absent', proof: 'own-key', nextLookAt: new Date() });
        continue;
      }
      const answer = await work.arm(target);
      if (answer.ok) await work.outcome(answer.armId, publishedAs(randomUUID()));
    }
    await work.settle({
      targets: (await targets(life.post)).filter(isUnfinished).map((row) => ({
        platform: String(row['platform']),
        accountId: String(row['account_id']),
        state: 'published',
        error: null,
        nextLookAt: null,
        countAttempt: false,
        missing: null,
      })),
    });
    await check(here, life);
  }
}

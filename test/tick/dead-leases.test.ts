import { beforeAll, describe, expect, it } from 'vitest';
import { type Store, StoreError } from '../../src/core/store.ts';
import { installedLongAgo, letTimePass, publicPosts, publishErrorOf, readRow } from '../support/app-rows.ts';
import { addPerson, connect, schedule } from '../support/people.ts';
import { usePublisher } from '../support/publisher.ts';

const publisher = usePublisher();
beforeAll(() => installedLongAgo(publisher()));

type ClaimAnswer = Awaited<ReturnType<Store['claim']>>;

/** The whole tick dies as soon as it has to do with that post: nothing it does afterwards reaches the database. */
function diesOn(id: string, claims: string[][]): (store: Store) => Store {
  return (store) => {
    let dead = false;
    return new Proxy(store, {
      get(target, name: keyof Store) {
        const method = target[name] as (...args: readonly unknown[]) => Promise<unknown>;
        return async (...args: readonly unknown[]) => {
          const [first] = args;
          if (name === 'targets' && Object(first)['id'] === id) dead = true;
          // A moment, so that the others of the tick are at work too.
          if (name === 'targets') await new Promise((done) => setTimeout(done, 50));
          if (dead) throw new StoreError('lost', 'The process is dead.', '');
          const answer = await method.apply(target, [...args]);
          if (name === 'claim') claims.push((answer as ClaimAnswer).posts.map((post) => post.id));
          return answer;
        };
      },
    });
  };
}

describe('a post on which the publisher dies', () => {
  it('is taken on alone after two deaths, and given up after the third; what died beside it goes out', async () => {
    const { run, supabase } = publisher();
    const person = await addPerson(publisher());
    const deadly = await connect(publisher(), person, 'facebook');
    const innocent = await connect(publisher(), person, 'linkedin');
    const killer = await schedule(publisher(), person, { platform: 'Facebook' });
    const beside = await schedule(publisher(), person, { platform: 'LinkedIn' });
    const ticks: string[][][] = [];
    for (let tick = 0; tick < 4; tick += 1) {
      const claims: string[][] = [];
      await run({ userId: person.id, store: diesOn(killer.id, claims) }).catch(() => undefined);
      ticks.push(claims.filter((posts) => posts.length > 0).map((posts) => posts.toSorted()));
      await letTimePass(publisher(), 100);
    }
    const died = await readRow(supabase, killer.table, killer.id);
    expect(died.status).toBe('draft');
    expect(publishErrorOf(died)).toMatchObject({ code: 'PUBLISHER_DIED' });
    expect(publicPosts(publisher(), deadly.id)).toEqual([]);
    expect((await readRow(supabase, beside.table, beside.id)).status).toBe('published');
    expect(publicPosts(publisher(), innocent.id)).toHaveLength(1);
    const both = [killer.id, beside.id].toSorted();
    expect(ticks).toEqual([[both], [both], [[killer.id]], [[killer.id], [beside.id]]]);
  });
});

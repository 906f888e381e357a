import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeyedMutex } from './keyed-mutex.ts';

/** A piece of work that is ended from outside. */
function piece() {
  let end: (value: string) => void = () => {};
  let fail: (error: Error) => void = () => {};
  const done = new Promise<string>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  return { run: () => done, end: (value = '') => end(value), fail: () => fail(new Error('broken')) };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('one account does one thing at a time', () => {
  it('the second waits until the first has ended, another account does not', async () => {
    const mutex = createKeyedMutex();
    const order: string[] = [];
    const first = piece();
    const one = mutex('a', async () => {
      order.push('a1 begins');
      await first.run();
      order.push('a1 ends');
    });
    const two = mutex('a', async () => order.push('a2'));
    const other = mutex('b', async () => order.push('b'));
    await other;
    expect(order).toEqual(['a1 begins', 'b']);
    first.end();
    await Promise.all([one, two]);
    expect(order).toEqual(['a1 begins', 'b', 'a1 ends', 'a2']);
  });

  it('a failure reaches its own caller and stops nobody', async () => {
    const mutex = createKeyedMutex();
    const first = piece();
    const one = mutex('a', first.run);
    const two = mutex('a', async () => 'went on');
    first.fail();
    await expect(one).rejects.toThrow('broken');
    await expect(two).resolves.toBe('went on');
  });

  it('what throws before it begins to wait is a failure like any other', async () => {
    const mutex = createKeyedMutex();
    const one = mutex('a', () => {
      throw new Error('at once');
    });
    await expect(one).rejects.toThrow('at once');
    await expect(mutex('a', async () => 1)).resolves.toBe(1);
  });

  it('work that is added while others wait keeps its turn', async () => {
    const mutex = createKeyedMutex();
    const order: number[] = [];
    const first = piece();
    const all = [mutex('a', first.run), mutex('a', async () => order.push(1))];
    await settled();
    all.push(mutex('a', async () => order.push(2)));
    first.end();
    await settled();
    all.push(mutex('a', async () => order.push(3)));
    await Promise.allSettled(all);
    expect(order).toEqual([1, 2, 3]);
  });

  it('never two of one key, in the order of the calls, all of them', async () => {
    const work = fc.record({ key: fc.constantFrom('a', 'b', 'c'), turns: fc.nat(3), fails: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(work, { maxLength: 20 }), async (works) => {
        const mutex = createKeyedMutex();
        const busy = new Set<string>();
        const begun: number[] = [];
        let overlaps = 0;
        const results = await Promise.allSettled(
          works.map(({ key, turns, fails }, index) =>
            mutex(key, async () => {
              overlaps += busy.has(key) ? 1 : 0;
              busy.add(key);
              begun.push(index);
              for (let turn = 0; turn < turns; turn += 1) await settled();
              busy.delete(key);
              if (fails) throw new Error('broken');
            }),
          ),
        );
        expect(overlaps).toBe(0);
        expect(results.map(({ status }) => status === 'rejected')).toEqual(works.map(({ fails }) => fails));
        for (const key of ['a', 'b', 'c']) {
          const order = begun.filter((index) => works[index]?.key === key);
          expect(order).toEqual([...order].sort((one, other) => one - other));
        }
      }),
      { numRuns: 40 },
    );
  });
});

/** The contract suite: whether the post that a person names is really one of that very account. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { examplesOf, factsOf, type RegisteredPlatform } from '../../test/support/platform-examples.ts';
import { json } from '../../test/support/platform-faults.ts';
import { type PlatformWorld, platformWorld } from '../../test/support/platform-kit.ts';
import { type MediaStock, mediaStock, type OpenedExample } from '../../test/support/platform-media.ts';
import { target } from '../../test/support/platform-target.ts';
import { HttpFailure } from '../core/http.ts';
import type { Identified, Published, Reach, Unidentified } from '../core/platform.ts';
import type { SimAccount } from '../sandbox/platforms/simulator.ts';
import { platforms } from './index.ts';

const NAMES = Object.keys(platforms) as RegisteredPlatform[];
/** Addresses that people paste, none of which is that of a post. */
const NO_POST = [
  '',
  'nonsense',
  'https://',
  'https://example.org/posts/123456789012345',
  'https://www.facebook.com/raobakes',
  'https://www.facebook.com/share/p/1AbCdEfGhI/',
  'https://fb.watch/abcdefghij/',
  'https://www.instagram.com/raobakes/',
  'https://www.linkedin.com/in/asha-rao/',
  'https://lnkd.in/abcdefg',
  'https://www.youtube.com/@colecycles',
  'https://x.com/raobakes',
  'https://t.co/AbCdEfGhIj',
  'https://www.threads.com/@raobakes',
  'https://www.tiktok.com/@raobakes',
  'https://vm.tiktok.com/ZMAbCdEfG/',
  'https://facebook.com.example.org/102030405060708/posts/123456789012345',
  'javascript:alert(1)',
];

let media: MediaStock;
let world: PlatformWorld;

beforeAll(async () => {
  media = await mediaStock();
});
afterAll(async () => {
  await media.close();
});
afterEach(async () => {
  expect(world?.leaks()).toEqual([]);
  await world?.stop();
});

describe.each(NAMES)('%s', (name) => {
  const reachOf = (account: SimAccount): Reach => ({
    context: world.context,
    account: world.account(account),
  });
  const identify = (named: string, account: SimAccount, reach: Reach | null = reachOf(account)) =>
    world.platform.identify(named, account.id, reach);

  describe.each(examplesOf(name))('$name', (example) => {
    let opened: OpenedExample;

    beforeAll(async () => {
      opened = await media.open(name, example);
    });

    /** Published by that account, with the address under which the public sees it. */
    const publish = async (account: SimAccount): Promise<Published & { readonly address: string }> => {
      const ours = target(world, { ...opened, example: { ...example, account } });
      await ours.prepare();
      const published = await ours.settle(await ours.send());
      const shown = world.posts().find((post) => post.account === account.id);
      return { ...published, address: shown?.url ?? '' };
    };

    it('is told by its address and by its id, without anything being written', async () => {
      world = await platformWorld(name);
      const { id, idKind, address } = await publish(example.account);
      const before = world.calls.length;
      const shared = new URL(address);
      shared.searchParams.set('utm_source', 'share');
      for (const named of [address, shared.href, ` ${id} `]) {
        const found = identifiedIn(await identify(named, example.account), named);
        expect(found, named).toMatchObject({ id, idKind });
        expect(['platform', 'person']).toContain(found.proof);
        if (found.url !== null) expect(new URL(found.url).protocol).toBe('https:');
        if (found.at !== null)
          expect(Math.abs(found.at.getTime() - world.context.now().getTime())).toBeLessThan(120_000);
      }
      const asked = world.calls.slice(before);
      expect(asked.filter(({ method, bytes, armed }) => method !== 'GET' || bytes > 0 || armed)).toEqual([]);
    });

    it('is not taken for one of another account, as far as the platform tells whose it is', async () => {
      world = await platformWorld(name);
      const { stranger } = factsOf(name);
      world.simulated.addAccounts(name, [stranger]);
      const own = await publish(example.account);
      const { address, id } = await publish(stranger);
      const { proof } = identifiedIn(await identify(own.address, example.account), own.address);
      for (const named of [address, id]) {
        const found = await identify(named, example.account);
        if (proof === 'person') expect(found, named).toMatchObject({ proof });
        else expectProblem(found, named);
      }
    });

    it('is taken without asking only where its address names the account, or nobody could tell', async () => {
      world = await platformWorld(name);
      const { address, id } = await publish(example.account);
      const before = world.calls.length;
      for (const named of [address, id]) {
        const found = await identify(named, example.account, null);
        if ('problem' in found) expectProblem(found, named);
        else expect(['address', 'person'], named).toContain(found.proof);
      }
      expect(world.calls.slice(before)).toEqual([]);
    });

    it.each([
      ['does not answer', () => Promise.reject(new HttpFailure(true, 'timeout', 'no answer'))],
      [
        'answers with an error page',
        async () => ({ status: 502, headers: {}, text: '<html>', json: undefined }),
      ],
      ['answers with nothing in it', async () => json(200, {})],
    ])('is never said to be seen when the platform %s', async (_what, answer) => {
      world = await platformWorld(name);
      const { address } = await publish(example.account);
      world.intercept(answer);
      const found = await identify(address, example.account).catch((error: unknown) => error);
      if (found instanceof Error) {
        expect(['PublishError', 'HttpFailure']).toContain(found.name);
        return;
      }
      expect(found).not.toMatchObject({ proof: 'platform' });
    });
  });

  it('refuses what is not the address of a post, with a sentence and what to do', async () => {
    world = await platformWorld(name);
    const [account] = factsOf(name).accounts;
    for (const named of NO_POST) expectProblem(await identify(named, account), named);
    expect(world.calls).toEqual([]);
  });

  it('refuses a post that is not there, unless the platform never tells', async () => {
    world = await platformWorld(name);
    for (const account of factsOf(name).accounts) {
      for (const named of factsOf(name).addresses) {
        const found = await identify(named, account);
        if ('proof' in found) expect(found, named).toMatchObject({ proof: 'person' });
        else expectProblem(found, named);
      }
    }
  });
});

function identifiedIn(found: Identified | Unidentified, named: string): Identified {
  if ('problem' in found) throw new Error(`${named}: ${found.problem} ${found.hint}`);
  return found;
}

function expectProblem(found: Identified | Unidentified, named: string): void {
  expect(found, named).toMatchObject({
    problem: expect.stringMatching(/^[A-Z].*\.$/s),
    hint: expect.stringMatching(/^[A-Z].*\.$/s),
  });
}

/** The contract suite, fourth part: what a platform says about a post before it is sent, and about its own refusals. */
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  ALL_KINDS,
  type Example,
  examplesOf,
  factsOf,
  type RegisteredPlatform,
} from '../../test/support/platform-examples.ts';
import { type PlatformWorld, platformWorld } from '../../test/support/platform-kit.ts';
import {
  examplePost,
  type MediaStock,
  mediaOf,
  mediaStock,
  withText,
} from '../../test/support/platform-media.ts';
import { target } from '../../test/support/platform-target.ts';
import { classify, ERROR_KINDS, type ErrorRule, type Problem } from '../core/errors.ts';
import type { Capabilities } from '../core/platform.ts';
import { buildPost, type Post } from '../core/post.ts';
import type { OptionShape } from '../core/post-options.ts';
import { parseSourceRow } from '../core/source-row.ts';
import { platforms } from './index.ts';

const NAMES = Object.keys(platforms) as RegisteredPlatform[];
const CDN = 'https://media.example';

/** What texts are made of: bytes, UTF-16 code units, code points and what a reader sees all differ. */
const GRAINS = ['a', 'é', 'e\u0301', '—', '👍', '👩‍👩‍👧', '🇩🇪'];

const LENGTHS = {
  'code points': (text: string) => [...text].length,
  'code units': (text: string) => text.length,
  bytes: (text: string) => Buffer.byteLength(text),
  weights: (text: string) =>
    [...new Intl.Segmenter().segment(text)].reduce(
      (sum, { segment }) => sum + (/\p{Extended_Pictographic}|\p{RI}/u.test(segment) ? 2 : 1),
      0,
    ),
  'emoji bytes': (text: string) =>
    [...new Intl.Segmenter().segment(text)].reduce(
      (sum, { segment }) =>
        sum +
        (/\p{Extended_Pictographic}|\p{RI}/u.test(segment)
          ? Buffer.byteLength(segment)
          : [...segment].length),
      0,
    ),
  graphemes: (text: string) => [...new Intl.Segmenter('en').segment(text)].length,
} as const;

/** A text of the longest length that the platform takes, made of this as far as its bytes allow. */
function longest(
  name: RegisteredPlatform,
  grain: string,
  max: number = platforms[name].capabilities.text.max,
): string {
  const { counts, maxBytes = Number.POSITIVE_INFINITY } = factsOf(name);
  const length = LENGTHS[counts](grain);
  const spare = (maxBytes - max) / Math.max(1, Buffer.byteLength(grain) - 1);
  const times = Math.floor(Math.min(max / length, spare));
  return grain.repeat(times) + 'a'.repeat(max - times * length);
}

describe.each(NAMES)('%s', (name) => {
  const { capabilities, problems } = platforms[name];
  const length = LENGTHS[factsOf(name).counts];
  const maxOf = ({ kind }: Post): number =>
    (capabilities as Capabilities).kinds[kind]?.maxText ?? capabilities.text.max;
  const examples = examplesOf(name).map((example) => ({
    example,
    post: examplePost(name, example, mediaOf(example, CDN)),
  }));
  const shown = (post: Post): string => factsOf(name).shownText?.(post) ?? post.text;

  it('finds nothing wrong with the posts that the suite publishes', () => {
    for (const { post } of examples) expect(problems(post)).toEqual([]);
  });

  it('says in its capabilities how it counts a text', () => {
    expect(capabilities.text.unit === 'bytes').toBe(factsOf(name).counts === 'bytes');
  });

  describe.each(GRAINS)('a text of “%s”', (grain) => {
    const fittingIn = (post: Post): string =>
      longest(name, grain, maxOf(post) - (factsOf(name).beside?.(post) ?? 0));

    it.each(examples.filter(({ post }) => shown(post).includes(post.body)))(
      'may be as long as the limit ($example.name)',
      ({ post }) => {
        const fitting = fittingIn(post);
        expect(length(fitting) + (factsOf(name).beside?.(post) ?? 0)).toBe(maxOf(post));
        expect(problems(withText(post, fitting))).toEqual([]);
      },
    );

    // What the account's own server takes is not known before it is asked.
    const perServer = capabilities.text.perServer === true;
    it.each(perServer ? [] : examples.filter(({ post }) => shown(post).includes(post.body)))(
      'is refused with limit and length when it is one over ($example.name)',
      ({ post }) => {
        const [found, ...others] = problems(withText(post, `${fittingIn(post)}a`));
        expect(others).toEqual([]);
        expectToReadWell(found);
        expect(found?.message).toContain(String(maxOf(post)));
        expect(found?.message).toContain(String(maxOf(post) + 1));
      },
    );
  });

  it('refuses in a sentence every kind that it does not take', () => {
    const kinds: Readonly<Partial<Record<string, unknown>>> = capabilities.kinds;
    const refused = ALL_KINDS.filter((kind) => kinds[kind] === undefined);
    for (const kind of refused) {
      const example: Example = { name: kind, kind, account: factsOf(name).accounts[0], files: [] };
      const found = problems(examplePost(name, example, []));
      expect(found.length, kind).toBeGreaterThan(0);
      found.forEach(expectToReadWell);
    }
  });

  it('names every option that is of the wrong type, and takes null for absent', () => {
    for (const key of optionKeys(name)) {
      for (const value of [{ wrong: true }, [{ wrong: true }]]) {
        for (const { example, post } of examples) {
          const found = problemsOfOptions(name, post, { [key]: value });
          const naming = found.filter(({ message }) => message.includes(key));
          expect(naming, `${key} of ${example.name}`).not.toEqual([]);
          naming.forEach(expectToReadWell);
        }
      }
      for (const { example, post } of examples) {
        expect(problems({ ...post, options: { [key]: null } }), `${key} of ${example.name}`).toEqual([]);
      }
    }
  });

  it('has options only for kinds of post that it takes', () => {
    for (const [key, { kinds = [] }] of Object.entries<OptionShape>(platforms[name].options))
      expect(Object.keys(capabilities.kinds), key).toEqual(expect.arrayContaining([...kinds]));
  });

  it('never throws, whatever the post, and says the same every time', () => {
    const keys = optionKeys(name);
    fc.assert(
      fc.property(anyPost(name, keys), (post) => {
        const before = structuredClone(post);
        const found = problems(post);
        found.forEach(expectToReadWell);
        expect(problems(post)).toEqual(found);
        expect(post).toEqual(before);
      }),
      { numRuns: 200 },
    );
  });

  it('reads an account from any row of connections without throwing, or says that it cannot', () => {
    const text = fc.option(fc.string());
    const connection = fc.record({
      id: fc.uuid(),
      pageId: text,
      pageName: text,
      instagramId: text,
      linkedinId: text,
      organizationId: text,
      metadata: fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<Record<string, unknown>>,
    });
    fc.assert(
      fc.property(connection, (row) => {
        const id = platforms[name].accountId(row);
        expect(id === null || id.trim() !== '').toBe(true);
      }),
    );
  });

  describe('its error tables', async () => {
    const tables = await errorTables(name);

    it('exist', () => {
      expect(Object.keys(tables)).not.toEqual([]);
      for (const rules of Object.values(tables)) expect(rules.length).toBeGreaterThan(1);
    });

    it.each(Object.entries(tables))(
      'have in %s one rule a key, and each in whole sentences',
      (_table, rules) => {
        const keys = rules.map(({ key }) => key);
        expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
        for (const rule of rules) {
          expect(rule.key).toMatch(/\S/);
          expect(ERROR_KINDS).toContain(rule.kind);
          expectToReadWell({ ...rule, code: rule.key });
          expect(rule.waitMs ?? 1).toBeGreaterThan(0);
        }
      },
    );

    it.each(Object.entries(tables))('take no key for known that %s does not hold', (_table, rules) => {
      const answer = { keys: ['never seen'], platformCode: 'never seen', platformMessage: 'Never seen.' };
      expect(classify(rules, answer, new Date()).kind).toBe('unknown');
    });
  });
});

describe('a text at the limit', () => {
  let media: MediaStock;
  let world: PlatformWorld;

  beforeAll(async () => {
    media = await mediaStock();
  });
  afterAll(async () => {
    await media.close();
  });
  afterEach(async () => {
    await world.stop();
  });

  it.each(NAMES)('is taken whole by %s', async (name) => {
    const text = longest(name, '👩‍👩‍👧');
    const [example] = examplesOf(name);
    if (example === undefined) throw new Error('A platform takes something.');
    const opened = await media.open(name, example);
    world = await platformWorld(name);
    const ours = target(world, opened, { post: withText(opened.post, text) });
    await ours.prepare();
    await ours.settle(await ours.send());
    expect(world.posts()).toHaveLength(1);
    expect(world.posts()[0]?.text.endsWith(text)).toBe(true);
  });
});

function expectToReadWell(problem: Problem | undefined): void {
  expect(problem?.message).toMatch(/^[\p{Lu}\p{N}“].{10,}[.!]$/su);
  expect(problem?.hint).toMatch(/^\p{Lu}.{5,}[.!]$/su);
  expect(problem?.code).toMatch(/\S/);
  expect(ERROR_KINDS).toContain(problem?.kind);
}

const optionKeys = (name: RegisteredPlatform): string[] => Object.keys(platforms[name].options);

/** What is wrong with a row that says this in its publish_options: core reads some of them for all platforms. */
function problemsOfOptions(
  name: RegisteredPlatform,
  post: Post,
  options: Readonly<Record<string, unknown>>,
): readonly Problem[] {
  const parsed = parseSourceRow(post.source, {
    id: post.id,
    user_id: post.userId,
    content: post.body,
    metadata: { publish_options: options },
  });
  if ('problem' in parsed) throw new Error(parsed.problem);
  const built = buildPost(parsed.row, name, post.dueAt);
  return 'problems' in built ? built.problems : platforms[name].problems({ ...post, options });
}

const rule = z.object({ key: z.string(), kind: z.enum(ERROR_KINDS), message: z.string(), hint: z.string() });

/** Every list of rules that a file error….ts of the folder exports, by its name. */
async function errorTables(name: RegisteredPlatform): Promise<Record<string, readonly ErrorRule[]>> {
  const folder = new URL(`${name}/`, import.meta.url);
  const files = readdirSync(folder).filter((file) => /^error[\w-]*\.ts$/.test(file));
  const modules = await Promise.all(files.map((file) => import(new URL(file, folder).href)));
  const exported = modules.flatMap((module) => Object.entries(module as Record<string, unknown>));
  const tables = exported.filter((entry): entry is [string, ErrorRule[]] => {
    return z.array(rule).min(1).safeParse(entry[1]).success;
  });
  return Object.fromEntries(tables);
}

function anyPost(name: RegisteredPlatform, optionNames: readonly string[]): fc.Arbitrary<Post> {
  const words = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).map((text) => text.repeat(4_000)),
    fc.constantFrom('', ' ', '\uD83D', '#'.repeat(3_000), '@a '.repeat(40), '#é '.repeat(40), '<b>&amp;</b>'),
  );
  const media = fc.record(
    { url: fc.webUrl(), role: fc.constantFrom('image', 'video', 'cover', 'document'), altText: words },
    { requiredKeys: ['url', 'role'] },
  );
  const link = fc.record({ url: fc.webUrl(), title: words, description: words }, { requiredKeys: ['url'] });
  return fc.record({
    source: fc.constantFrom('created_content', 'content_posts'),
    id: fc.uuid(),
    userId: fc.uuid(),
    platform: fc.constant(name),
    kind: fc.constantFrom(...ALL_KINDS),
    title: fc.option(words),
    text: words,
    body: words,
    hashtags: fc.array(words, { maxLength: 40 }),
    link: fc.option(link),
    media: fc.array(media, { maxLength: 25 }),
    options: fc.dictionary(fc.constantFrom(...optionNames, 'something_else'), fc.jsonValue()) as fc.Arbitrary<
      Record<string, unknown>
    >,
    metadata: fc.constant({}),
    dueAt: fc.date({ noInvalidDate: true }),
  });
}

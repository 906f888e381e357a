import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SimAccount } from '../src/sandbox/platforms/simulator.ts';
import { facts, type RegisteredPlatform } from './support/platform-examples.ts';
import { conversation } from './support/specs/conversation.ts';
import { type Check, checkBy } from './support/specs/description.ts';
import { type Discovery, discovery } from './support/specs/discovery.ts';
import { type Graph, graph } from './support/specs/graph.ts';
import { type OpenApi, openApi } from './support/specs/openapi.ts';

/** The platforms' own descriptions; they lie beside the project and do not ship with it. */
const folder = new URL('../../shared/specs/', import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));

const nodes = (...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, read(`facebook/${name}.json`) as Graph['nodes'][string]]));

const DESCRIPTIONS: readonly {
  readonly platform: RegisteredPlatform;
  readonly file: string;
  readonly check: (document: unknown) => Check;
  /** Accounts whose platform is of the description's version. */
  readonly takes?: (account: SimAccount) => boolean;
  /** What it leaves out. */
  readonly known: readonly RegExp[];
}[] = [
  {
    platform: 'x',
    file: 'x-openapi.json',
    check: (document) => checkBy(openApi(document as OpenApi)),
    takes: ({ extra }) => extra?.['naming'] !== 'tweet',
    known: [
      // Each in X's prose (fundamentals/response-codes-and-errors), none in its description.
      /answer 400: \.errors is not described/,
      /answer (401|429|503): .*(problems\/|must match a schema|'(code|message|field|resource_type)')/,
      /POST \/2\/oauth2\/token: there is no such request/,
    ],
  },
  {
    platform: 'mastodon',
    file: 'mastodon-openapi-abraham.json',
    check: (document) => checkBy(openApi(document as OpenApi)),
    known: [/verify_credentials: answer 500 is not described/],
  },
  {
    platform: 'youtube',
    file: 'youtube-v3-discovery.json',
    check: (document) => checkBy(discovery(document as Discovery)),
    // It stands on another host.
    known: [/POST \/token: there is no such request/],
  },
  {
    platform: 'facebook',
    file: 'facebook/enum_types.json',
    check: (enums) =>
      checkBy(
        graph({
          nodes: nodes(
            'User',
            'Page',
            'PagePost',
            'Photo',
            'AdVideo',
            'Stories',
            'Comment',
            'InsightsResult',
          ),
          enums: enums as Graph['enums'],
          kindsOf: (id) =>
            id.includes('_')
              ? ['PagePost']
              : id === 'me'
                ? ['Page', 'User']
                : id === facts.facebook.accounts[0].id
                  ? ['Page']
                  : ['Photo', 'AdVideo'],
        }),
      ),
    known: [
      // The file itself, which the reference has.
      /\/photos: body: \.source is not described/,
      // Another host.
      /POST \/video-upload\//,
    ],
  },
  {
    platform: 'instagram',
    file: 'facebook/enum_types.json',
    check: (enums) =>
      checkBy(
        graph({
          nodes: nodes(
            'User',
            'Page',
            'IGUser',
            'IGMedia',
            'IGComment',
            'ContentPublishingLimitResponse',
            'InstagramInsightsResult',
          ),
          enums: enums as Graph['enums'],
          kindsOf: (id) =>
            id === 'me'
              ? ['IGUser', 'User']
              : facts.instagram.accounts.some((account) => account.id === id)
                ? ['IGUser']
                : ['IGMedia'],
        }),
      ),
    known: [
      // A container's fields, and those of Instagram Login's own user; the reference has both.
      /answer 200: \.status(_code)? is not described/,
      /\/me: answer 200: \.user_id is not described/,
      // Described by IGRefreshAccessTokenForIGOnlyAPI.json, without its address.
      /GET \/refresh_access_token: /,
    ],
  },
];

describe.each(DESCRIPTIONS)('$file of $platform', ({ platform, file, check, takes, known }) => {
  const isThere = existsSync(new URL(file, folder));

  it.skipIf(!isThere)(
    `has nothing against what the ${platform} module asks and its simulator answers${isThere ? '' : ' (not compared: it is not beside this project)'}`,
    async () => {
      const complaints = check(read(file));
      const said = (await conversation(platform, takes)).flatMap(complaints);
      const unexpected = said.filter((one) => !known.some((pattern) => pattern.test(one)));
      expect([...new Set(unexpected)]).toEqual([]);
      // What is no longer said is no longer excused.
      for (const pattern of known) expect(said).toContainEqual(expect.stringMatching(pattern));
    },
  );
});

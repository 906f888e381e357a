import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { SimAccount } from '../simulator.ts';
import { instance } from './configuration.ts';
import { createRequest, LIST_PARAMETERS } from './statuses.ts';

/** Made of Mastodon's documentation, by others; it lies beside the project and does not ship with it. */
const file = new URL('../../../../../shared/specs/mastodon-openapi-abraham.json', import.meta.url);
const isThere = existsSync(file);

const anything = z.record(z.string(), z.unknown());
const spec = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
  components: z.object({ schemas: z.record(z.string(), anything) }),
});
const read = () => spec.parse(JSON.parse(readFileSync(file, 'utf8')));

/** Names of properties wherever they stand below, through references. */
function namesIn(
  value: unknown,
  schemas: Readonly<Record<string, unknown>>,
  seen = new Set<string>(),
): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => namesIn(one, schemas, seen));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    if (key === '$ref') {
      const name = String(inner).split('/').at(-1) ?? '';
      if (seen.has(name)) return [];
      return namesIn(schemas[name], schemas, new Set([...seen, name]));
    }
    const own = key === 'properties' && typeof inner === 'object' && inner !== null ? Object.keys(inner) : [];
    return [...own, ...namesIn(inner, schemas, seen)];
  });
}

function keysOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...keysOf(inner)]);
}

describe.skipIf(!isThere)(
  `Mastodon's description${isThere ? '' : ' (not compared: it is not beside this project)'}`,
  () => {
    it.each([
      ['get', '/api/v2/instance'],
      ['get', '/api/v1/accounts/verify_credentials'],
      ['post', '/api/v2/media'],
      ['get', '/api/v1/media/{id}'],
      ['post', '/api/v1/statuses'],
      ['get', '/api/v1/statuses/{id}'],
      ['get', '/api/v1/statuses/{id}/source'],
      ['get', '/api/v1/accounts/{id}/statuses'],
    ])('knows %s %s', (method, path) => {
      expect(read().paths[path]).toHaveProperty([method]);
    });

    it('knows every field of a status that the simulator takes', () => {
      const { paths, components } = read();
      const body = namesIn(paths['/api/v1/statuses']?.['post'], components.schemas);
      expect(body).toEqual(expect.arrayContaining(Object.keys(createRequest.shape)));
    });

    it('knows every parameter of the list', () => {
      const parameters = z
        .object({ parameters: z.array(z.object({ name: z.string() })) })
        .parse(read().paths['/api/v1/accounts/{id}/statuses']?.['get']);
      expect(parameters.parameters.map(({ name }) => name)).toEqual(expect.arrayContaining(LIST_PARAMETERS));
    });

    it('knows everything that the simulator says of its configuration', () => {
      const { components } = read();
      const account: SimAccount = { id: '1@mastodon.example', name: 'A', token: 't', scopes: [] };
      const names = namesIn(components.schemas['Instance'], components.schemas);
      const said = keysOf(instance(account)).filter((name) => name !== 'mastodon');
      expect(names).toEqual(expect.arrayContaining(said));
    });
  },
);

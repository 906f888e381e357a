import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EDGES, NODE_FIELDS, POST_EDGES } from './parameters.ts';

/** Meta's specification of the SDK code generator; it lies beside the project and does not ship with it. */
const SPECS = fileURLToPath(new URL('../../../../../shared/specs/facebook/', import.meta.url));
const isThere = existsSync(SPECS);

const Spec = z.object({
  apis: z.array(
    z.object({
      method: z.string(),
      endpoint: z.string().optional(),
      params: z.array(z.object({ name: z.string() })),
    }),
  ),
  fields: z.array(z.object({ name: z.string() })),
});

function spec(name: string): z.infer<typeof Spec> {
  return Spec.parse(JSON.parse(readFileSync(`${SPECS}${name}.json`, 'utf8')));
}

describe.skipIf(!isThere)(
  `Meta's specification${isThere ? '' : ' (not compared: it is not beside this project)'}`,
  () => {
    it.each(Object.entries(EDGES))(
      'POST /{page}/%s knows every parameter that the simulator takes',
      (edge, parameters) => {
        const api = spec('Page').apis.find(({ method, endpoint }) => method === 'POST' && endpoint === edge);
        const names = api?.params.map(({ name }) => name) ?? [];
        expect(names).toEqual(expect.arrayContaining(Object.keys(parameters)));
      },
    );

    it.each(['PagePost', 'AdVideo'])('POST and GET /{%s}/comments are as the simulator has them', (file) => {
      const edge = (wanted: string) =>
        spec(file)
          .apis.find(({ method, endpoint }) => method === wanted && endpoint === 'comments')
          ?.params.map(({ name }) => name);
      expect(edge('POST')).toEqual(expect.arrayContaining(Object.keys(POST_EDGES.comments)));
      expect(edge('GET')).toEqual(expect.arrayContaining(['filter', 'order']));
    });

    it.each([
      ['Page', 'Page'],
      ['Photo', 'Photo'],
      ['Video', 'AdVideo'],
      ['PagePost', 'PagePost'],
      ['Comment', 'Comment'],
      ['Stories', 'Stories'],
    ] as const)('%s has every field that the simulator shows', (node, file) => {
      const { apis, fields } = spec(file);
      // Edges may be asked like fields.
      const edges = apis.filter(({ method }) => method === 'GET').map(({ endpoint }) => endpoint);
      expect([...fields.map(({ name }) => name), ...edges]).toEqual(
        expect.arrayContaining([...NODE_FIELDS[node]]),
      );
    });

    it.each([
      ['published_posts', ['limit']],
      ['stories', ['since', 'until', 'status']],
    ])('GET /{page}/%s knows the parameters of the simulator that are not of paging', (edge, parameters) => {
      const api = spec('Page').apis.find(({ method, endpoint }) => method === 'GET' && endpoint === edge);
      expect(api?.params.map(({ name }) => name)).toEqual(expect.arrayContaining(parameters));
    });
  },
);

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EMBEDS, post } from './record.ts';
import { createRequest, LIST_PARAMETERS, putRequest } from './repo.ts';

/** The official lexicons; they lie beside the project and do not ship with it. */
const folder = new URL('../../../../../shared/specs/atproto-lexicons/lexicons/', import.meta.url);
const isThere = existsSync(folder);

const object = z.object({
  required: z.array(z.string()).default([]),
  properties: z.record(z.string(), z.unknown()).default({}),
});
const lexicon = z.object({
  defs: z.object({
    main: z.object({
      type: z.string(),
      parameters: object.optional(),
      input: z.object({ schema: object.optional() }).optional(),
      record: object.optional(),
      properties: z.record(z.string(), z.unknown()).optional(),
      required: z.array(z.string()).optional(),
      errors: z.array(z.object({ name: z.string() })).optional(),
    }),
  }),
});
const read = (nsid: string) =>
  lexicon.parse(JSON.parse(readFileSync(new URL(`${nsid.replaceAll('.', '/')}.json`, folder), 'utf8'))).defs
    .main;

describe.skipIf(!isThere)(
  `The lexicons${isThere ? '' : ' (not compared: they are not beside this project)'}`,
  () => {
    it.each([
      ['com.atproto.server.createSession', 'procedure'],
      ['com.atproto.server.refreshSession', 'procedure'],
      ['com.atproto.server.getSession', 'query'],
      ['com.atproto.server.describeServer', 'query'],
      ['com.atproto.identity.resolveHandle', 'query'],
      ['com.atproto.repo.uploadBlob', 'procedure'],
      ['com.atproto.repo.putRecord', 'procedure'],
      ['com.atproto.repo.createRecord', 'procedure'],
      ['com.atproto.repo.getRecord', 'query'],
      ['com.atproto.repo.listRecords', 'query'],
      ['app.bsky.feed.getPosts', 'query'],
    ])('have %s as a %s', (nsid, type) => {
      expect(read(nsid).type).toBe(type);
    });

    it.each([
      ['com.atproto.repo.putRecord', putRequest],
      ['com.atproto.repo.createRecord', createRequest],
    ])(
      'know every field of %s that the simulator takes, and it wants those that they want',
      (nsid, schema) => {
        const input = read(nsid).input?.schema;
        expect(Object.keys(input?.properties ?? {})).toEqual(
          expect.arrayContaining(Object.keys(schema.shape)),
        );
        for (const name of input?.required ?? []) expect(schema.shape).toHaveProperty([name]);
      },
    );

    it('know every parameter of the list', () => {
      const { parameters } = read('com.atproto.repo.listRecords');
      expect(Object.keys(parameters?.properties ?? {})).toEqual(expect.arrayContaining(LIST_PARAMETERS));
    });

    it('know every field of a post that the simulator takes', () => {
      const { record } = read('app.bsky.feed.post');
      const own = Object.keys(post.shape).filter((name) => name !== '$type');
      expect(Object.keys(record?.properties ?? {})).toEqual(expect.arrayContaining(own));
      expect(record?.properties['text']).toMatchObject({ maxLength: 3000, maxGraphemes: 300 });
      for (const name of record?.required ?? []) expect(own).toContain(name);
    });

    it.each(Object.entries(EMBEDS))('know every field of %s', (nsid, schema) => {
      const { properties = {}, required = [] } = read(nsid);
      const own = Object.keys(schema.shape).filter((name) => name !== '$type');
      expect(Object.keys(properties)).toEqual(expect.arrayContaining(own));
      for (const name of required) expect(own).toContain(name);
    });

    it('say that a record may not be found', () => {
      expect(read('com.atproto.repo.getRecord').errors).toEqual([{ name: 'RecordNotFound' }]);
    });
  },
);

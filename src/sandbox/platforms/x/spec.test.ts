import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  createRequest,
  initializeRequest,
  LIST_PARAMETERS,
  LOOKUP_PARAMETERS,
  MAX_SEGMENT_INDEX,
  metadataRequest,
  NAMINGS,
  SCOPES,
  STATUS_PARAMETERS,
} from './spec.ts';

/** X's official OpenAPI description; it lies beside the project and does not ship with it. */
const file = new URL('../../../../../shared/specs/x-openapi.json', import.meta.url);
const isThere = existsSync(file);

const parameter = z.object({
  $ref: z.string().optional(),
  name: z.string().optional(),
  schema: z.object({ items: z.object({ enum: z.array(z.string()).optional() }).optional() }).optional(),
});
const operation = z.object({
  parameters: z.array(parameter).default([]),
  security: z.array(z.record(z.string(), z.array(z.string()))).default([]),
  responses: z.record(z.string(), z.unknown()),
});
const schema: z.ZodType<Schema> = z.lazy(() =>
  z.object({
    $ref: z.string().optional(),
    type: z.string().optional(),
    properties: z.record(z.string(), schema).optional(),
    items: schema.optional(),
    required: z.array(z.string()).optional(),
    enum: z.array(z.string()).optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    minItems: z.number().optional(),
    maxItems: z.number().optional(),
    minLength: z.number().optional(),
    maxLength: z.number().optional(),
    pattern: z.string().optional(),
  }),
);
interface Schema {
  $ref?: string | undefined;
  type?: string | undefined;
  properties?: Record<string, Schema> | undefined;
  items?: Schema | undefined;
  required?: string[] | undefined;
  enum?: string[] | undefined;
  minimum?: number | undefined;
  maximum?: number | undefined;
  minItems?: number | undefined;
  maxItems?: number | undefined;
  minLength?: number | undefined;
  maxLength?: number | undefined;
  pattern?: string | undefined;
}
const Description = z.object({
  info: z.object({ version: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({
    schemas: z.record(z.string(), schema),
    parameters: z.record(z.string(), parameter),
  }),
});

const LIMITS = [
  'enum',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'pattern',
] as const;

describe.skipIf(!isThere)(
  `X's description${isThere ? '' : ' (not compared: it is not beside this project)'}`,
  () => {
    const read = () => Description.parse(JSON.parse(readFileSync(file, 'utf8')));
    const resolve = (all: Record<string, Schema>, one: Schema): Schema =>
      one.$ref === undefined ? one : (all[one.$ref.split('/').at(-1) ?? ''] ?? {});

    /** Everything that ours demands, theirs demands too, and nothing is known to ours that is not to theirs. */
    function compare(ours: Schema, theirs: Schema, all: Record<string, Schema>, path: string): void {
      const official = resolve(all, theirs);
      for (const limit of LIMITS) {
        const mine = ours[limit];
        if (mine === undefined || official[limit] === undefined) continue;
        // Fewer kinds of files are simulated than X takes.
        if (limit === 'enum') expect(official.enum, path).toEqual(expect.arrayContaining(ours.enum ?? []));
        // An empty upload is none, whatever the description says.
        else if (path.endsWith('total_bytes') && limit === 'minimum') continue;
        else expect(mine, `${path} ${limit}`).toEqual(official[limit]);
      }
      for (const [name, property] of Object.entries(ours.properties ?? {})) {
        const known = official.properties?.[name];
        expect(known, `${path}.${name}`).toBeDefined();
        if (known !== undefined) compare(property, known, all, `${path}.${name}`);
      }
      if (ours.items !== undefined) compare(ours.items, official.items ?? {}, all, `${path}[]`);
      for (const name of official.required ?? []) expect(ours.required, `${path} ${name}`).toContain(name);
    }

    it('is 2.167', () => {
      expect(read().info.version).toBe('2.167');
    });

    it.each([
      ['CreatePostsRequest', createRequest],
      ['InitializeMediaUploadRequest', initializeRequest],
      ['CreateMediaMetadataRequest', metadataRequest],
    ] as const)('has every key and limit of %s that the simulator knows', (name, ours) => {
      const { schemas } = read().components;
      compare(schema.parse(z.toJSONSchema(ours)), schemas[name] ?? {}, schemas, name);
    });

    it('numbers segments as the simulator does', () => {
      const { schemas } = read().components;
      const { properties, required } = schemas['AppendMediaUploadRequest'] ?? {};
      expect(properties?.['segment_index']).toMatchObject({ minimum: 0, maximum: MAX_SEGMENT_INDEX });
      expect(required).toEqual(['media', 'segment_index']);
    });

    it.each([
      ['/2/tweets', 'post', '201', [], SCOPES.write],
      ['/2/tweets', 'get', '200', [...LOOKUP_PARAMETERS, NAMINGS.post.parameter], SCOPES.read],
      ['/2/users/{id}/tweets', 'get', '200', [...LIST_PARAMETERS, NAMINGS.post.parameter], SCOPES.read],
      ['/2/users/me', 'get', '200', ['user.fields'], SCOPES.read],
      ['/2/media/upload', 'get', '200', STATUS_PARAMETERS, SCOPES.media],
      ['/2/media/upload/initialize', 'post', '200', [], SCOPES.media],
      ['/2/media/upload/{id}/append', 'post', '200', [], SCOPES.media],
      ['/2/media/upload/{id}/finalize', 'post', '200', [], SCOPES.media],
      ['/2/media/metadata', 'post', '200', [], SCOPES.media],
    ] as const)(
      '%s %s answers %s and takes what the simulator takes',
      (path, method, status, parameters, scopes) => {
        const { paths, components } = read();
        const official = paths[path]?.[method];
        expect(Object.keys(official?.responses ?? {})).toContain(status);
        const names = official?.parameters.map(
          ({ $ref, name }) => name ?? components.parameters[$ref?.split('/').at(-1) ?? '']?.name,
        );
        expect(names).toEqual(expect.arrayContaining([...parameters]));
        const security = official?.security.find((one) => 'OAuth2UserToken' in one);
        expect(security?.['OAuth2UserToken']?.toSorted()).toEqual([...scopes].sort());
      },
    );

    it('has the fields, expansions and answers of the newer names', () => {
      const { components } = read();
      const values = (name: string) => components.parameters[name]?.schema?.items?.enum;
      expect(values('PostFieldsParameter')).toEqual(expect.arrayContaining([...NAMINGS.post.fields]));
      expect(values('PostExpansionsParameter')).toEqual(expect.arrayContaining([...NAMINGS.post.expansions]));
      const { note, references, history, reposts } = NAMINGS.post;
      const post = Object.keys(components.schemas['Post']?.properties ?? {});
      expect(post).toEqual(
        expect.arrayContaining([note, references, history, 'author_id', 'conversation_id']),
      );
      expect(Object.keys(components.schemas['PostPublicMetrics']?.properties ?? {})).toContain(reposts);
      for (const name of ['InitializeMediaUploadResponseData', 'FinalizeMediaUploadResponseData']) {
        const shown = Object.keys(components.schemas[name]?.properties ?? {});
        expect(shown).toEqual(expect.arrayContaining(['id', 'media_key', 'expires_after_secs']));
      }
    });
  },
);

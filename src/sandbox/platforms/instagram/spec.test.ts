import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { COMMENT_FIELDS } from './comments.ts';
import { MEDIA_FIELDS } from './media.ts';
import { PARAMETER_NAMES } from './parameters.ts';

// Meta's own description for its SDKs (github.com/facebook/facebook-business-sdk-codegen), Graph v25.0.
const folder = new URL('../../../../../shared/specs/facebook/', import.meta.url);
const absent = `Meta's specification is not beside this project (${folder.pathname})`;

const specification = z.object({
  apis: z
    .array(
      z.object({
        method: z.string(),
        endpoint: z.string().optional(),
        params: z.array(z.object({ name: z.string(), type: z.string() })),
      }),
    )
    .default([]),
  fields: z.array(z.object({ name: z.string() })),
});

function read(name: string): z.infer<typeof specification> {
  return specification.parse(JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')));
}

function parameters(name: string, method: string, endpoint: string): string[] | undefined {
  return read(name)
    .apis.find((api) => api.method === method && api.endpoint === endpoint)
    ?.params.map((parameter) => parameter.name);
}

/** Newer than v25.0: the reference of POST /{ig-id}/media has it. */
const NEWER_PARAMETERS = ['is_ai_generated'];

describe('the simulator and Meta’s specification', () => {
  it('agree on the parameters of a container', (context) => {
    if (!existsSync(folder)) context.skip(absent);
    for (const name of ['IGUser', 'IGUserForIGOnlyAPI']) {
      const official = parameters(name, 'POST', 'media') ?? [];
      expect(PARAMETER_NAMES.filter((parameter) => !official.includes(parameter))).toEqual(NEWER_PARAMETERS);
    }
  });

  it('agree on the edges that are read and the one that publishes', (context) => {
    if (!existsSync(folder)) context.skip(absent);
    expect(parameters('IGUser', 'POST', 'media_publish')).toEqual(['creation_id']);
    for (const name of ['IGUser', 'IGUserForIGOnlyAPI']) {
      expect(parameters(name, 'GET', 'media')).toEqual(['since', 'until']);
      expect(parameters(name, 'GET', 'stories')).toEqual([]);
      expect(parameters(name, 'GET', 'content_publishing_limit')).toEqual(['since']);
    }
    expect(parameters('IGMedia', 'GET', 'insights')).toEqual(expect.arrayContaining(['metric', 'period']));
  });

  it('agree on comments', (context) => {
    if (!existsSync(folder)) context.skip(absent);
    for (const name of ['IGMedia', 'IGMediaForIGOnlyAPI']) {
      expect(parameters(name, 'POST', 'comments')).toContain('message');
      expect(parameters(name, 'GET', 'comments')).toEqual([]);
    }
    expect(read('IGComment').fields.map((field) => field.name)).toEqual(
      expect.arrayContaining(COMMENT_FIELDS),
    );
  });

  it('agree on the fields of media, quota and tokens', (context) => {
    if (!existsSync(folder)) context.skip(absent);
    for (const name of ['IGMedia', 'IGMediaForIGOnlyAPI']) {
      const { apis, fields } = read(name);
      const official = [
        ...fields.map((field) => field.name),
        ...apis.flatMap(({ endpoint }) => endpoint ?? []),
      ];
      const simulated = MEDIA_FIELDS.map((field) => field.replace(/\{.*/, ''));
      expect(simulated.filter((field) => !official.includes(field))).toEqual([]);
    }
    const names = (name: string): string[] => read(name).fields.map((field) => field.name);
    expect(names('ContentPublishingLimitResponse')).toEqual(['config', 'quota_usage']);
    expect(names('IGRefreshAccessTokenForIGOnlyAPI')).toEqual(
      expect.arrayContaining(['access_token', 'expires_in', 'permissions', 'token_type']),
    );
  });
});

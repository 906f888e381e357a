import type { z } from 'zod';
import { refuse } from '../refusal.ts';
import type { SimRequest } from '../simulator.ts';
import { badRequest, missingField, unrecognizedField } from './answers.ts';

/** The JSON body in the given shape, or LinkedIn's own refusal of it. */
export function parseBody<T>(request: SimRequest, schema: z.ZodType<T>): T {
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) {
    return refuse({ status: 415, json: { status: 415, message: 'Content-Type must be application/json' } });
  }
  const body = request.body.json();
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = `/${issue?.path.join('/') ?? ''}`;
  if (issue?.code === 'unrecognized_keys') {
    return refuse(unrecognizedField(`${path === '/' ? '' : path}/${issue.keys[0] ?? ''}`));
  }
  const absent = issue !== undefined && valueAt(body, issue.path) === undefined;
  if (absent) return refuse(missingField(path));
  return refuse(
    badRequest('INVALID_VALUE_FOR_FIELD', `Invalid value for field ${path}: ${issue?.message ?? ''}`),
  );
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}

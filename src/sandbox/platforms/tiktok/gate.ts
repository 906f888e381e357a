import type { z } from 'zod';
import { refuse } from '../refusal.ts';
import type { SimAccount, SimRequest, SimResponse, SimWorld } from '../simulator.ts';
import { invalidParams, scopeMissing, tokenInvalid } from './answers.ts';
import type { State } from './state.ts';

export const FULL_SCOPES = ['user.info.basic', 'video.publish', 'video.upload', 'video.list'];

/** One of `scopes` must be granted. */
export function authenticate(request: SimRequest, world: SimWorld, scopes: readonly string[]): SimAccount {
  const [, token] = /^Bearer (\S+)$/.exec(request.headers['authorization'] ?? '') ?? [];
  const account = world.accounts.find((one) => one.token === token);
  if (account === undefined) return refuse(tokenInvalid());
  const { tokenExpiresAt = Number.POSITIVE_INFINITY } = account;
  if (tokenExpiresAt <= world.now().getTime()) return refuse(tokenInvalid());
  return scopes.some((scope) => account.scopes.includes(scope))
    ? account
    : refuse(scopeMissing(scopes.join(' or ')));
}

/** At most `most` within the sliding window; counts this one. */
export function limit(
  state: State,
  world: SimWorld,
  name: string,
  most: number,
  windowMs: number,
  refusal: () => SimResponse,
): void {
  const now = world.now().getTime();
  const recent = (state.times.get(name) ?? []).filter((at) => at > now - windowMs);
  if (recent.length >= most) refuse(refusal());
  state.times.set(name, [...recent, now]);
}

/** The JSON body in the given shape, every other one refused. */
export function parseBody<T>(request: SimRequest, schema: z.ZodType<T>): T {
  checkType(request);
  const parsed = schema.safeParse(request.body.json());
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = [...(issue?.path ?? [])].join('.');
  return refuse(invalidParams(`${at === '' ? 'The body' : at}: ${issue?.message ?? 'is invalid'}`));
}

export function checkType(request: SimRequest): void {
  if (!/^application\/json; *charset=utf-8$/i.test(request.headers['content-type'] ?? ''))
    refuse(invalidParams('Content-Type must be application/json; charset=UTF-8'));
}

/** `fields` of the display endpoints: required, and only those that exist. */
export function fieldsOf({ query }: SimRequest, known: readonly string[]): readonly string[] {
  const strange = [...query.keys()].find((name) => name !== 'fields');
  if (strange !== undefined) refuse(invalidParams(`Unknown parameter ${strange}`));
  const fields = (query.get('fields') ?? '').split(',').filter((field) => field !== '');
  const wrong = fields.find((field) => !known.includes(field));
  if (fields.length === 0 || wrong !== undefined)
    refuse(invalidParams(`fields is required and must be a subset of [${known.join(', ')}]`));
  return fields;
}

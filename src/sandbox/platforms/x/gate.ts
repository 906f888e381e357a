import type { z } from 'zod';
import { refuse } from '../refusal.ts';
import type { SimAccount, SimRequest, SimWorld } from '../simulator.ts';
import { creditsDepleted, forbidden, invalidRequest, unauthorized } from './answers.ts';
import { NAMINGS, type NamingOf } from './spec.ts';

/** The account of the token; 401 for a token that is none, 403 where a scope is missing, 402 without credits. */
export function authenticate(request: SimRequest, world: SimWorld, scopes: readonly string[]): SimAccount {
  const [, token] = /^Bearer (\S+)$/.exec(request.headers['authorization'] ?? '') ?? [];
  const account = world.accounts.find((one) => one.token === token);
  if (account === undefined) return refuse(unauthorized());
  const { tokenExpiresAt = Number.POSITIVE_INFINITY } = account;
  if (tokenExpiresAt <= world.now().getTime()) return refuse(unauthorized());
  if (!scopes.every((scope) => account.scopes.includes(scope)))
    return refuse(forbidden('You are not permitted to perform this action.'));
  return account.extra?.['noCredits'] === true ? refuse(creditsDepleted()) : account;
}

/** Unknown query parameters are refused. */
export function checkQuery({ query }: SimRequest, allowed: readonly string[]): void {
  for (const name of query.keys()) {
    if (allowed.includes(name)) continue;
    const list = allowed.map((one) => `[${one}]`).join(',');
    refuse(invalidRequest(`The query parameter [${name}] is not one of ${list}`, name));
  }
}

export interface Shown {
  readonly naming: NamingOf;
  readonly fields: readonly string[];
  readonly expansions: readonly string[];
}

/** Which fields and expansions are asked for, in the names that this account's X speaks. */
export function checkFields(request: SimRequest, account: SimAccount, allowed: readonly string[]): Shown {
  const naming = account.extra?.['naming'] === 'tweet' ? NAMINGS.tweet : NAMINGS.post;
  checkQuery(request, [...allowed, naming.parameter]);
  const list = (name: string, known: readonly string[]): string[] => {
    const values = (request.query.get(name) ?? '').split(',').filter((value) => value !== '');
    const strange = values.find((value) => !known.includes(value));
    if (strange !== undefined)
      refuse(
        invalidRequest(
          `The \`${name}\` query parameter value [${strange}] is not one of [${known.join()}]`,
          name,
        ),
      );
    return values;
  };
  return {
    naming,
    fields: list(naming.parameter, naming.fields),
    expansions: list('expansions', naming.expansions),
  };
}

/** The JSON body in the given shape, or X's own refusal of it. */
export function parseBody<T>(request: SimRequest, schema: z.ZodType<T>): T {
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? ''))
    return refuse(invalidRequest('Content-Type must be application/json'));
  const parsed = schema.safeParse(request.body.json());
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = ['$', ...(issue?.path ?? [])].join('.');
  if (issue?.code === 'unrecognized_keys')
    return refuse(
      invalidRequest(
        `${path}.${issue.keys[0]}: is not defined in the schema and the schema does not allow additional properties`,
      ),
    );
  return refuse(invalidRequest(`${path}: ${issue?.message ?? 'is invalid'}`));
}

import { z } from 'zod';
import { type ProjectKeys, verifyJwt } from './keys.ts';

const Claims = z.looseObject({ role: z.enum(['anon', 'authenticated', 'service_role']) });

/** The claims of a JWT; `role` is the database role that runs the request. */
export type RequestClaims = z.infer<typeof Claims>;

/** The kind of one of the project's own keys and the claims of its requests; null for any other key. */
export function resolveKey(key: string, keys: ProjectKeys) {
  if (key === keys.anonKey || key === keys.anonJwt)
    return { type: 'publishable' as const, claims: { role: 'anon' as const } };
  if (key === keys.serviceRoleKey || key === keys.serviceRoleJwt)
    return { type: 'secret' as const, claims: { role: 'service_role' as const } };
  return null;
}

/** Who asks: a signed-in user's token counts before the key. Undefined when the request has to be refused. */
export function claimsOf(headers: Headers, keys: ProjectKeys): RequestClaims | undefined {
  const apiKey = headers.get('apikey') ?? '';
  const resolved = resolveKey(apiKey, keys);
  if (resolved === null) return undefined;
  const bearer = /^Bearer\s+(.+)$/.exec(headers.get('authorization') ?? '')?.[1];
  if (bearer === undefined || bearer === apiKey || bearer.startsWith('sb_')) return resolved.claims;
  return Claims.safeParse(verifyJwt(bearer, keys.jwtSecret)).data;
}

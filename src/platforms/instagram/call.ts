import type { z } from 'zod';
import type { HttpResponse } from '../../core/http.ts';
import type { PlatformContext } from '../../core/platform.ts';
import type { Secret } from '../../core/secret.ts';
import { bearer } from '../../http/graph.ts';
import { requestError } from './errors.ts';

// https://developers.facebook.com/docs/graph-api/changelog: newest on 2026-07-29, alive for two years.
export const DEFAULT_VERSION = 'v26.0';

/** Where a token is at home; each is told to no other host. */
export type LoginWorld = 'facebook' | 'instagram';

/** Instagram Login tokens begin with IGAA or IGQ, Facebook Login tokens with EAA. */
export function loginWorld(token: Secret): LoginWorld {
  return token.reveal().startsWith('IG') ? 'instagram' : 'facebook';
}

/** GET, parsed. @throws PublishError for every other answer */
export async function get<T>(
  context: PlatformContext,
  token: Secret,
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
  schema: z.ZodType<T>,
): Promise<T> {
  const url = address(context, token, path);
  return parse(
    context,
    await context.http.request({ method: 'GET', url, query, headers: bearer(token) }),
    schema,
  );
}

/** What a successful answer holds. @throws PublishError for every other one: nothing became visible */
export function parse<T>(context: PlatformContext, response: HttpResponse, schema: z.ZodType<T>): T {
  const parsed = response.status === 200 ? schema.safeParse(response.json) : undefined;
  if (parsed?.success === true) return parsed.data;
  throw requestError(response, context.now());
}

export function address(context: PlatformContext, token: Secret, path: string): string {
  return `https://graph.${loginWorld(token)}.com/${context.settings.version ?? DEFAULT_VERSION}/${path}`;
}

import { z } from 'zod';
import type { PublishError } from '../core/errors.ts';
import type { Http, HttpResponse } from '../core/http.ts';
import { type GivenTokens, givenTokens } from '../core/oauth.ts';
import type { PlatformContext } from '../core/platform.ts';
import { Secret } from '../core/secret.ts';
import { bearer } from './graph.ts';

// https://developers.facebook.com/docs/graph-api/reference/debug_token; Threads answers the same.
const answer = z.object({
  data: z.object({ is_valid: z.boolean(), scopes: z.array(z.string()).optional().catch(undefined) }),
});

/** What a token of Meta's permits, asked with the token or the app credentials `by`. */
export async function graphScopes(
  { http }: { readonly http: Http },
  url: string,
  token: Secret,
  by: string,
  error: (response: HttpResponse) => PublishError,
): Promise<readonly string[] | null> {
  const response = await http.request({
    method: 'GET',
    url: new Secret(`${url}?input_token=${encodeURIComponent(token.reveal())}`),
    headers: bearer(new Secret(by)),
  });
  const parsed = answer.safeParse(response.json);
  if (response.status !== 200 || !parsed.success) throw error(response);
  return parsed.data.data.scopes ?? null;
}

/**
 * 60 days instead of an hour, of the accounts that log in themselves. The parameters stand in the address, as
 * documented, so the whole of it is a secret.
 */
export async function exchangeToken(
  { http, now }: Pick<PlatformContext, 'http' | 'now'>,
  { label, address, grant }: { readonly label: string; readonly address: string; readonly grant: string },
  appSecret: Secret,
  short: Secret,
): Promise<GivenTokens> {
  const query = new URLSearchParams({
    grant_type: grant,
    client_secret: appSecret.reveal(),
    access_token: short.reveal(),
  });
  const response = await http.request({ method: 'GET', url: new Secret(`${address}?${query}`) });
  return givenTokens(label, response, now());
}

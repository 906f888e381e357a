import { z } from 'zod';
import type { PublishError } from '../core/errors.ts';
import type { Http, HttpResponse } from '../core/http.ts';
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

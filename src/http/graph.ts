/** What Meta's Graph API platforms share: the error body, the usage headers, and what an answer means around the arm. */
import { z } from 'zod';
import { aroundArm, type Moment, notDescribed } from '../core/answer-errors.ts';
import { clip } from '../core/clip.ts';
import { classify, type ErrorRule, type PlatformAnswer, type PublishError } from '../core/errors.ts';
import type { HttpResponse } from '../core/http.ts';
import { tryJson } from '../core/json-value.ts';
import { redactText } from '../core/redact-text.ts';
import { MASK, Secret } from '../core/secret.ts';

/**
 * Last key of every answer that the server itself calls transient (`is_transient`, on rupload `retriable`),
 * so that a table can have one rule for all of them.
 */
export const TRANSIENT_KEY = 'transient';

// https://developers.facebook.com/docs/graph-api/guides/error-handling
const errorBody = z.object({
  error: z.object({
    code: z.number(),
    message: z.string().catch(''),
    error_subcode: z.number().optional().catch(undefined),
    is_transient: z.boolean().optional().catch(undefined),
    error_user_title: z.string().optional().catch(undefined),
    error_user_msg: z.string().optional().catch(undefined),
    fbtrace_id: z.string().optional().catch(undefined),
  }),
});

/** Names of errors that stand in the words beside a general code: THREADS_API__LINK_LIMIT_EXCEEDED. */
const NAMED = /\b[A-Z]+_API__[A-Z_]+\b/g;

// https://developers.facebook.com/docs/video-api/guides/reels-publishing
const ruploadBody = z.object({
  debug_info: z.object({
    type: z.string(),
    message: z.string().catch(''),
    retriable: z.boolean().optional().catch(undefined),
  }),
});

// https://developers.facebook.com/docs/graph-api/overview/rate-limiting: minutes; there is no Retry-After.
const businessUsage = z.record(
  z.string(),
  z.array(z.object({ estimated_time_to_regain_access: z.number().optional() })),
);
// Percent of a rolling hour's budget; names no time.
const appUsage = z.object({
  call_count: z.number().optional(),
  total_time: z.number().optional(),
  total_cputime: z.number().optional(),
});
const APP_WINDOW_MS = 3_600_000;

/** An answer in one of Meta's own error shapes, or null: HTML, truncated JSON, a proxy's page, a success. */
export function graphAnswer(response: HttpResponse, now: Date): PlatformAnswer | null {
  const retryAt = retryAtFromUsage(response.headers, now);
  const graph = errorBody.safeParse(response.json);
  if (graph.success) {
    const {
      code,
      error_subcode: subcode,
      is_transient,
      error_user_title: title = '',
      error_user_msg,
      message,
      fbtrace_id,
    } = graph.data.error;
    // Subcodes are unique over all codes, and the code they come with varies by endpoint: '*/1363031' names them all.
    const specific = subcode === undefined ? [] : [`${code}/${subcode}`, `*/${subcode}`];
    const named = `${title} ${message} ${error_user_msg ?? ''}`.match(NAMED) ?? [];
    return {
      keys: [...named, ...specific, `${code}`, ...(is_transient === true ? [TRANSIENT_KEY] : [])],
      platformCode: specific[0] ?? `${code}`,
      platformMessage: harmless(error_user_msg || message),
      traceId: fbtrace_id ?? response.headers['x-fb-trace-id'],
      retryAt,
    };
  }
  const rupload = ruploadBody.safeParse(response.json);
  if (!rupload.success) return null;
  const { type, message, retriable } = rupload.data.debug_info;
  return {
    keys: [type, ...(retriable === true ? [TRANSIENT_KEY] : [])],
    platformCode: type,
    platformMessage: harmless(message),
    traceId: response.headers['x-fb-trace-id'],
    retryAt,
  };
}

/**
 * The error that an answer other than the expected one stands for.
 *
 * `armed`: after the arm only a known refusal is definite; codes 1 and 2, every other 'temporary', 5xx, 408 and
 * whatever is not Meta's shape (also a 2xx without id) are `unknown`.
 * Not armed: nothing became visible, so whatever we do not know is `temporary` and is tried again.
 */
export function graphError(
  rules: readonly ErrorRule[],
  response: HttpResponse,
  now: Date,
  moment: Moment,
): PublishError {
  const answer = graphAnswer(response, now);
  const error =
    answer === null
      ? notDescribed(
          response,
          "Meta's documentation",
          'If it happens again, look for a proxy in between and at https://metastatus.com.',
          response.headers['x-fb-trace-id'],
        )
      : classify(rules, answer, now);
  return aroundArm(error, response, moment);
}

/**
 * When the usage headers say that calls are possible again: the longest time of X-Business-Use-Case-Usage, else the
 * end of the app's rolling hour when X-App-Usage is used up; undefined when neither says so.
 */
export function retryAtFromUsage(headers: Readonly<Record<string, string>>, now: Date): Date | undefined {
  const business = businessUsage.safeParse(tryJson(headers['x-business-use-case-usage'] ?? ''));
  const minutes = business.success
    ? Object.values(business.data)
        .flat()
        .map((entry) => entry.estimated_time_to_regain_access ?? 0)
    : [];
  const longest = Math.max(0, ...minutes);
  if (longest > 0) return new Date(now.getTime() + longest * 60_000);
  const app = appUsage.safeParse(tryJson(headers['x-app-usage'] ?? ''));
  const usedUp = app.success && Object.values(app.data).some((percent) => (percent ?? 0) >= 100);
  return usedUp ? new Date(now.getTime() + APP_WINDOW_MS) : undefined;
}

/** Graph repeats a malformed token inside its message ("Malformed access token EAAB…"), whatever it looks like. */
function harmless(message: string): string {
  return clip(redactText(message).replace(/(?<=\baccess token:? )[^\s.:]{12,}/gi, MASK), 500);
}

/** '2026-11-21T10:00:00+0000': ECMAScript wants a colon in the offset. */
export const graphTime = z.string().transform((text, context) => {
  const date = new Date(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  if (Number.isNaN(date.getTime())) context.addIssue({ code: 'custom', message: 'not a time' });
  return date;
});

export interface GraphPage<T> {
  readonly items: readonly T[];
  /** Cursor of the next page. */
  readonly after: string | undefined;
}

/** One page of a list. Its address of the next one holds the token, so only the cursor is used. */
export function graphPage<T>(item: z.ZodType<T>): z.ZodType<GraphPage<T>> {
  const paging = z.object({
    cursors: z.object({ after: z.string().optional() }).optional(),
    next: z.string().optional(),
  });
  return z.object({ data: z.array(item), paging: paging.optional() }).transform(({ data, paging: at }) => ({
    items: data,
    after: at?.next === undefined ? undefined : at.cursors?.after,
  }));
}

const MOST_PAGES = 20;

/** The first item that fits, page by page; undefined where the list ends, or is very long, without it. */
export async function findInPages<T>(
  read: (after: string | undefined) => Promise<GraphPage<T>>,
  fits: (item: T) => boolean,
): Promise<T | undefined> {
  let after: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { items, after: next } = await read(after);
    const found = items.find(fits);
    if (found !== undefined || next === undefined) return found;
    after = next;
  }
  return undefined;
}

export function bearer(token: Secret): Readonly<Record<string, Secret>> {
  return { authorization: new Secret(`Bearer ${token.reveal()}`) };
}

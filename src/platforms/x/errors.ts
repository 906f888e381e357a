import { z } from 'zod';
import { aroundArm, type Moment, notDescribed } from '../../core/answer-errors.ts';
import { clip } from '../../core/clip.ts';
import { classify, type ErrorRule, type PlatformAnswer, type PublishError } from '../../core/errors.ts';
import type { HttpResponse } from '../../core/http.ts';
import { redactText } from '../../core/redact-text.ts';
import { ERROR_RULES } from './error-rules.ts';

/** After these nothing was published, although the post itself may be sent again. */
const DEFINITE: readonly string[] = ['media-lost', 'parent-hidden', 'code/385'];

/** X answers in four shapes: a problem, a list of problems, a list of older codes, one older code. */
const text = z.string().catch('');
const problem = z.object({
  title: text,
  detail: text,
  type: z.string().min(1),
  status: z.number().optional().catch(undefined),
});
const coded = z.object({ code: z.int(), message: z.string() });
const body = z.object({
  errors: z
    .array(z.union([problem, coded, z.object({ message: z.string() })]))
    .optional()
    .catch(undefined),
});
const oauthBody = z.object({ error: z.string(), error_description: text });

/** What details say that no type says; each only beside a status of refusal, in X's own shape. */
const DETAILS: readonly (readonly [RegExp, string])[] = [
  [/duplicate content/, 'duplicate'],
  [/deleted or not visible|not visible to you/, 'parent-hidden'],
  [/reply to|quote .*(mentioned|author)|mentioned .*(reply|quote)/, 'reply-rule'],
  [/cashtag/, 'cashtags'],
  [/(text|post|tweet).* too long|(exceeds?|longer than|over) .*character|character limit/, 'too-long'],
  [/video.*(longer than|too long|minutes|duration)|duration.*video/, 'video-too-long'],
  [/media.?ids?\b.*(invalid|not found|expired)|invalid media.?id/, 'media-lost'],
  [/unsupported authentication|application-only is forbidden/, 'app-only-token'],
  [/suspended|temporarily locked/, 'user-suspended'],
  [/enough credits|credits? .*depleted/, 'credits'],
  [/usage cap|monthly product cap/, 'usage-capped'],
  [/not permitted to perform this action/, 'not-permitted'],
];

/** An answer in X's own error shape, or null: HTML, a proxy's page, a success. */
function xAnswer(response: HttpResponse, now: Date): PlatformAnswer | null {
  if (response.status < 400) return null;
  const problems = problemsIn(response);
  if (problems.length === 0) return null;
  const said = [...new Set(problems.map(({ said }) => said).filter((part) => part !== ''))].join(' ');
  const limits = response.status === 429 ? readLimits(response.headers) : null;
  const words = DETAILS.filter(([pattern]) => pattern.test(said.toLowerCase())).map(([, word]) => word);
  const keys = [
    ...(limits?.ofApp === true ? ['limit/app'] : []),
    // Of a server's own fault the detail says nothing definite.
    ...(response.status < 500 ? words : []),
    ...problems.flatMap((one) => one.keys),
  ];
  return {
    keys,
    platformCode: keys[0] ?? `HTTP_${response.status}`,
    platformMessage: clip(redactText(said), 500),
    traceId: traceIdOf(response),
    retryAt: limits?.reset ?? retryAfter(response.headers['retry-after'], now),
  };
}

/** What the token endpoint answers. */
function oauthAnswer(response: HttpResponse): PlatformAnswer | null {
  const oauth = oauthBody.safeParse(response.json);
  if (!oauth.success || response.status < 400) return null;
  const { error, error_description } = oauth.data;
  const client = /authorization header|client/i.test(error_description) ? ['client header'] : [];
  const refused = /token was invalid|refresh.?token/i.test(error_description) ? ['refresh token'] : [];
  return {
    keys: [...refused, ...client, error],
    platformCode: error,
    platformMessage: clip(redactText(error_description), 500),
    traceId: traceIdOf(response),
  };
}

interface OneProblem {
  readonly keys: readonly string[];
  readonly said: string;
}

function problemsIn({ json, status }: HttpResponse): OneProblem[] {
  const whole = problem.safeParse(json);
  const code = coded.safeParse(json);
  const listed = body.safeParse(json).data?.errors ?? [];
  const found = [...(whole.success ? [whole.data] : []), ...(code.success ? [code.data] : []), ...listed];
  // A message alone is anybody's: it counts only beside a problem of X's own.
  if (!found.some((one) => 'type' in one || 'code' in one)) return [];
  return found.map((one) => {
    if ('type' in one) return { keys: problemKeys(one, status), said: one.detail || one.title };
    return { keys: 'code' in one ? [`code/${one.code}`] : [], said: one.message };
  });
}

function problemKeys({ type, title, status: said }: z.infer<typeof problem>, status: number): string[] {
  const [, name] = /\/problems\/([\w-]+)\/?$/.exec(type) ?? [];
  const own = name === undefined ? [] : [name];
  // A type that is not known says more than its status: then nothing is taken for known.
  const plain = type === 'about:blank' && (said ?? status) === status ? [`about:blank/${status}`] : [];
  return [...own, ...(title === 'CreditsDepleted' ? [title] : []), ...plain];
}

/**
 * The error that an answer other than the expected one stands for.
 *
 * `armed`: only a known refusal is definite; 'temporary' ones (but for those about files and parents), 408, 5xx and
 * whatever is not X's shape are `unknown`. Not armed: nothing became visible, so what we do not know is tried again.
 */
export function xError(response: HttpResponse, now: Date, moment: Moment): PublishError {
  return settled(xAnswer(response, now), response, now, moment, ERROR_RULES);
}

export function tokenError(response: HttpResponse, now: Date, table: readonly ErrorRule[]): PublishError {
  // The token endpoint is behind the same limits and outages as all others.
  const oauth = oauthAnswer(response);
  return oauth === null
    ? xError(response, now, 'not armed')
    : settled(oauth, response, now, 'not armed', table);
}

function settled(
  answer: PlatformAnswer | null,
  response: HttpResponse,
  now: Date,
  moment: Moment,
  table: readonly ErrorRule[],
): PublishError {
  const error = answer === null ? notTheirs(response) : classify(table, answer, now);
  return aroundArm(error, response, moment, DEFINITE);
}

/** The limits that are used up, by the headers of 15 minutes and of 24 hours; else what X names first. */
function readLimits(headers: HttpResponse['headers']): {
  readonly reset: Date | undefined;
  readonly ofApp: boolean;
} {
  const all = ['x-rate-limit', 'x-user-limit-24hour', 'x-app-limit-24hour'].map((name) => ({
    name,
    usedUp: headers[`${name}-remaining`]?.trim() === '0',
    // Unix seconds.
    reset: Number(headers[`${name}-reset`] ?? Number.NaN) * 1000,
  }));
  const known = all.filter(({ reset }) => Number.isFinite(reset));
  const usedUp = known.filter((limit) => limit.usedUp);
  const counting = usedUp.length > 0 ? usedUp : known.slice(0, 1);
  const last = counting.toSorted((a, b) => b.reset - a.reset)[0];
  return {
    reset: last === undefined ? undefined : new Date(last.reset),
    ofApp: last?.usedUp === true && last.name === 'x-app-limit-24hour',
  };
}

function retryAfter(value: string | undefined, now: Date): Date | undefined {
  if (value === undefined || !/^\d+$/.test(value)) return undefined;
  return new Date(now.getTime() + Number(value) * 1000);
}

/** What X's support asks for. */
export function traceIdOf(response: HttpResponse): string | undefined {
  return response.headers['x-transaction-id'];
}

const notTheirs = (response: HttpResponse) =>
  notDescribed(
    response,
    "X's documentation",
    'If it happens again, look for a proxy in between and at https://docs.x.com/status.',
    traceIdOf(response),
  );

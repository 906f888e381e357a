import { HttpFailure, type HttpResponse } from '../../src/core/http.ts';
import { readAnswer } from '../../src/http/read-answer.ts';
import type { Fault } from '../../src/sandbox/platforms/simulator.ts';
import type { Call, Interceptor, PlatformWorld } from './platform-kit.ts';
import { Killed, type Target } from './platform-target.ts';

/** The simulator does this to the visible request. */
export function faultOnArmed(world: PlatformWorld, kind: Fault['kind']): void {
  world.intercept(async (call, forward) => (call.armed ? await withFault(world, kind, forward) : forward()));
}

/** Something between us and the platform answers the visible request, which arrived or did not. */
export function answerArmed(world: PlatformWorld, arrived: boolean, answer: Answer): void {
  world.intercept(async (call, forward) => {
    if (!call.armed) return forward();
    return answer(arrived ? await forward() : null);
  });
}

/**
 * The visible request stays somewhere on its way while we give up waiting.
 * @returns lets it arrive
 */
export function holdArmed(world: PlatformWorld): () => Promise<unknown> {
  let held: (() => Promise<HttpResponse>) | undefined;
  world.intercept(async (call, forward) => {
    if (!call.armed) return forward();
    held = forward;
    throw new HttpFailure(true, 'timeout', 'Nobody answered.');
  });
  return async () => {
    if (held === undefined) throw new Error('Nothing was sent.');
    return held();
  };
}

/** Keeps what is answered from now on, to be given again to the same questions later. */
export function rememberAnswers(world: PlatformWorld): { replay(): void } {
  const answers = new Map<string, HttpResponse>();
  world.intercept(async (call, forward) => {
    const answer = await forward();
    answers.set(call.url, answer);
    return answer;
  });
  return {
    replay: () => world.intercept(async (call, forward) => answers.get(call.url) ?? forward()),
  };
}

/** The n-th request from now on is lost, before or after it arrived, together with the process. */
export function killAt(world: PlatformWorld, killed: Target, nth: number, when: 'before' | 'after'): void {
  world.intercept(
    fromNowOn(world, nth, async (_call, forward) => {
      if (when === 'after') await forward();
      killed.kill();
      throw new Killed('The process is dead.');
    }),
  );
}

/** How one read of an account can fail. */
export const READ_FAILURES = {
  'an expired token': (world, forward) => withFault(world, 'token_expired', forward),
  'a rate limit': (world, forward) => withFault(world, 'rate_limit', forward),
  'a refusal': (world, forward) => withFault(world, 'refuse', forward),
  'a server fault': (world, forward) => withFault(world, 'server_error_before', forward),
  'a 401 page': async () => page(401),
  'a 402 page': async () => page(402),
  'a 403 page': async () => page(403),
  'a 429 page': async () => page(429),
  'a 502 page': async () => page(502),
  'a page with 200': async () => page(200),
  'an empty object': async () => json(200, {}),
  'a cut answer': async (_world, forward) => cut(await forward()),
} as const satisfies Record<
  string,
  (world: PlatformWorld, forward: () => Promise<HttpResponse>) => Promise<HttpResponse>
>;

export function failNth(world: PlatformWorld, nth: number, failure: keyof typeof READ_FAILURES): void {
  world.intercept(fromNowOn(world, nth, (_call, forward) => READ_FAILURES[failure](world, forward)));
}

export function loseNth(world: PlatformWorld, nth: number): void {
  world.intercept(
    fromNowOn(world, nth, async () => {
      throw new HttpFailure(true, 'reset', 'The connection broke.');
    }),
  );
}

type Answer = (real: HttpResponse | null) => HttpResponse;

/** What may come back for a visible request that arrived, and mean nothing. */
export const GARBLED: Readonly<Record<string, Answer>> = {
  'a page with 200': () => page(200),
  'an empty 201': () => empty(201),
  'half of the answer': (real) => cut(real ?? empty(200)),
  'a 502 page': () => page(502),
};

/** What something in between may answer to a request that it kept. */
export const IN_BETWEEN: Readonly<Record<string, Answer>> = {
  'an empty 200': () => empty(200),
  'an empty object': () => json(200, {}),
  'an empty 204': () => empty(204),
  'a redirect to a login': () => page(302, { location: 'https://proxy.example/login' }),
  'a 400 page': () => page(400),
  'a 401 page': () => page(401),
  'a 403 page of a proxy': () => page(403),
  'a 403 of a gateway in JSON': () => json(403, { message: 'Forbidden' }),
  'a 404 page': () => page(404),
  'an empty 408': () => empty(408),
  'a 422 in JSON': () => json(422, { error: 'unprocessable' }),
  'a 429 page': () => page(429),
  'a 500 page': () => page(500),
  'an empty 503': () => empty(503),
  'a 504 page': () => page(504),
};

async function withFault(
  { simulated, name }: PlatformWorld,
  kind: Fault['kind'],
  forward: () => Promise<HttpResponse>,
): Promise<HttpResponse> {
  simulated.setFaults([{ platform: name, kind, times: 1 }]);
  try {
    return await forward();
  } finally {
    simulated.setFaults([]);
  }
}

function fromNowOn(world: PlatformWorld, nth: number, act: Interceptor): Interceptor {
  const before = world.calls.length;
  return (call: Call, forward) => (call.number === before + nth ? act(call, forward) : forward());
}

export function json(status: number, value: unknown): HttpResponse {
  return readAnswer(status, { 'content-type': 'application/json' }, Buffer.from(JSON.stringify(value)));
}

function page(status: number, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  const html = '<!doctype html><title>Something in between</title><p>Please come back later.';
  return readAnswer(status, { 'content-type': 'text/html', ...headers }, Buffer.from(html));
}

function empty(status: number): HttpResponse {
  return readAnswer(status, {}, Buffer.alloc(0));
}

/** With all its headers, and what is left of its body when the connection is closed too early. */
function cut({ status, headers, text }: HttpResponse): HttpResponse {
  if (text === '') return page(502);
  return readAnswer(status, headers, Buffer.from(text.slice(0, Math.floor(text.length / 2))));
}

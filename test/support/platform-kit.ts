import { inspect } from 'node:util';
import type { HttpBody, HttpRequest, HttpResponse } from '../../src/core/http.ts';
import type { Logger } from '../../src/core/logger.ts';
import type { Account, Platform, PlatformContext } from '../../src/core/platform.ts';
import { Secret } from '../../src/core/secret.ts';
import { createHttp } from '../../src/http/client.ts';
import { platforms } from '../../src/platforms/index.ts';
import { simulators } from '../../src/sandbox/platforms/index.ts';
import { type Platforms, startPlatforms } from '../../src/sandbox/platforms/server.ts';
import type { PublicPost, SimAccount } from '../../src/sandbox/platforms/simulator.ts';
import { factsOf, type RegisteredPlatform } from './platform-examples.ts';
import { registeredApp } from './registered-app.ts';

const START = Date.parse('2026-11-21T10:00:00Z');
/** Two polls at the usual first looks. */
const PROCESSING_MS = 2_500;
const CLIENT_SECRET = 'contract-client-secret';

/** A request as the platform module made it; a question that is asked by POST counts as a GET. */
export interface Call {
  /** From 1. */
  readonly number: number;
  readonly method: HttpRequest['method'];
  readonly url: string;
  readonly armed: boolean;
  /** Of the body; 0 for reads and for questions to an upload session. */
  readonly bytes: number;
}

/** Stands between a platform and its network. */
export type Interceptor = (call: Call, forward: () => Promise<HttpResponse>) => Promise<HttpResponse>;

/** One platform against its strict simulator through the real HTTP client, under one clock. */
export interface PlatformWorld {
  readonly name: RegisteredPlatform;
  readonly platform: Platform;
  readonly context: PlatformContext;
  readonly simulated: Platforms;
  /** Everything that was asked, oldest first. */
  readonly calls: readonly Call[];
  /** Milliseconds that modules have slept. */
  slept(): number;
  account(simulated: SimAccount): Account;
  posts(): PublicPost[];
  /** What is public once the platform has had all the time it needs. */
  postsInTheEnd(): Promise<PublicPost[]>;
  /** Moves the clock that simulator and module share. */
  pass(ms: number): void;
  passTo(at: Date): void;
  intercept(interceptor: Interceptor | null): void;
  /** What the promise rejected with; it is searched for secrets as well. */
  failure(attempt: Promise<unknown>): Promise<unknown>;
  /** Where a token, or an address that is a permission, was shown. */
  leaks(): string[];
  stop(): Promise<void>;
}

export async function platformWorld(
  name: RegisteredPlatform,
  { wireLog }: { readonly wireLog?: string } = {},
): Promise<PlatformWorld> {
  let clock = START;
  let slept = 0;
  let interceptor: Interceptor | null = null;
  const now = (): Date => new Date(clock);
  const platform: Platform = platforms[name];
  const { accounts, tokenInQuery = [], askedByPost = [] } = factsOf(name);
  const simulated = await startPlatforms({
    makers: { [name]: simulators[name] },
    accounts: { [name]: accounts },
    processingMs: PROCESSING_MS,
    wireLog,
    now,
  });
  const calls: Call[] = [];
  const shown: string[] = [];
  const secrets = new Set([CLIENT_SECRET, ...accounts.flatMap(secretsOf)]);
  const log = recordingLogger(shown);
  const { origins, uploadHosts, ownServers } = platform.capabilities;
  const client = createHttp({
    origins,
    uploadHosts,
    ownServers,
    apiUrl: simulated.base(name),
    // Nothing here times out; a machine that does several things at once is slow.
    timeoutMs: 30_000,
    connectTimeoutMs: 10_000,
    userAgent: 'content-publisher contract suite',
    log,
  });

  async function request(asked: HttpRequest): Promise<HttpResponse> {
    const url = addressOf(asked);
    const question = askedByPost.includes(url.pathname);
    const call = {
      number: calls.length + 1,
      method: question ? 'GET' : asked.method,
      url: url.href,
      armed: asked.arm !== undefined,
      bytes: question ? 0 : bytesOf(asked.body),
    } as const;
    calls.push(call);
    if (asked.url instanceof Secret) {
      // The address itself must stay hidden; a token inside it is only for what is documented so.
      secrets.add(asked.url.reveal());
      if (!tokenInQuery.includes(url.pathname)) shown.push(url.href.replace(asked.url.reveal(), ''));
      if (!tokenInQuery.includes(url.pathname)) shown.push(...url.searchParams.values());
    } else {
      shown.push(url.href);
    }
    const forward = (): Promise<HttpResponse> => client.request(asked);
    return interceptor === null ? forward() : interceptor(call, forward);
  }

  return {
    name,
    platform,
    simulated,
    calls,
    context: {
      http: { request },
      settings: { version: undefined },
      app: registeredApp('contract-client', CLIENT_SECRET),
      log,
      now,
      sleep: async (ms) => {
        clock += ms;
        slept += ms;
      },
    },
    slept: () => slept,
    account: (account) => ({
      platform: platform.capabilities.platform,
      id: account.id,
      name: account.name,
      connectionId: 'd0000000-0000-4000-8000-000000000002',
      token: new Secret(account.token),
      refreshToken: account.refreshToken === undefined ? null : new Secret(account.refreshToken),
      tokenExpiresAt: null,
      ...(typeof account.extra?.['server'] === 'string' ? { server: account.extra['server'] } : {}),
    }),
    posts: () => simulated.posts(),
    async postsInTheEnd() {
      clock += 10 * PROCESSING_MS;
      // Simulators work when they are asked.
      await fetch(`${simulated.base(name)}/v26.0/me`).then((answer) => answer.text());
      return simulated.posts();
    },
    pass: (ms) => {
      clock += ms;
    },
    passTo: (at) => {
      clock = Math.max(clock, at.getTime());
    },
    intercept: (next) => {
      interceptor = next;
    },
    async failure(attempt) {
      const error = await attempt.then(
        (value) => new Error(`It was not refused: ${inspect(value)}`),
        (thrown: unknown) => thrown,
      );
      shown.push(inspect(error, { depth: 8, showHidden: true }));
      return error;
    },
    leaks: () => shown.filter((text) => [...secrets].some((secret) => holds(text, secret))),
    async stop() {
      await client.close();
      await simulated.stop();
    },
  };
}

function secretsOf({ token, refreshToken }: SimAccount): string[] {
  return refreshToken === undefined ? [token] : [token, refreshToken];
}

function holds(text: string, secret: string): boolean {
  return text.includes(secret) || text.includes(encodeURIComponent(secret));
}

function addressOf({ url, query = {} }: HttpRequest): URL {
  const address = new URL(url instanceof Secret ? url.reveal() : url);
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) address.searchParams.append(key, String(value));
  }
  return address;
}

function bytesOf(body: HttpBody | undefined): number {
  if (body === undefined) return 0;
  if ('source' in body) return body.source.length;
  if ('json' in body) return JSON.stringify(body.json).length;
  return Object.keys('form' in body ? body.form : body.multipart).length;
}

/** As the modules hand it over, before the real logger masks anything. */
function recordingLogger(lines: string[]): Logger {
  const write = (message: string, fields: unknown): void => {
    lines.push(`${message} ${inspect(fields, { depth: 8 })}`);
  };
  return { debug: write, info: write, warn: write, error: write, flush: async () => undefined };
}

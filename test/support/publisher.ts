import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { z } from 'zod';
import { type TickParts, wireTick } from '../../src/cli/wire.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { EncryptionKey } from '../../src/core/encryption.ts';
import type { Logger } from '../../src/core/logger.ts';
import { PLATFORM_NAMES } from '../../src/core/platform-name.ts';
import type { Store } from '../../src/core/store.ts';
import { makeBlueskySimulator } from '../../src/sandbox/platforms/bluesky/index.ts';
import { makeFacebookSimulator } from '../../src/sandbox/platforms/facebook/index.ts';
import { makeInstagramSimulator } from '../../src/sandbox/platforms/instagram/index.ts';
import { makeLinkedinSimulator } from '../../src/sandbox/platforms/linkedin/index.ts';
import { FULL_SCOPES as MASTODON_SCOPES } from '../../src/sandbox/platforms/mastodon/gate.ts';
import { makeMastodonSimulator } from '../../src/sandbox/platforms/mastodon/index.ts';
import { type Platforms, startPlatforms } from '../../src/sandbox/platforms/server.ts';
import type { MakeSimulator, SimAccount } from '../../src/sandbox/platforms/simulator.ts';
import { FULL_SCOPES as THREADS_SCOPES } from '../../src/sandbox/platforms/threads/gate.ts';
import { makeThreadsSimulator } from '../../src/sandbox/platforms/threads/index.ts';
import { FULL_SCOPES as TIKTOK_SCOPES } from '../../src/sandbox/platforms/tiktok/gate.ts';
import { makeTiktokSimulator } from '../../src/sandbox/platforms/tiktok/index.ts';
import { makeXSimulator } from '../../src/sandbox/platforms/x/index.ts';
import { makeYoutubeSimulator } from '../../src/sandbox/platforms/youtube/index.ts';
import type { Supabase } from '../../src/sandbox/supabase/start-supabase.ts';
import { createKeyring } from '../../src/security/keyring.ts';
import type { Publishing } from '../../src/tick/deps.ts';
import { type TickResult, tick } from '../../src/tick/tick.ts';
import { openTestSupabase, type TestSupabaseOptions } from './supabase.ts';

const KEY = 'cGxhaW5seSBhIHRlc3Qga2V5LCAzMiBieXRlcyBsZyE=';
const key = EncryptionKey.parse(KEY);
if (key === null) throw new Error('the test key is no key');
const keyring = createKeyring(key, []);
export const encrypt = (text: string) => keyring.encrypt(text);
export const decrypt = (text: string) => keyring.decrypt(text);

export const FULL_SCOPES = {
  facebook: ['pages_manage_posts', 'pages_read_engagement', 'pages_show_list', 'pages_manage_engagement'],
  instagram: [
    'instagram_basic',
    'instagram_content_publish',
    'pages_read_engagement',
    'instagram_manage_comments',
  ],
  linkedin: ['w_member_social', 'w_member_social_feed', 'openid', 'profile'],
  mastodon: MASTODON_SCOPES,
  threads: THREADS_SCOPES,
  tiktok: TIKTOK_SCOPES,
  linkedinOrganization: ['w_organization_social', 'r_organization_social', 'w_organization_social_feed'],
  youtube: [
    'https://www.googleapis.com/auth/youtube.upload',
    'https://www.googleapis.com/auth/youtube.readonly',
    'https://www.googleapis.com/auth/youtube.force-ssl',
  ],
  x: ['tweet.read', 'tweet.write', 'users.read', 'media.write', 'offline.access'],
} as const;

/** The accounts that test/fixtures/rows.json is connected to. */
const ACCOUNTS: Readonly<Record<string, readonly SimAccount[]>> = {
  facebook: [
    { id: '102030405060708', name: 'Rao Bakes', token: 'EAAB-page-token-1', scopes: FULL_SCOPES.facebook },
    {
      id: '998877665544332',
      name: 'Cole Cycles',
      token: 'EAABplainlegacytoken2',
      scopes: FULL_SCOPES.facebook,
    },
  ],
  instagram: [
    { id: '17841400000000001', name: 'raobakes', token: 'EAAB-page-token-1', scopes: FULL_SCOPES.instagram },
    {
      id: '17841400000000002',
      name: 'Cole Cycles',
      token: 'EAAG-page-token-2',
      scopes: FULL_SCOPES.instagram,
      extra: { pageId: '998877665544332' },
    },
  ],
  linkedin: [
    {
      id: 'urn:li:person:aB3xYz9Q_1',
      name: 'Ben Cole',
      token: 'AQX-linkedin-1',
      scopes: FULL_SCOPES.linkedin,
    },
  ],
  youtube: [
    {
      id: 'UCabcdefghijklmnopqrstuv',
      name: 'Cole Cycles TV',
      token: 'ya29.expired',
      tokenExpiresAt: 0,
      refreshToken: '1//0refresh',
      scopes: FULL_SCOPES.youtube,
    },
  ],
};

interface RunOverrides {
  readonly env?: Readonly<Record<string, string>>;
  readonly userId?: string;
  readonly host?: string;
  readonly includeOverdue?: boolean;
  readonly now?: () => Date;
  readonly signal?: AbortSignal;
  /** Stands between the tick and its store. */
  readonly store?: (store: Store) => Store;
  /** Platforms in place of, or around, the real ones. */
  readonly platforms?: (own: Publishing['platforms']) => Publishing['platforms'];
}

export interface RunOutput extends TickResult {
  readonly notices: readonly string[];
  readonly log: readonly { readonly level: string; readonly message: string; readonly fields: unknown }[];
}

const WireLine = z.object({
  at: z.iso.datetime(),
  platform: z.string(),
  method: z.string(),
  path: z.string(),
  query: z.record(z.string(), z.unknown()),
  headers: z.record(z.string(), z.unknown()),
  body: z.unknown(),
  /** null: the connection was cut instead of an answer. */
  status: z.number().nullable(),
  answer: z.unknown(),
});
/** A request that reached a simulated platform. */
export type WireLine = z.output<typeof WireLine>;

export interface Publisher {
  readonly supabase: Supabase;
  readonly platforms: Platforms;
  readonly env: Readonly<Record<string, string>>;
  run(overrides?: RunOverrides): Promise<RunOutput>;
  /** Every request so far that reached a simulated platform, in the order of the answers; secrets are masked. */
  wire(): readonly WireLine[];
}

interface PublisherOptions extends TestSupabaseOptions {
  readonly accounts?: typeof ACCOUNTS;
  /** Simulators in place of the usual ones. */
  readonly makers?: Readonly<Record<string, MakeSimulator>>;
}

/** The whole publisher in this process, against a project and simulators of the test file's own. */
export function usePublisher(options: PublisherOptions = {}): () => Publisher {
  let current: Publisher | undefined;
  let stop: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    const opened = await openPublisher(options);
    current = opened;
    stop = opened.stop;
  });
  afterAll(async () => {
    await stop?.();
  });
  return () => {
    if (current === undefined) throw new Error('The publisher exists only inside tests and hooks.');
    return current;
  };
}

export async function openPublisher(
  options: PublisherOptions = {},
): Promise<Publisher & { stop(): Promise<void> }> {
  const supabase = await openTestSupabase(options);
  const logDir = mkdtempSync(join(tmpdir(), 'publisher-test-'));
  const wireLog = join(logDir, 'wire.ndjson');
  const platforms = await startPlatforms({
    makers: {
      facebook: makeFacebookSimulator,
      instagram: makeInstagramSimulator,
      linkedin: makeLinkedinSimulator,
      mastodon: makeMastodonSimulator,
      bluesky: makeBlueskySimulator,
      threads: makeThreadsSimulator,
      tiktok: makeTiktokSimulator,
      youtube: makeYoutubeSimulator,
      x: makeXSimulator,
      ...options.makers,
    },
    accounts: options.accounts ?? ACCOUNTS,
    wireLog,
  });
  const env: Record<string, string> = {
    SUPABASE_URL: supabase.url,
    SUPABASE_SERVICE_ROLE_KEY: supabase.serviceRoleKey,
    ENCRYPTION_KEY: KEY,
    FACEBOOK_API_URL: platforms.base('facebook'),
    INSTAGRAM_API_URL: platforms.base('instagram'),
    LINKEDIN_API_URL: platforms.base('linkedin'),
    MASTODON_API_URL: platforms.base('mastodon'),
    BLUESKY_API_URL: platforms.base('bluesky'),
    THREADS_API_URL: platforms.base('threads'),
    YOUTUBE_API_URL: platforms.base('youtube'),
    X_API_URL: platforms.base('x'),
    TIKTOK_API_URL: platforms.base('tiktok'),
    TIKTOK_CLIENT_KEY: 'test-client',
    TIKTOK_CLIENT_SECRET: 'test-client-secret',
    X_CLIENT_ID: 'test-client',
    X_CLIENT_SECRET: 'test-client-secret',
    YOUTUBE_CLIENT_ID: 'test-client',
    YOUTUBE_CLIENT_SECRET: 'test-client-secret',
    MEDIA_ALLOW_HOSTS: new URL(supabase.url).host,
    LOG_DIR: logDir,
    REQUEST_TIMEOUT: '5s',
    FIND_QUARANTINE: '2s',
    BACKLOG_SPACING: '2m',
  };
  return {
    supabase,
    platforms,
    env,
    run: (overrides = {}) => runOnce({ ...env, ...overrides.env }, overrides),
    wire: () =>
      (existsSync(wireLog) ? readFileSync(wireLog, 'utf8') : '')
        .split('\n')
        .filter(Boolean)
        .map((line) => WireLine.parse(JSON.parse(line))),
    stop: async () => {
      await platforms.stop();
      await supabase.stop();
      rmSync(logDir, { recursive: true, force: true });
    },
  };
}

let runs = 0;

async function runOnce(env: Readonly<Record<string, string>>, overrides: RunOverrides): Promise<RunOutput> {
  const withUser = overrides.userId === undefined ? env : { ...env, TEST_USER_ID: overrides.userId };
  const loaded = loadConfig(withUser, { need: ['supabase', 'encryption'], platforms: PLATFORM_NAMES });
  if ('problems' in loaded) throw new Error(loaded.problems.map((problem) => problem.message).join(' '));
  const notices: string[] = [];
  const lines: RunOutput['log'][number][] = [];
  runs += 1;
  const parts: TickParts = {
    config: loaded.config,
    identity: {
      owner: crypto.randomUUID(),
      runId: `test-${runs}`,
      host: overrides.host ?? 'test-host',
      pid: process.pid,
      version: '1.2.3',
    },
    log: collect(lines),
    notice: (line) => notices.push(line),
    signal: overrides.signal ?? new AbortController().signal,
    includeOverdue: overrides.includeOverdue ?? false,
  };
  const { deps, close } = wireTick(parts);
  const { now = deps.now, store = (own: Store) => own, platforms = (own) => own } = overrides;
  const publishing = async () => {
    const opened = await deps.publishing();
    return { ...opened, platforms: platforms(opened.platforms) };
  };
  try {
    const result = await tick({ ...deps, now, publishing, store: store(deps.store) });
    return { ...result, notices, log: lines };
  } finally {
    await close();
  }
}

function collect(lines: RunOutput['log'][number][]): Logger {
  const at = (level: string) => (message: string, fields?: unknown) => {
    lines.push({ level, message, fields });
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    flush: async () => {},
  };
}

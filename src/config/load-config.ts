import { isLoopback } from '../core/loopback.ts';
import type { PlatformName } from '../core/platform-name.ts';
import type { Config, ConfigProblem, ConfigWith, PlatformConfig } from './config.ts';
import { mapPlatforms, PLATFORM_VARIABLES } from './platform-env.ts';
import { createReader, type Env, type VariableReader } from './read-variables.ts';
import type { Need } from './variable.ts';
import { VARIABLES as V } from './variables.ts';

export interface LoadOptions<N extends Need> {
  /** Faults in other groups are ignored and leave the group undefined. 'encryption' stands for publishing. */
  readonly need?: readonly N[];
  /** The platforms this command will speak to: all of them on this machine, or none. */
  readonly platforms?: readonly PlatformName[];
}

/** Environment → Config. Pure; every problem is reported at once, the caller exits with 78. */
export function loadConfig<N extends Need = never>(
  env: Env,
  { need = [], platforms = [] }: LoadOptions<N> = {},
): { readonly config: ConfigWith<N> } | { readonly problems: readonly ConfigProblem[] } {
  const reader = createReader(env, need);
  const config = readConfig(reader);
  const problems = [...reader.problems, ...halfTestUser(config, need), ...mixedWorlds(config, platforms)];
  // Without problems every needed group is there: its variables are marked `required`.
  return problems.length > 0 ? { problems } : { config: config as ConfigWith<N> };
}

function readConfig({ optional, withDefault }: VariableReader): Config {
  const url = optional('SUPABASE_URL', V.SUPABASE_URL);
  const key = optional('SUPABASE_SERVICE_ROLE_KEY', V.SUPABASE_SERVICE_ROLE_KEY);
  const database = optional('DATABASE_URL', V.DATABASE_URL);
  const current = optional('ENCRYPTION_KEY', V.ENCRYPTION_KEY);
  const previous = optional('ENCRYPTION_KEY_PREVIOUS', V.ENCRYPTION_KEY_PREVIOUS) ?? [];
  return {
    supabase: url !== undefined && key !== undefined ? { url, key } : undefined,
    database: database && { url: database },
    encryption: current && { current, previous },
    testUser: {
      id: optional('TEST_USER_ID', V.TEST_USER_ID),
      email: optional('TEST_USER_EMAIL', V.TEST_USER_EMAIL),
    },
    defaultTimezone: optional('DEFAULT_TIMEZONE', V.DEFAULT_TIMEZONE),
    limits: {
      maxLatenessMs: withDefault('MAX_LATENESS', V.MAX_LATENESS),
      maxHoldMs: withDefault('MAX_HOLD', V.MAX_HOLD),
      backlogSpacingMs: withDefault('BACKLOG_SPACING', V.BACKLOG_SPACING),
      breakerPauseMs: withDefault('BREAKER_PAUSE', V.BREAKER_PAUSE),
      leaseMs: withDefault('LEASE_SECONDS', V.LEASE_SECONDS),
      findQuarantineMs: withDefault('FIND_QUARANTINE', V.FIND_QUARANTINE),
      requestTimeoutMs: withDefault('REQUEST_TIMEOUT', V.REQUEST_TIMEOUT),
      maxAttempts: withDefault('MAX_ATTEMPTS', V.MAX_ATTEMPTS),
      writesPerHour: optional('WRITES_PER_HOUR', V.WRITES_PER_HOUR),
      concurrency: withDefault('CONCURRENCY', V.CONCURRENCY),
      maxTicksPerHost: withDefault('MAX_TICKS_PER_HOST', V.MAX_TICKS_PER_HOST),
    },
    lookBeforeSend: withDefault('LOOK_BEFORE_SEND', V.LOOK_BEFORE_SEND),
    media: { allowHosts: withDefault('MEDIA_ALLOW_HOSTS', V.MEDIA_ALLOW_HOSTS) },
    platforms: mapPlatforms((platform) => readPlatform(platform, optional)),
    log: { level: withDefault('LOG_LEVEL', V.LOG_LEVEL), dir: withDefault('LOG_DIR', V.LOG_DIR) },
    notify: {
      heartbeatUrl: optional('HEARTBEAT_URL', V.HEARTBEAT_URL),
      webhookUrl: optional('NOTIFY_WEBHOOK_URL', V.NOTIFY_WEBHOOK_URL),
      webhookSecret: optional('NOTIFY_WEBHOOK_SECRET', V.NOTIFY_WEBHOOK_SECRET),
    },
  };
}

function readPlatform(platform: PlatformName, optional: VariableReader['optional']): PlatformConfig {
  const { clientId, clientSecret, version, apiUrl } = PLATFORM_VARIABLES[platform];
  return {
    clientId: clientId && optional(clientId.name, clientId.variable),
    clientSecret: clientSecret && optional(clientSecret.name, clientSecret.variable),
    version: version && (optional(version.name, version.variable) ?? version.variable.default),
    apiUrl: optional(apiUrl.name, apiUrl.variable),
  };
}

/** Who names a test user and forgets the id believes that others are safe. */
function halfTestUser({ testUser }: Config, need: readonly Need[]): ConfigProblem[] {
  if (testUser.email === undefined || testUser.id !== undefined || !need.includes('encryption')) return [];
  return [
    {
      variable: 'TEST_USER_ID',
      message: 'TEST_USER_ID is not set although TEST_USER_EMAIL is, so the posts of all users would go out.',
      hint: 'Copy both lines that `content-publisher find-test-user <e-mail>` prints, or remove TEST_USER_EMAIL.',
    },
  ];
}

/** Test rows must not reach real accounts, and real rows must not count as published by a simulator. */
function mixedWorlds(
  { supabase, platforms: settings }: Config,
  platforms: readonly PlatformName[],
): ConfigProblem[] {
  if (supabase === undefined) return [];
  const localDatabase = isLocal(supabase.url);
  return platforms
    .filter((platform) => isLocal(settings[platform].apiUrl) !== localDatabase)
    .map((platform) => {
      const variable = PLATFORM_VARIABLES[platform].apiUrl.name;
      return localDatabase
        ? {
            variable,
            message: `${variable} is not on this machine, but SUPABASE_URL is: posts of a test database would reach real accounts.`,
            hint: `Set ${variable} to the sandbox's address for it (\`content-publisher sandbox --env-file\` writes it).`,
          }
        : {
            variable,
            message: `${variable} is on this machine, but SUPABASE_URL is not: real posts would be marked as published without going out.`,
            hint: `Remove ${variable}, or set SUPABASE_URL to the sandbox's address.`,
          };
    });
}

function isLocal(url: string | undefined): boolean {
  return url !== undefined && isLoopback(new URL(url).hostname);
}

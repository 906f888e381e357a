import { PLATFORM_VARIABLES } from '../config/platform-env.ts';
import { CLIENT_SECRET } from './accounts.ts';
import { simulators } from './platforms/index.ts';

export interface SandboxAddresses {
  readonly supabaseUrl: string;
  readonly serviceRoleKey: string;
  readonly databaseUrl: string;
  readonly encryptionKey: string;
  readonly logDir: string;
  /** Address of a simulated platform. */
  base(platform: string): string;
}

/** Everything a command needs to work against the sandbox and nothing else. Times are as short as they may be. */
export function sandboxEnv(at: SandboxAddresses): Readonly<Record<string, string>> {
  return {
    SUPABASE_URL: at.supabaseUrl,
    SUPABASE_SERVICE_ROLE_KEY: at.serviceRoleKey,
    DATABASE_URL: at.databaseUrl,
    ENCRYPTION_KEY: at.encryptionKey,
    // The sandbox's storage is on this machine, which no real media may come from.
    MEDIA_ALLOW_HOSTS: new URL(at.supabaseUrl).host,
    LEASE_SECONDS: '2',
    FIND_QUARANTINE: '2',
    REQUEST_TIMEOUT: '2',
    BACKLOG_SPACING: '0',
    BREAKER_PAUSE: '1',
    // Hundreds of posts for a handful of accounts are what it is tried with.
    WRITES_PER_HOUR: '1000000',
    LOG_DIR: at.logDir,
    ...Object.fromEntries(
      (Object.keys(simulators) as (keyof typeof simulators)[]).flatMap((platform) => {
        const { apiUrl, clientId, clientSecret } = PLATFORM_VARIABLES[platform];
        return [
          [apiUrl.name, at.base(platform)],
          ...(clientId === undefined ? [] : [[clientId.name, `sandbox-client-of-${platform}`]]),
          ...(clientSecret === undefined ? [] : [[clientSecret.name, CLIENT_SECRET]]),
        ];
      }),
    ),
  };
}

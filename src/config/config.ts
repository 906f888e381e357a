import type { EncryptionKey } from '../core/encryption.ts';
import type { PlatformSettings } from '../core/platform.ts';
import type { PlatformName } from '../core/platform-name.ts';
import type { Secret } from '../core/secret.ts';
import type { Need } from './variable.ts';

export interface PlatformConfig extends PlatformSettings {
  /** Our registered app, as far as the environment names it. */
  readonly clientId: string | undefined;
  readonly clientSecret: Secret | undefined;
  /** Replaces every origin of the platform; no slash at its end. */
  readonly apiUrl: string | undefined;
}

export interface Config {
  readonly supabase: { readonly url: string; readonly key: Secret } | undefined;
  readonly database: { readonly url: Secret } | undefined;
  readonly encryption:
    | { readonly current: EncryptionKey; readonly previous: readonly EncryptionKey[] }
    | undefined;
  /** With an id everything is limited to that user. */
  readonly testUser: { readonly id: string | undefined; readonly email: string | undefined };
  /** IANA name in its usual casing. */
  readonly defaultTimezone: string | undefined;
  /** Times in milliseconds. */
  readonly limits: {
    readonly maxLatenessMs: number;
    readonly maxHoldMs: number;
    readonly backlogSpacingMs: number;
    readonly breakerPauseMs: number;
    readonly leaseMs: number;
    readonly findQuarantineMs: number;
    readonly requestTimeoutMs: number;
    readonly maxAttempts: number;
    /** undefined: what each platform's capabilities say. */
    readonly writesPerHour: number | undefined;
    readonly concurrency: number;
    readonly maxTicksPerHost: number;
  };
  readonly lookBeforeSend: boolean;
  readonly media: { readonly allowHosts: readonly string[] };
  readonly platforms: Readonly<Record<PlatformName, PlatformConfig>>;
  readonly log: { readonly level: 'error' | 'warn' | 'info' | 'debug'; readonly dir: string };
  readonly notify: {
    readonly heartbeatUrl: Secret | undefined;
    readonly webhookUrl: Secret | undefined;
    readonly webhookSecret: Secret | undefined;
  };
}

/** A Config in which what a command needs is there. */
export type ConfigWith<N extends Need> = Config & { readonly [K in N]: NonNullable<Config[K]> };

/** message: a sentence that begins with the variable; hint: the mend. Neither holds a secret. */
export interface ConfigProblem {
  readonly variable: string;
  readonly message: string;
  readonly hint: string;
}

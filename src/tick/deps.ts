import type { Keyring } from '../core/encryption.ts';
import type { Logger } from '../core/logger.ts';
import type { MediaLibrary } from '../core/media-library.ts';
import type { Platform, PlatformContext } from '../core/platform.ts';
import type { PlatformName } from '../core/platform-name.ts';
import type { Secret } from '../core/secret.ts';
import type { Store, TickIdentity } from '../core/store.ts';

export type StoredTokenReading =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly token: Secret }
  | { readonly kind: 'undecryptable'; readonly reason: string };

/** All durations in milliseconds. */
export interface TickLimits {
  readonly startingMs: number;
  readonly leaseSeconds: number;
  readonly concurrency: number;
  readonly maxTicksPerHost: number;
  readonly maxLatenessMs: number;
  readonly maxHoldMs: number;
  readonly maxAttempts: number;
  readonly backlogSpacingMs: number;
  readonly requestTimeoutMs: number;
  readonly findQuarantineMs: number;
}

export interface TickOptions {
  /** Limits everything to this user's rows. */
  readonly userId: string | null;
  readonly includeOverdue: boolean;
  readonly defaultZone: string | null;
}

/** Everything a tick touches, handed in; nothing is global. */
export interface TickDeps {
  readonly identity: TickIdentity;
  readonly store: Store;
  readonly platforms: Readonly<Partial<Record<PlatformName, Platform>>>;
  context(platform: PlatformName): PlatformContext;
  readonly keyring: Keyring;
  readToken(stored: string | null): StoredTokenReading;
  readonly media: MediaLibrary;
  readonly log: Logger;
  /** One line for cron's mail. */
  notice(line: string): void;
  readonly limits: TickLimits;
  readonly options: TickOptions;
  /** Aborted by SIGTERM: nothing new is started, what is armed is finished. */
  readonly signal: AbortSignal;
  now(): Date;
  random(): number;
}

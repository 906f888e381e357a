import type { Keyring } from '../core/encryption.ts';
import type { Logger } from '../core/logger.ts';
import type { MediaBucket } from '../core/media-bucket.ts';
import type { MediaLibrary } from '../core/media-library.ts';
import type { Platform, PlatformContext } from '../core/platform.ts';
import { PLATFORM_NAMES, type PlatformName } from '../core/platform-name.ts';
import type { Secret } from '../core/secret.ts';
import type { PostKey, Store, TickIdentity } from '../core/store.ts';
import type { Learned } from './learned.ts';
import type { Reach } from './reach.ts';

type StoredTokenReading =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly token: Secret; readonly clear?: true }
  | { readonly kind: 'undecryptable'; readonly reason: string };

/** All durations in milliseconds. */
interface TickLimits {
  readonly startingMs: number;
  readonly leaseSeconds: number;
  readonly concurrency: number;
  readonly maxTicksPerHost: number;
  readonly maxLatenessMs: number;
  readonly maxHoldMs: number;
  readonly maxAttempts: number;
  /** Instead of what a platform's capabilities say. */
  readonly writesPerHour: number | undefined;
  readonly backlogSpacingMs: number;
  readonly breakerPauseMs: number;
  readonly requestTimeoutMs: number;
  readonly findQuarantineMs: number;
}

interface TickOptions {
  /** Limits everything to this user's rows. */
  readonly userId: string | null;
  readonly includeOverdue: boolean;
  /** Limits the claim to one post, let go by hand. */
  readonly only: PostKey | null;
  readonly lookBeforeSend: boolean;
  readonly defaultZone: string | null;
}

/** What only a tick with something to publish needs: loaded at the first claim, so that an idle tick stays light. */
export interface Publishing {
  readonly platforms: Readonly<Record<PlatformName, Platform>>;
  context(platform: PlatformName): PlatformContext;
  readonly media: MediaLibrary;
  readonly bucket: MediaBucket;
  readonly keyring: Keyring;
  readToken(stored: string | null): StoredTokenReading;
}

/** Everything a tick touches, handed in; nothing is global. */
export interface TickDeps {
  readonly identity: TickIdentity;
  readonly store: Store;
  publishing(): Promise<Publishing>;
  readonly log: Logger;
  /** One line for cron's mail. */
  notice(line: string): void;
  readonly limits: TickLimits;
  readonly options: TickOptions;
  /** Aborted by SIGTERM: nothing new is started, what is armed is finished. */
  readonly signal: AbortSignal;
  /** The database's clock, as far as syncClock has told it: hosts' clocks differ, the database's is one. */
  now(): Date;
  syncClock(databaseNow: Date): void;
  /** How far this host's clock is ahead of the database's. */
  skewMs(): number;
  random(): number;
}

export type PublishDeps = TickDeps & Publishing & { readonly learned: Learned; readonly reach: Reach };

export function platformNamed(deps: PublishDeps, name: string): Platform | null {
  const known = PLATFORM_NAMES.find((candidate) => candidate === name);
  return known === undefined ? null : deps.platforms[known];
}

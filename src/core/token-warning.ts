import type { Lifetime } from './access.ts';

const DAY_MS = 86_400_000;

/** A renewal that failed for a day does not come about by itself. */
const RENEWAL_TAKES_MS = DAY_MS;

/** A person is told when so many days are left; 0: it should be over already. */
const WARN_DAYS = [14, 7, 3, 1, 0] as const;

export interface TokenWarning {
  /** Whole days that are left; negative: since it has ended. */
  readonly days: number;
  /** The mark that was passed last. Whoever tells people tells each once. */
  readonly level: (typeof WARN_DAYS)[number];
  readonly sentence: string;
  readonly hint: string;
}

export interface ExpiringAccount {
  readonly platform: string;
  /** As people write the platform. */
  readonly label: string;
  readonly name: string;
  readonly lifetime: Lifetime;
  /** Posts that are due after the end. */
  readonly postsAfter: number;
}

/** That an account must be connected again soon, or null while that is far. Pure. */
export function tokenWarning(account: ExpiringAccount, now: Date): TokenWarning | null {
  const { platform, label, name, lifetime, postsAfter } = account;
  const { endsAt, what, exact, renewedBeforeMs } = lifetime;
  if (endsAt === null) return null;
  const leftMs = endsAt.getTime() - now.getTime();
  if (renewedBeforeMs !== undefined && leftMs > renewedBeforeMs - RENEWAL_TAKES_MS) return null;
  const days = Math.floor(leftMs / DAY_MS);
  const level = WARN_DAYS.findLast((mark) => leftMs <= mark * DAY_MS);
  if (level === undefined) return null;
  const about = exact ? '' : 'about ';
  const date = endsAt.toISOString().slice(0, 10);
  const token = `The ${what} of the ${label} account ${name}`;
  const posts = postsAfter === 1 ? '1 post is' : `${postsAfter === 0 ? 'no' : postsAfter} posts are`;
  return {
    days,
    level,
    sentence:
      leftMs <= 0
        ? `${token} should have ended on ${about}${date}; ${posts} scheduled after that.`
        : `${token} ends in ${about}${inDays(days)} (${date}); ${posts} scheduled after that.`,
    hint: `Connect it again in the app, or: content-publisher connections connect ${platform}`,
  };
}

const inDays = (days: number) => (days === 0 ? 'less than a day' : days === 1 ? '1 day' : `${days} days`);

import { type Candidate, chooseAccounts } from '../core/choose-accounts.ts';
import { resolveDue } from '../core/due.ts';
import type { Problem } from '../core/errors.ts';
import type { ClaimedPost, StoredConnection, StoredTarget } from '../core/job.ts';
import type { Platform } from '../core/platform.ts';
import { foldPlatform, type PlatformName, skipReason } from '../core/platform-name.ts';
import { buildPost } from '../core/post.ts';
import { redactText } from '../core/redact-text.ts';
import { parseSourceRow, type SourceRow } from '../core/source-row.ts';
import { judgeUnread } from '../core/unknown-options.ts';
import { platforms } from '../platforms/index.ts';
import { accountUnknown } from '../tick/publish-post.ts';

/** What one account would get of one post. */
export interface Preview {
  readonly source: string;
  readonly id: string;
  readonly platform: string | null;
  readonly account: string | null;
  readonly due_at: string | null;
  readonly local_time: string | null;
  readonly kind: string | null;
  readonly text: string | null;
  readonly media: readonly string[];
  /** What follows the post on the account, in order; `length` as the platform counts it. */
  readonly follow_ups: readonly {
    readonly effect: string;
    readonly label: string;
    readonly text: string | null;
    readonly length: number | null;
  }[];
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

/** One for each account that it goes to; none: not due yet. */
export function previewPost(
  claimed: ClaimedPost,
  now: Date,
  installedAt: Date,
  defaultZone: string | null,
): readonly Preview[] {
  const { source, id } = claimed;
  const empty = {
    source,
    id,
    platform: null,
    account: null,
    due_at: null,
    local_time: null,
    kind: null,
    text: null,
    media: [],
    follow_ups: [],
    problems: [],
    notes: [],
  };
  const parsed = parseSourceRow(source, claimed.row);
  if ('problem' in parsed) return [{ ...empty, notes: [parsed.problem] }];
  const { row } = parsed;
  const skip = skipReason(row);
  const due = resolveDue({
    scheduledAt: row.scheduledAt,
    scheduledDate: row.scheduledDate,
    scheduledTime: row.scheduledTime,
    zones: { row: row.metadata['timezone'], profile: claimed.timezone, default: defaultZone },
  });
  if ('problem' in due)
    return skip === null ? [{ ...empty, platform: row.platformRaw, problems: [due.problem] }] : [];
  if (due.dueAt > now) return [];

  const notes = [...due.warnings];
  if (due.dueAt < installedAt && !claimed.released && claimed.firstClaim) {
    notes.push('due before content-publisher was installed: only "run --include-overdue" publishes it');
  }
  const known = {
    ...empty,
    platform: row.platformRaw,
    due_at: due.dueAt.toISOString(),
    local_time: due.zone === null ? null : localTime(due.dueAt, due.zone),
    notes,
  };
  if (skip !== null) return [{ ...known, notes: [...notes, `skipped: ${skip}`] }];
  const folded = foldPlatform(row.platformRaw);
  if (!('platform' in folded)) return [{ ...known, problems: 'problem' in folded ? [folded.problem] : [] }];
  const { platform } = folded;
  const appTargets = claimed.targets.filter(({ origin, state }) => origin === 'app' && state !== 'cancelled');
  const choice = chooseAccounts(
    platform,
    platforms[platform].capabilities.label,
    row.metadata,
    claimed.connections.flatMap(candidateOf),
    appTargets,
  );
  if ('problem' in choice) {
    const { problems, ...shown } = previewTarget(row, platform, due.dueAt, null);
    return [
      {
        ...known,
        platform,
        ...shown,
        problems: [choice.problem, ...problems],
        notes: [...notes, ...shown.notes],
      },
    ];
  }
  const isReached = (target: StoredTarget) =>
    choice.accounts.some((one) => one.platform === target.platform && one.accountId === target.accountId);
  return [
    ...choice.accounts.map((account) => {
      const own = appTargets.find(
        (target) => target.accountId === account.accountId && target.platform === account.platform,
      );
      const shown = previewTarget(row, named(account.platform) ?? platform, due.dueAt, own?.text ?? null);
      const { name, accountId } = account;
      return {
        ...known,
        ...shown,
        platform: account.platform,
        account: `${name} (${accountId})`,
        notes: [...notes, ...shown.notes],
      };
    }),
    ...appTargets
      .filter((target) => !isReached(target))
      .map((target) => ({ ...known, platform: target.platform, problems: [accountUnknown(target)] })),
  ];
}

/** What one account would get, with its own text if it has one. */
function previewTarget(
  row: SourceRow,
  platform: PlatformName,
  dueAt: Date,
  ownText: string | null,
): Pick<Preview, 'kind' | 'text' | 'media' | 'follow_ups' | 'problems' | 'notes'> {
  const module: Platform = platforms[platform];
  const built = buildPost(row, platform, dueAt, ownText);
  if ('problems' in built)
    return { kind: null, text: null, media: [], follow_ups: [], problems: built.problems, notes: [] };
  const { post } = built;
  const unread = judgeUnread(post, module, Object.values(platforms));
  const followUps = module.followUps?.(post) ?? [];
  const perServer = followUps.length > 0 && module.textLimit !== undefined;
  return {
    kind: post.kind,
    text: post.text,
    // A signed address in the row opens its file to whoever reads this.
    media: post.media.map((file) => redactText(file.url)),
    follow_ups: followUps.map(({ effect, label, says }) => ({
      effect,
      label,
      text: says?.text ?? null,
      length: says?.length ?? null,
    })),
    problems: [...unread.problems, ...module.problems(post)],
    notes: [
      ...unread.notes,
      ...(perServer
        ? ['where the text is cut depends on the account’s server, which is asked when it is sent']
        : []),
      ...(module.cost === undefined ? [] : [module.cost(post).sentence]),
    ],
  };
}

function candidateOf(connection: StoredConnection): Candidate[] {
  const platform = named(connection.platform);
  if (platform === null) return [];
  return [
    { platform, connection, accountId: platforms[platform].accountId(connection) ?? connection.pageId },
  ];
}

/** Rows of connections use the app's older names too. */
function named(platform: string): PlatformName | null {
  const folded = foldPlatform(platform);
  return 'platform' in folded ? folded.platform : null;
}

function localTime(at: Date, zone: string): string {
  const text = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'short',
  }).format(at);
  return `${text} ${zone}`;
}

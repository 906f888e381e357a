import { chooseAccounts } from '../core/choose-accounts.ts';
import { resolveDue } from '../core/due.ts';
import type { Problem } from '../core/errors.ts';
import type { ClaimedPost } from '../core/job.ts';
import type { Platform } from '../core/platform.ts';
import { foldPlatform, skipReason } from '../core/platform-name.ts';
import { buildPost } from '../core/post.ts';
import { parseSourceRow, type SourceTable } from '../core/source-row.ts';
import type { Store } from '../core/store.ts';
import { judgeUnread } from '../core/unknown-options.ts';
import { platforms } from '../platforms/index.ts';
import { EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import { openStore, readConfig } from './wire.ts';

const PAGE = 100;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

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
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

/** `run --dry-run`: what is due, where it would go, and what would stop it. Writes nothing and asks no platform. */
export async function dryRun(io: Io, options: { readonly json: boolean }): Promise<number> {
  const config = readConfig(io, ['supabase'], true);
  const { store } = openStore(config);
  const userId = config.testUser.id ?? null;
  const previews: Preview[] = [];
  for (const source of ['created_content', 'content_posts'] as const) {
    previews.push(...(await previewTable(store, source, userId, config.defaultTimezone ?? null)));
  }
  previews.sort((a, b) => (a.due_at ?? '').localeCompare(b.due_at ?? ''));
  if (options.json) {
    io.out(`${JSON.stringify(previews)}\n`);
    return EXIT.ok;
  }
  io.out(
    `${userId === null ? 'All users' : `Only user ${userId} (TEST_USER_ID)`}: ${previews.length} due. Nothing is written and nothing is sent.\n`,
  );
  for (const preview of previews) io.out(describe(preview));
  return EXIT.ok;
}

async function previewTable(
  store: Store,
  source: SourceTable,
  userId: string | null,
  defaultZone: string | null,
): Promise<Preview[]> {
  const previews: Preview[] = [];
  for (let after = FIRST_ID; ; ) {
    const page = await store.preview(userId, source, after, PAGE);
    for (const post of page.posts) {
      if (userId !== null && post.userId !== userId) continue;
      const preview = previewPost(post, page.now, page.installedAt, defaultZone);
      if (preview !== null) previews.push(preview);
    }
    const last = page.posts.at(-1);
    if (last === undefined || page.posts.length < PAGE) return previews;
    after = last.id;
  }
}

/** null: not due yet. */
function previewPost(
  claimed: ClaimedPost,
  now: Date,
  installedAt: Date,
  defaultZone: string | null,
): Preview | null {
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
    problems: [],
    notes: [],
  };
  const parsed = parseSourceRow(source, claimed.row);
  if ('problem' in parsed) return { ...empty, notes: [parsed.problem] };
  const { row } = parsed;
  const skip = skipReason(row);
  const due = resolveDue({
    scheduledAt: row.scheduledAt,
    scheduledDate: row.scheduledDate,
    scheduledTime: row.scheduledTime,
    zones: { row: row.metadata['timezone'], profile: claimed.timezone, default: defaultZone },
  });
  if ('problem' in due)
    return skip === null ? { ...empty, platform: row.platformRaw, problems: [due.problem] } : null;
  if (due.dueAt > now) return null;

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
  if (skip !== null) return { ...known, notes: [...notes, `skipped: ${skip}`] };
  const folded = foldPlatform(row.platformRaw);
  if (!('platform' in folded)) return { ...known, problems: 'problem' in folded ? [folded.problem] : [] };
  const module: Platform | undefined = Object.entries<Platform>(platforms).find(
    ([name]) => name === folded.platform,
  )?.[1];
  if (module === undefined) {
    const note = `this version cannot publish to ${folded.platform} yet: the post will fail`;
    return { ...known, platform: folded.platform, notes: [...notes, note] };
  }
  const choice = chooseAccounts(
    folded.platform,
    module.capabilities.label,
    row.metadata,
    claimed.connections
      .filter((connection) => named(connection.platform) === folded.platform)
      .map((connection) => ({
        platform: folded.platform,
        connection,
        accountId: module.accountId(connection) ?? connection.pageId,
      })),
    claimed.targets.filter((target) => target.origin === 'app'),
  );
  const account =
    'accounts' in choice ? choice.accounts.map((a) => `${a.name} (${a.accountId})`).join(', ') : null;
  const problems = 'problem' in choice ? [choice.problem] : [];
  const built = buildPost(row, folded.platform, due.dueAt);
  if ('problems' in built) {
    return { ...known, platform: folded.platform, account, problems: [...problems, ...built.problems] };
  }
  const { post } = built;
  const unread = judgeUnread(post, module, Object.values(platforms));
  return {
    ...known,
    platform: folded.platform,
    account,
    kind: post.kind,
    text: post.text,
    media: post.media.map((file) => file.url),
    problems: [...problems, ...unread.problems, ...module.problems(post)],
    notes: [...notes, ...unread.notes, ...(module.cost === undefined ? [] : [module.cost(post).sentence])],
  };
}

/** Rows of connections use the app's older names too. */
function named(platform: string): string | null {
  const folded = foldPlatform(platform);
  return 'platform' in folded ? folded.platform : null;
}

function describe(preview: Preview): string {
  const lines = [
    '',
    `${preview.source}:${preview.id}`,
    `  to       ${preview.platform ?? '?'}${preview.kind === null ? '' : ` (${preview.kind})`} — ${preview.account ?? 'no account'}`,
    `  due      ${preview.due_at ?? '?'}${preview.local_time === null ? '' : ` = ${preview.local_time}`}`,
  ];
  if (preview.text !== null) lines.push(`  text     ${preview.text.replaceAll('\n', '\n           ')}`);
  for (const url of preview.media) lines.push(`  media    ${url}`);
  for (const note of preview.notes) lines.push(`  note     ${note}`);
  for (const problem of preview.problems) lines.push(`  PROBLEM  ${problem.message} ${problem.hint}`);
  return `${lines.join('\n')}\n`;
}

export function localTime(at: Date, zone: string): string {
  const text = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'short',
  }).format(at);
  return `${text} ${zone}`;
}

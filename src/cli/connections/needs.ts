import { type ChosenAccount, chooseAccounts } from '../../core/choose-accounts.ts';
import type { ClaimedPost } from '../../core/job.ts';
import type { Platform } from '../../core/platform.ts';
import { foldPlatform, skipReason } from '../../core/platform-name.ts';
import { buildPost } from '../../core/post.ts';
import { parseSourceRow } from '../../core/source-row.ts';
import type { Store } from '../../core/store.ts';
import { platforms } from '../../platforms/index.ts';
import type { Need } from '../../tick/check-account.ts';

const PAGE = 100;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** What the scheduled posts need of the account that a connection reaches. */
export type Needs = (connectionId: string, platform: Platform, accountId: string) => readonly Need[];

/** Reads every scheduled post, of one user or of all. */
export async function readNeeds(store: Store, userId: string | null): Promise<Needs> {
  const found = new Map<string, Need>();
  for (const source of ['created_content', 'content_posts'] as const) {
    for (let after = FIRST_ID; ; ) {
      const { posts, now } = await store.preview(userId, source, after, PAGE);
      for (const post of posts) note(found, post, now);
      const last = posts.at(-1);
      if (last === undefined || posts.length < PAGE) break;
      after = last.id;
    }
  }
  return (connectionId, platform, accountId) => {
    const own = [...found].filter(([key]) => key.startsWith(`${connectionId} `)).map(([, need]) => need);
    const named = new Set(own.map((need) => need.anyOf.join()));
    const always = platform
      .permissions(accountId, null)
      .filter((permission) => !named.has(permission.anyOf.join()))
      .map((permission) => ({ ...permission, posts: 0 }));
    return [...always, ...own];
  };
}

function note(found: Map<string, Need>, claimed: ClaimedPost, now: Date): void {
  for (const [chosen, text] of destinations(claimed)) {
    const module = moduleOf(chosen.platform);
    const parsed = parseSourceRow(claimed.source, claimed.row);
    const folded = foldPlatform(chosen.platform);
    if (module === null || 'problem' in parsed || !('platform' in folded)) continue;
    const built = buildPost(parsed.row, folded.platform, now, text);
    const post = 'post' in built ? built.post : null;
    for (const permission of module.permissions(chosen.accountId, post)) {
      const key = `${chosen.connection.id} ${permission.anyOf.join()}`;
      found.set(key, { ...permission, posts: (found.get(key)?.posts ?? 0) + 1 });
    }
  }
}

/** Where a post goes, and its text there where that is another one. */
function destinations(claimed: ClaimedPost): readonly (readonly [ChosenAccount, string | null])[] {
  const parsed = parseSourceRow(claimed.source, claimed.row);
  if ('problem' in parsed || skipReason(parsed.row) !== null) return [];
  const folded = foldPlatform(parsed.row.platformRaw);
  if (!('platform' in folded)) return [];
  const candidates = claimed.connections.flatMap((connection) => {
    const of = foldPlatform(connection.platform);
    const module = 'platform' in of ? moduleOf(of.platform) : null;
    if (module === null || !('platform' in of)) return [];
    // Where only the platform knows the account, the connection stands for it.
    return [{ platform: of.platform, connection, accountId: module.accountId(connection) ?? connection.id }];
  });
  const fromApp = claimed.targets.filter(({ origin }) => origin === 'app');
  const label = folded.platform;
  const choice = chooseAccounts(folded.platform, label, parsed.row.metadata, candidates, fromApp);
  if ('problem' in choice) return [];
  return choice.accounts.map((chosen) => [
    chosen,
    fromApp.find((target) => target.platform === chosen.platform && target.accountId === chosen.accountId)
      ?.text ?? null,
  ]);
}

function moduleOf(platform: string): Platform | null {
  return Object.entries<Platform>(platforms).find(([name]) => name === platform)?.[1] ?? null;
}

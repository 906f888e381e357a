import type { SourceTable } from '../core/source-row.ts';
import type { Store } from '../core/store.ts';
import { EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import { type Preview, previewPost } from './preview.ts';
import { openStore, readConfig } from './wire.ts';

const PAGE = 100;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

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
  const posts = new Set(previews.map(({ source, id }) => `${source}:${id}`));
  io.out(
    `${userId === null ? 'All users' : `Only user ${userId} (TEST_USER_ID)`}: ${posts.size} due. Nothing is written and nothing is sent.\n`,
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
      previews.push(...previewPost(post, page.now, page.installedAt, defaultZone));
    }
    const last = page.posts.at(-1);
    if (last === undefined || page.posts.length < PAGE) return previews;
    after = last.id;
  }
}

function describe(preview: Preview): string {
  const lines = [
    '',
    `${preview.source}:${preview.id}`,
    `  to       ${preview.platform ?? '?'}${preview.kind === null ? '' : ` (${preview.kind})`} — ${preview.account ?? 'no account'}`,
    `  due      ${preview.due_at ?? '?'}${preview.local_time === null ? '' : ` = ${preview.local_time}`}`,
  ];
  if (preview.text !== null) lines.push(`  text     ${indented(preview.text)}`);
  for (const url of preview.media) lines.push(`  media    ${url}`);
  for (const { label, text, length } of preview.follow_ups) {
    const says = text === null ? '' : ` (${length} characters): ${indented(text)}`;
    lines.push(`  then     ${label}${says}`);
  }
  for (const note of preview.notes) lines.push(`  note     ${note}`);
  for (const problem of preview.problems) lines.push(`  PROBLEM  ${problem.message} ${problem.hint}`);
  return `${lines.join('\n')}\n`;
}

const indented = (text: string) => text.replaceAll('\n', '\n           ');

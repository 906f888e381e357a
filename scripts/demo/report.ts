import { DateTime } from 'luxon';
import type { DemoPost } from '../../src/sandbox/demo/demo-posts.ts';
import type { PublicPost } from '../../src/sandbox/platforms/simulator.ts';
import type { Outcome } from './read-outcomes.ts';

const WIDTHS = [10, 15, 22, 30, 18, 9] as const;
const INDENT = ' '.repeat(WIDTHS[0] + 1);

/** Two lines for each post that is public, what went where and when, and its address; one for what stands below it. */
export function publishedTable(
  posts: readonly DemoPost[],
  outcomes: ReadonlyMap<string, Outcome>,
  ledger: readonly PublicPost[],
): string {
  const lines = posts.flatMap((post) => {
    const outcome = outcomes.get(post.id);
    return (outcome?.targets ?? []).flatMap((target) => {
      const seen = ledger.find(
        ({ platform, id }) => platform === target.platform && id === target.platform_post_id,
      );
      if (seen === undefined) return [];
      const at = DateTime.fromISO(seen.at, { zone: 'utc' });
      const zone = outcome?.zone ?? 'utc';
      return [
        {
          platform: target.platform,
          lines: [
            row(
              target.platform,
              target.account_name ?? target.account_id,
              post.what,
              seen.text === '' ? '(stories show no text)' : seen.text,
              `${at.setZone(zone).toFormat('HH:mm:ss')} ${cityOf(zone)}`,
              at.toFormat('HH:mm:ss'),
            ),
            `${INDENT}${target.platform_post_url ?? 'address unknown'}`,
            ...target.followed.map((id) =>
              below(ledger.find((one) => one.platform === target.platform && one.id === id)),
            ),
          ],
        },
      ];
    });
  });
  const sorted = lines.toSorted((a, b) => a.platform.localeCompare(b.platform));
  return [
    row('PLATFORM', 'ACCOUNT', 'KIND', 'TEXT', 'LOCAL TIME', 'UTC'),
    ...sorted.flatMap((one) => one.lines),
  ].join('\n');
}

function below(seen: PublicPost | undefined): string {
  const kind = seen?.kind === 'comment' ? 'first comment' : 'next part';
  return `${INDENT}  └ ${kind}: ${cell(seen?.text ?? 'not public', 70).trimEnd()}`;
}

/** Each post that is not public: why, and what its owner can do. */
export function unpublishedTable(posts: readonly DemoPost[], outcomes: ReadonlyMap<string, Outcome>): string {
  return posts
    .flatMap((post) => {
      const outcome = outcomes.get(post.id);
      if (outcome === undefined || outcome.status === 'published') return [];
      const error = outcome.metadata?.publish_error;
      const why =
        error === undefined
          ? [`left alone: ${outcome.skipReason ?? outcome.status}`]
          : [
              ...wrap(error.message),
              ...wrap(error.hint).map((line, index) => `${index === 0 ? '→' : ' '} ${line}`),
            ];
      return [
        row(outcome.platform.toLowerCase(), post.by.shop, post.what, textOf(post), '', outcome.status),
        ...why.map((line) => `${INDENT}${line}`),
      ];
    })
    .join('\n');
}

function row(...cells: readonly string[]): string {
  return WIDTHS.map((width, index) => cell(cells[index] ?? '', width))
    .join(' ')
    .trimEnd();
}

/** On one line, cut with an ellipsis; a character of two columns counts as two. */
function cell(text: string, width: number): string {
  const line = text
    .trim()
    .replace(/\s*\n\s*/gu, ' / ')
    .replace(/\s+/gu, ' ');
  const cut = columns(line) <= width ? line : `${upTo(line, width - 1)}…`;
  return cut + ' '.repeat(width - columns(cut));
}

function upTo(text: string, width: number): string {
  let taken = '';
  for (const character of text) {
    if (columns(taken + character) > width) break;
    taken += character;
  }
  return taken.trimEnd();
}

function columns(text: string): number {
  return [...text].reduce((sum, character) => sum + (/\p{Emoji_Presentation}/u.test(character) ? 2 : 1), 0);
}

function wrap(text: string, width = 95): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

function cityOf(zone: string): string {
  return zone.split('/').at(-1)?.replaceAll('_', ' ') ?? zone;
}

function textOf(post: DemoPost): string {
  return String(post.row['content']);
}

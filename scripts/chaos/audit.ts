import type { ChaosPost } from './chaos-post.ts';
import { shows } from './judge.ts';
import type { Lane } from './lane.ts';
import type { Finding, Trial } from './record.ts';

/** How often each mark was public when its posts were judged; they are counted again when the lane ends. */
export interface Audit {
  note(post: ChaosPost, seen: number): void;
  /** After one more tick and a day: what became public since then, and what belongs to no post that was put in. */
  end(lane: Lane, key: string): Promise<Trial>;
}

const DAY_MS = 24 * 3_600_000;

export function openAudit(): Audit {
  const judged = new Map<string, { readonly post: ChaosPost; readonly seen: number }>();
  return {
    note: (post, seen) => judged.set(post.mark, { post, seen }),
    async end(lane, key) {
      await lane.clock.pass(DAY_MS);
      await lane.tick(lane.host('last')).ended;
      await lane.show();
      return auditOf(lane.platforms.posts(), [...judged.values()], lane.added, key);
    },
  };
}

/** @param added every post, also what has not been judged */
export function auditOf(
  posts: readonly Parameters<typeof shows>[0][],
  judged: readonly { readonly post: Pick<ChaosPost, 'mark' | 'file' | 'name'>; readonly seen: number }[],
  added: readonly Pick<ChaosPost, 'mark' | 'file'>[],
  key: string,
): Trial {
  const late = judged.flatMap(({ post, seen }): Finding[] => {
    const now = posts.filter((one) => shows(one, post)).length;
    const why = `public ${seen} times when it was judged, ${now} times at the end`;
    return now === seen ? [] : [{ name: post.name, post: post.mark, verdict: 'doubled', why }];
  });
  const orphans = posts
    .filter((one) => !added.some((post) => shows(one, post)))
    .map(({ platform, account, id, text }): Finding => {
      const why = `public on ${platform} ${account} as ${id}, and nobody scheduled it: ${text.slice(0, 80)}`;
      return { name: platform, post: id, verdict: 'untrue', why };
    });
  return {
    key,
    stage: 'audit',
    kills: 0,
    faults: 0,
    targets: 0,
    verdicts: { doubled: late.length, untrue: orphans.length },
    findings: [...late, ...orphans],
    counts: { 'public posts counted again': posts.length },
    reasons: {},
    detail: {},
  };
}

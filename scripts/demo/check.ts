import type { DemoPost } from '../../src/sandbox/demo/demo-posts.ts';
import { isPost } from '../../src/sandbox/platforms/comments.ts';
import type { PublicPost } from '../../src/sandbox/platforms/simulator.ts';
import type { Outcome } from './read-outcomes.ts';

/**
 * Where the app's rows, our tables and what is public say different things, or something else than expected.
 * Sentences; none when all agree.
 */
export function findMismatches(
  posts: readonly DemoPost[],
  outcomes: ReadonlyMap<string, Outcome>,
  ledger: readonly PublicPost[],
): string[] {
  const mismatches = posts.flatMap((post) => {
    const outcome = outcomes.get(post.id);
    const faults = outcome === undefined ? ['it is gone'] : faultsOf(post, outcome, ledger);
    return faults.map((fault) => `${post.table}:${post.id} (${post.what}): ${fault}.`);
  });
  const expected = posts.filter(({ expect }) => expect === 'published').length;
  const many = ledger.filter(isPost).length;
  return many === expected ? mismatches : [...mismatches, `${many} posts are public instead of ${expected}.`];
}

function faultsOf(post: DemoPost, outcome: Outcome, ledger: readonly PublicPost[]): string[] {
  const { expect } = post;
  const error = outcome.metadata?.publish_error;
  const flag = outcome.metadata?._publishing === undefined ? [] : ['it is still marked as being published'];
  if (expect === 'published') {
    const failed = error === undefined ? [] : [`it has an error: ${error.message}`];
    return [...flag, ...failed, ...publishedFaults(outcome, ledger)];
  }
  const isOut = outcome.targets.some(({ state }) => state === 'published');
  const out = isOut || outcome.status === 'published' ? ['it was published'] : [];
  if (expect === 'skipped') {
    return [
      ...flag,
      ...out,
      ...differ('status', outcome.status, 'scheduled'),
      ...(error === undefined ? [] : ['it was given an error although it is not ours to publish']),
      ...(outcome.skipReason === null ? ['nothing says why it was left alone'] : []),
    ];
  }
  return [...flag, ...out, ...differ('error', error?.code, expect.code)];
}

function publishedFaults(outcome: Outcome, ledger: readonly PublicPost[]): string[] {
  const target = outcome.targets.find(({ state }) => state === 'published');
  if (target === undefined) {
    return [`it is not published: ${outcome.targets.map(({ state }) => state).join() || outcome.status}`];
  }
  const { platform, account_id: account, platform_post_id: id } = target;
  const found = ledger.filter(
    (entry) => entry.platform === platform && entry.account === account && entry.id === id,
  );
  return [
    ...differ('status', outcome.status, 'published'),
    ...differ(`metadata.${platform}_post_id`, outcome.metadata?.[`${platform}_post_id`], id),
    ...(outcome.table === 'created_content' ? differ('channel_post_id', outcome.channelPostId, id) : []),
    ...(outcome.publishedAt === null ? ['published_at is empty'] : []),
    ...(target.platform_post_url === null ? ['its address is unknown'] : []),
    ...differ('number of public posts with its id', found.length, 1),
  ];
}

function differ(what: string, found: unknown, wanted: unknown): string[] {
  return found === wanted ? [] : [`its ${what} is ${String(found)} instead of ${String(wanted)}`];
}

import { z } from 'zod';
import { FIRST_WISH } from './app-side.ts';
import type { ChaosPost } from './chaos-post.ts';
import { examples, MOST_OWNERS, personOf } from './examples.ts';
import { judge, publicOf, readFacts, type Verdict } from './judge.ts';
import type { Lane } from './lane.ts';
import { addPost } from './posts.ts';
import type { Finding, Trial } from './record.ts';
import type { Host } from './tick-process.ts';

/** Nobody is disturbed; the clock is the machine's. */
const MOST_TICKS_A_HOST = 60;
const AT_ONCE = 20;

const Counts = z.array(z.object({ host: z.string(), published: z.coerce.number() }));

/** Two machines with clocks that differ by minutes take the same due posts on. */
export async function twoHosts(lane: Lane, posts: number, key: string): Promise<Trial> {
  const example = examples.find(({ name }) => name === 'facebook text');
  if (example === undefined) throw new Error('no post to publish');
  const owners = Array.from({ length: Math.min(MOST_OWNERS, posts) }, (_, index) => personOf(index));
  await lane.addOwners(owners);
  const added: ChaosPost[] = [];
  for (let start = 0; start < posts; start += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, posts - start) }, (_, index) =>
      addPost(lane, example, personOf((start + index) % owners.length)),
    );
    added.push(...(await Promise.all(some)));
  }
  const began = performance.now();
  const hosts = [lane.host('north', -420_000), lane.host('south', 660_000)];
  const ticks = await Promise.all(hosts.map((host) => runUntilDone(lane, host)));
  const ms = Math.round(performance.now() - began);

  const verdicts: Partial<Record<Verdict, number>> = {};
  const findings: Finding[] = [];
  await lane.show();
  for (const post of added) {
    const { verdict, why } = judge(post, await readFacts(lane, post), publicOf(lane, post), [FIRST_WISH]);
    const final = ['once', 'doubled', 'untrue'].includes(verdict) ? verdict : 'lost';
    verdicts[final] = (verdicts[final] ?? 0) + 1;
    if (final !== 'once')
      findings.push({ name: post.name, post: `${post.source}:${post.id}`, verdict: final, why });
  }
  const counts = Counts.parse(
    await lane.sql`select l.host, count(*) as published from public.publish_log l
      where l.step = 'outcome' and l.outcome = 'published' group by l.host`,
  );
  const worked = hosts.filter(({ name }) =>
    counts.some(({ host, published }) => host === name && published > 0),
  );
  if (worked.length < hosts.length) {
    findings.push({ name: 'hosts', post: '', verdict: 'lost', why: 'only one of the two hosts did work' });
  }
  return {
    key,
    stage: 'hosts',
    kills: 0,
    faults: 0,
    targets: posts,
    verdicts: worked.length < hosts.length ? { ...verdicts, lost: (verdicts.lost ?? 0) + 1 } : verdicts,
    findings,
    counts: {},
    reasons: {},
    detail: { ms, ticks, published: Object.fromEntries(counts.map((one) => [one.host, one.published])) },
  };
}

async function runUntilDone(lane: Lane, host: Host): Promise<number> {
  for (let ticks = 0; ticks < MOST_TICKS_A_HOST; ticks += 1) {
    const [left] = await lane.sql`select 1 from public.publish_changes union all
      select 1 from public.publish_queue where state = 'waiting' limit 1`;
    if (left === undefined) return ticks;
    const { code, stderr } = await lane.tick(host).ended;
    if (code !== 0) throw new Error(`A tick without any fault ended with ${code}: ${stderr}`);
  }
  return MOST_TICKS_A_HOST;
}

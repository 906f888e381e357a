import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseFaults } from '../../src/sandbox/platforms/faults.ts';
import { simulators } from '../../src/sandbox/platforms/index.ts';
import type { Audit } from './audit.ts';
import { BROKEN, evidenceOf, type Verdict } from './judge.ts';
import type { Lane } from './lane.ts';
import { outside } from './outside.ts';
import type { Random } from './random.ts';
import { count, type Finding, type Trial } from './record.ts';
import { recover } from './recover.ts';
import { pause } from './signal.ts';
import { addDrawn, type Judged, judgeTogether, type StormPosts, type Wanted } from './storm-posts.ts';
import type { Host, Tick } from './tick-process.ts';
import { countMet, drawPlatformFaults, drawWeather, REQUEST_TIMEOUT_MS, type Weather } from './weather.ts';

/** Of a storm's ticks: few posts each, so that a kill concerns few. */
export const STORM_ENV = { REQUEST_TIMEOUT: `${REQUEST_TIMEOUT_MS}ms`, CONCURRENCY: '1' };
/** Of the ticks that come after it. */
const CALM_ENV = { REQUEST_TIMEOUT: '30s', CONCURRENCY: '8' };

const MINUTE_MS = 60_000;
/** Everything must have come to an end by then, also what was held for a day. */
const CALM_LIMIT_MS = 40 * 3_600_000;
const MOST_CALM_TICKS = 80;
const BETWEEN_STORMS_MS = 3 * 3_600_000;

export interface StormPlan extends StormPosts {
  readonly key: string;
  readonly rounds: number;
  /** Put in before each round. */
  readonly postsPerRound: number;
  /** Started at once in each round. */
  readonly ticksPerRound: number;
  /** Probability that something happens to a request. */
  readonly roughness: number;
}

/** What kills most in a minute: many ticks at once, and enough for each of them to do. */
export const STORM = { rounds: 10, postsPerRound: 6, ticksPerRound: 6, roughness: 0.06 };

interface Sleeper {
  readonly tick: Tick;
  readonly weather: Weather;
}

/** Kills are counted apart from what else goes wrong. */
const KILL = /^SIGKILL/;
const NO_FAULT = /^(SIGKILL|app: |posts|ticks|exit |spool)/;

/** Rounds of bad weather, one a minute of the clock, then calm until everything has come to its end. */
export async function storm(lane: Lane, random: Random, plan: StormPlan, audit: Audit): Promise<Trial> {
  // The last one goes down in the middle, with its log folder, and never comes back.
  const doomed = lane.host(`doomed ${plan.key.replaceAll(':', '-')}`, 45_000);
  const hosts = [lane.host('alpha', -420_000), lane.host('beta'), lane.host('gamma', 660_000)];
  const wanted: Wanted[] = [];
  const counts: Record<string, number> = {};
  const findings: Finding[] = [];
  const sleepers: Sleeper[] = [];
  const note = async ({ ended, host, asked }: Tick) => {
    const { code, killed, hung, stderr } = await ended;
    count(counts, host === doomed ? 'ticks of a host that never came back' : 'ticks');
    count(counts, killed ? 'exit by SIGKILL' : `exit ${hung ? 'never' : code}`);
    if (killed && keptOutcomes(host)) count(counts, 'spool left behind by a kill');
    // Whatever the weather.
    if (hung || code === 70) {
      const did = asked.slice(-8).map(({ name }) => name);
      const what = hung ? 'a tick did not end' : `a tick ended with 70: “${stderr.slice(0, 600)}”`;
      findings.push(asFault(`${what} on ${host.name}, after ${did.join(', ')}`));
    }
  };

  for (let round = 0; round < plan.rounds; round += 1) {
    while (wanted.length < (round + 1) * plan.postsPerRound)
      wanted.push(...(await addDrawn(lane, random, plan, counts)));
    const faults = drawPlatformFaults(random, Object.keys(simulators));
    lane.platforms.setFaults(faults);
    const woken = sleepers.splice(0).filter((sleeper) => {
      if (random.chance(0.5)) return true;
      sleepers.push(sleeper);
      return false;
    });
    if (random.chance(0.4)) await lane.reconnect();
    const machines = round < plan.rounds / 2 ? [...hosts, doomed] : hosts;
    const started = Array.from({ length: plan.ticksPerRound }, (_, index) => {
      const host = machines[(round + index) % machines.length] ?? doomed;
      const climate = { roughness: plan.roughness, doomed: host === doomed, counts };
      const weather = drawWeather(random.fork(), climate);
      return { weather, tick: lane.tick(host, weather.hooks) };
    });
    await Promise.all([
      ...started.map(async ({ tick, weather }) => {
        const slept = await Promise.race([note(tick), weather.asleep.given.then(() => 'asleep' as const)]);
        if (slept === 'asleep') sleepers.push({ tick, weather });
      }),
      ...woken.map(async ({ tick, weather }) => {
        await pause(random.below(300));
        weather.wake('storm');
        await tick.ended;
      }),
      outside(lane, random, wanted, counts),
    ]);
    countMet(counts, faults, await faultsLeft(lane));
    await lane.clock.pass(betweenRounds(random));
  }

  lane.platforms.setFaults([]);
  for (const { weather } of sleepers) weather.wake('calm');
  await Promise.all(sleepers.map(({ tick }) => tick.ended));
  const recovery = await recover(lane, hosts, {
    limitMs: CALM_LIMIT_MS,
    mostTicks: MOST_CALM_TICKS,
    stepMs: 3 * MINUTE_MS,
    env: CALM_ENV,
    meanwhile: () => lane.reconnect(),
  });
  await lane.show();
  const { judged, reasons } = await judgeAll(lane, wanted, recovery.over, audit);
  const verdicts: Partial<Record<Verdict, number>> = {};
  for (const { verdict } of judged) verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
  if (findings.length > 0) verdicts.fault = findings.length;
  for (const { post, verdict, why } of judged) {
    if (!BROKEN.includes(verdict)) continue;
    const wishes = wanted.find(({ targets }) => targets.includes(post))?.wishes ?? [];
    const evidence = await evidenceOf(lane, post, wishes);
    findings.push({ name: post.name, post: `${post.source}:${post.id}`, verdict, why, evidence });
  }
  await lane.clock.pass(BETWEEN_STORMS_MS);
  return {
    key: plan.key,
    stage: 'storm',
    kills: sum(counts, (what) => KILL.test(what)),
    faults: sum(counts, (what) => !NO_FAULT.test(what)),
    targets: judged.length,
    verdicts,
    findings,
    counts,
    reasons,
    detail: { rounds: plan.rounds, calm_ticks: recovery.ticks, calm_s: Math.round(recovery.ms / 1000) },
  };
}

const asFault = (why: string): Finding => ({ name: 'tick', post: '', verdict: 'fault', why });

function sum(counts: Readonly<Record<string, number>>, takes: (what: string) => boolean): number {
  return Object.entries(counts).reduce((total, [what, many]) => total + (takes(what) ? many : 0), 0);
}

/** A minute, as cron's; now and then longer than a quarantine, and sometimes than an hour's limits. */
function betweenRounds(random: Random): number {
  if (random.chance(0.05)) return 65 * MINUTE_MS;
  return random.chance(0.15) ? 6 * MINUTE_MS : MINUTE_MS;
}

/** Whether outcomes that the database did not take lie in the log folder. */
function keptOutcomes({ logDir }: Host): boolean {
  const spool = join(logDir, 'outcomes.ndjson');
  return existsSync(spool) && statSync(spool).size > 0;
}

async function faultsLeft({ platforms }: Lane) {
  const answer = await fetch(`${platforms.url}/_sandbox/faults`);
  return parseFaults(z.array(z.unknown()).parse(await answer.json()));
}

async function judgeAll(lane: Lane, wanted: readonly Wanted[], over: boolean, audit: Audit) {
  const together = new Map<string, Wanted[]>();
  for (const one of wanted) {
    const mark = one.targets[0]?.mark ?? '';
    together.set(mark, [...(together.get(mark) ?? []), one]);
  }
  const all: Judged[] = [];
  const reasons: Record<string, number> = {};
  for (const rows of together.values()) {
    const { judged, seen } = await judgeTogether(lane, rows);
    for (const one of judged) {
      const ended = endedAs(one, over);
      all.push(ended);
      if (ended.verdict === 'told' || ended.verdict === 'person')
        count(reasons, `${ended.verdict}: ${one.post.platform}: ${reasonOf(ended.why)}`);
    }
    const post = rows[0]?.targets[0];
    if (post !== undefined) audit.note(post, seen);
  }
  return { judged: all, reasons };
}

/** After the calm nothing may be open any more. */
function endedAs(judged: Judged, over: boolean): Judged {
  if (judged.verdict !== 'waiting') return judged;
  const why = `it never comes to an end${over ? ', and nothing looks at it' : ''}: ${judged.why}`;
  return { ...judged, verdict: 'lost', why };
}

/** Without names and ids, so that equal ones are counted together. */
function reasonOf(why: string): string {
  return why
    .replace(/Owner \d+|Shop \d+( TV)?|shop\d+/g, '…')
    .replace(/\S*\d{4,}\S*/g, '…')
    .slice(0, 160);
}

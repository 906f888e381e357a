import type { Lane } from './lane.ts';
import type { Host } from './tick-process.ts';

/** cron. */
const MINUTE_MS = 60_000;

export interface Recovery {
  readonly ticks: number;
  /** Time of the clock until nothing was left to do. */
  readonly ms: number;
  /** false: it went on for ever, or there is nothing left that would bring it to an end. */
  readonly over: boolean;
}

/**
 * Ticks as cron would start them, once a minute, until nothing is open any more. Minutes in which a tick would have
 * nothing to do are passed over.
 * @param limitMs time of the clock after which it is left as it is
 * @param stepMs between two ticks at least; longer steps let more come due for each
 */
export async function recover(
  lane: Lane,
  hosts: readonly Host[],
  limitMs: number,
  mostTicks: number,
  stepMs = MINUTE_MS,
): Promise<Recovery> {
  const begun = lane.clock.now().getTime();
  for (let ticks = 0; ticks < mostTicks; ticks += 1) {
    const next = await nextMoment(lane);
    const now = lane.clock.now().getTime();
    if (next === null) return { ticks, ms: now - begun, over: true };
    if (next.getTime() - begun > limitMs) return { ticks, ms: now - begun, over: false };
    const wait = Math.max(stepMs, Math.ceil((next.getTime() - now) / MINUTE_MS) * MINUTE_MS);
    await lane.clock.pass(wait);
    const host = hosts[ticks % hosts.length];
    if (host === undefined) throw new RangeError('nobody to recover');
    const { code, stderr } = await lane.tick(host).ended;
    if (code !== 0) throw new Error(`A tick without any fault ended with ${code}: ${stderr}`);
  }
  return { ticks: mostTicks, ms: lane.clock.now().getTime() - begun, over: false };
}

/** When a tick next has something to do; null: never. */
async function nextMoment({ sql, clock }: Lane): Promise<Date | null> {
  const [found] = await sql`select least(
    (select min(greatest(q.next_attempt_at, q.lease_until)) from public.publish_queue q where q.state = 'waiting'),
    (select min(q.lease_until) from public.publish_queue q where q.lease_owner is not null),
    case when exists (select 1 from public.publish_changes)
           or exists (select 1 from public.publish_queue q where q.writeback_due)
         then ${clock.now()}::timestamptz end) as next`;
  const next: unknown = found?.['next'];
  return next instanceof Date ? next : null;
}

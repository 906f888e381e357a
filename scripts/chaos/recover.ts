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

export interface Calm {
  /** Time of the clock after which it is left as it is. */
  readonly limitMs: number;
  readonly mostTicks: number;
  /** Between two ticks at least; longer steps let more come due for each. */
  readonly stepMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** What people do before each tick. */
  readonly meanwhile?: () => Promise<void>;
}

/**
 * Ticks as cron would start them, once a minute, until nothing is open any more. Minutes in which a tick would have
 * nothing to do are passed over.
 */
export async function recover(lane: Lane, hosts: readonly Host[], calm: Calm): Promise<Recovery> {
  const { limitMs, mostTicks, stepMs = MINUTE_MS, env, meanwhile } = calm;
  const begun = lane.clock.now().getTime();
  for (let ticks = 0; ticks < mostTicks; ticks += 1) {
    await meanwhile?.();
    const next = await nextMoment(lane);
    const now = lane.clock.now().getTime();
    if (next === null) return { ticks, ms: now - begun, over: true };
    if (next.getTime() - begun > limitMs) return { ticks, ms: now - begun, over: false };
    const wait = Math.max(stepMs, Math.ceil((next.getTime() - now) / MINUTE_MS) * MINUTE_MS);
    await lane.clock.pass(wait);
    const host = hosts[ticks % hosts.length];
    if (host === undefined) throw new RangeError('nobody to recover');
    const { code, stderr } = await lane.tick(host, undefined, env).ended;
    if (code !== 0) throw new Error(`A tick without any fault ended with ${code}: ${stderr}`);
  }
  return { ticks: mostTicks, ms: lane.clock.now().getTime() - begun, over: false };
}

/** When a tick next has something to do; null: never. Changes of rows that are not scheduled wait for whoever comes. */
async function nextMoment({ sql, clock }: Lane): Promise<Date | null> {
  const [found] = await sql`select least(
    (select min(greatest(q.next_attempt_at, q.lease_until)) from public.publish_queue q where q.state = 'waiting'),
    (select min(q.lease_until) from public.publish_queue q where q.lease_owner is not null),
    case when exists (select 1 from public.publish_queue q where q.writeback_due)
           or exists (select 1 from public.publish_changes ch join public.created_content c on c.id = ch.ref
                       where c.status = 'scheduled')
           or exists (select 1 from public.publish_changes ch join public.content_posts c on c.id = ch.ref
                       where c.status = 'scheduled')
         then ${clock.now()}::timestamptz end) as next`;
  const next: unknown = found?.['next'];
  return next instanceof Date ? next : null;
}

import { z } from 'zod';
import type { Fault } from './simulator.ts';

const faultSchema = z.strictObject({
  platform: z.string(),
  match: z.string().refine(isRegularExpression, 'is not a regular expression').optional(),
  kind: z.enum([
    'refuse',
    'rate_limit',
    'server_error_before',
    'server_error_after',
    'drop_before',
    'drop_after',
    'slow',
    'listing_lag',
    'token_expired',
  ]),
  times: z.int().positive().optional(),
  ms: z.int().nonnegative().optional(),
});

/**
 * A JSON array of faults from outside.
 * @throws ZodError
 */
export function parseFaults(value: unknown): Fault[] {
  return z
    .array(faultSchema)
    .parse(value)
    .map(({ platform, match, kind, times, ms }) => ({
      platform,
      kind,
      ...(match === undefined ? {} : { match }),
      ...(times === undefined ? {} : { times }),
      ...(ms === undefined ? {} : { ms }),
    }));
}

function isRegularExpression(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

export interface FaultBox {
  set(faults: readonly Fault[]): void;
  /** What is still set, `times` counted down. */
  list(): Fault[];
  /** The first fault other than listing_lag that hits this request; counts it. */
  take(platform: string, request: string): Fault | undefined;
  /** Milliseconds that a post stays hidden from this request's listing; counts it. */
  takeLag(platform: string, request: string): number;
}

/** @param request "METHOD /path" */
export function createFaultBox(): FaultBox {
  let live: { fault: Fault; left: number }[] = [];
  const take = (platform: string, request: string, lag: boolean): Fault | undefined => {
    const hit = live.find(
      ({ fault, left }) =>
        left > 0 &&
        fault.platform === platform &&
        (fault.kind === 'listing_lag') === lag &&
        (fault.match === undefined || new RegExp(fault.match).test(request)),
    );
    if (hit === undefined) return undefined;
    hit.left -= 1;
    return hit.fault;
  };
  return {
    set(faults) {
      live = faults.map((fault) => ({ fault, left: fault.times ?? Number.POSITIVE_INFINITY }));
    },
    list: () =>
      live
        .filter(({ left }) => left > 0)
        .map(({ fault, left }) => (fault.times === undefined ? fault : { ...fault, times: left })),
    take: (platform, request) => take(platform, request, false),
    takeLag: (platform, request) => take(platform, request, true)?.ms ?? 0,
  };
}

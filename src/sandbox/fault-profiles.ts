import { simulators } from './platforms/index.ts';
import type { Fault } from './platforms/simulator.ts';

type PlatformFault = Omit<Fault, 'platform'>;

/** What `--fault` sets on every platform at the start; POST /_sandbox/faults sets anything else. Add a profile here. */
const PROFILES = {
  none: [],
  refused: [{ kind: 'refuse', match: '^POST', times: 5 }],
  'rate-limited': [{ kind: 'rate_limit', match: '^(POST|PUT)', times: 5 }],
  'token-expired': [{ kind: 'token_expired', times: 5 }],
  // Before and after acceptance in turn: nothing happened, or everything did.
  flaky: [
    { kind: 'server_error_before', match: '^(POST|PUT)', times: 2 },
    { kind: 'server_error_after', match: '^(POST|PUT)', times: 2 },
    { kind: 'drop_before', match: '^(POST|PUT)', times: 2 },
  ],
  // The request is carried out and its answer never arrives.
  'lost-answers': [{ kind: 'drop_after', match: '^(POST|PUT)', times: 5 }],
  // Longer than the sandbox's REQUEST_TIMEOUT of 2 s.
  slow: [{ kind: 'slow', match: '^(POST|PUT)', times: 5, ms: 3_000 }],
  'listing-lag': [
    { kind: 'drop_after', match: '^POST', times: 2 },
    { kind: 'listing_lag', ms: 10_000 },
  ],
} as const satisfies Readonly<Record<string, readonly PlatformFault[]>>;

export type FaultProfile = keyof typeof PROFILES;
export const FAULT_PROFILES = Object.keys(PROFILES) as readonly FaultProfile[];

/** The faults of a profile for each simulated platform; undefined: there is no such profile. */
export function faultsOf(name: string): readonly Fault[] | undefined {
  const profile = FAULT_PROFILES.find((known) => known === name);
  if (profile === undefined) return undefined;
  return Object.keys(simulators).flatMap((platform) =>
    PROFILES[profile].map((fault) => ({ ...fault, platform })),
  );
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultBox } from './faults.ts';
import { Refusal } from './refusal.ts';
import type { Fault, MakeSimulator, SimAccount, SimRequest, SimResponse, Simulator } from './simulator.ts';
import { createWorld, type WorldParts } from './world.ts';

/** 'drop': the connection is cut instead of an answer. */
export type Answer = SimResponse | 'drop';

/** One simulated platform with its state, and its turn-taking. */
export interface Room {
  readonly platform: string;
  readonly simulator: Simulator;
  readonly faults: FaultBox;
  addAccounts(accounts: readonly SimAccount[]): void;
  /** Lets the simulator handle one request at a time, so that its decisions need no locks. */
  handle(request: SimRequest): Promise<SimResponse>;
  cutOff(request: SimRequest): Promise<void>;
  /** Ends when nothing is being handled any more. */
  idle(): Promise<void>;
}

export interface RoomParts extends Omit<WorldParts, 'lagMs'> {
  readonly faults: FaultBox;
}

export function createRoom(make: MakeSimulator, parts: RoomParts): Room {
  let handling = '';
  let lag: number | undefined;
  const world = createWorld({
    ...parts,
    // Asked for, and counted, only by requests that list.
    lagMs: () => {
      lag ??= parts.faults.takeLag(parts.platform, handling);
      return lag;
    },
  });
  const simulator = make(world);
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  };
  return {
    platform: parts.platform,
    simulator,
    faults: parts.faults,
    addAccounts: world.addAccounts,
    handle: (request) =>
      inTurn(() => {
        handling = line(request);
        lag = undefined;
        return simulator.handle(request).catch(refused);
      }),
    cutOff: (request) => inTurn(async () => simulator.cutOff?.(request)),
    idle: async () => {
      await turn;
    },
  };
}

/** What a simulator threw, as its answer. */
function refused(error: unknown): SimResponse {
  if (error instanceof Refusal) return error.response;
  throw error;
}

/** What a fault's `match` is compared with. */
function line(request: SimRequest): string {
  return `${request.method} ${request.path}`;
}

/** The simulator's answer, or what the first matching fault makes of it. */
export async function answerRequest(room: Room, request: SimRequest, latencyMs: number): Promise<Answer> {
  if (latencyMs > 0) await sleep(latencyMs);
  const fault = room.faults.take(room.platform, line(request));
  return fault === undefined ? await room.handle(request) : await answerFault(room, request, fault);
}

async function answerFault(room: Room, request: SimRequest, fault: Fault): Promise<Answer> {
  const { faults } = room.simulator;
  switch (fault.kind) {
    case 'refuse':
      return faults.refused();
    case 'rate_limit':
      return faults.rateLimited();
    case 'token_expired':
      return faults.tokenExpired();
    case 'server_error_before':
      return faults.serverError();
    case 'server_error_after':
      await room.handle(request);
      return faults.serverError();
    case 'drop_before':
      return 'drop';
    case 'drop_after':
      await room.handle(request);
      return 'drop';
    case 'slow': {
      // Handled at once, answered late: what a client that gave up waiting must assume.
      const answer = await room.handle(request);
      await sleep(fault.ms ?? 0);
      return answer;
    }
    case 'listing_lag':
      return await room.handle(request);
  }
}

import type { LookupFunction } from 'node:net';
import { Agent, buildConnector, Client } from 'undici';
import { CLOSED_BEFORE_SENDING } from './failure.ts';

export interface ConnectionOptions {
  readonly connectTimeoutMs: number;
  /** PEM of a private certificate authority in front of an `<PLATFORM>_API_URL`. */
  readonly ca?: string | undefined;
  /** Replaces the system's name lookup. */
  readonly lookup?: LookupFunction | undefined;
}

/** Connections that are kept for a few seconds and used again. For requests without an arm. */
export function sharedAgent(options: ConnectionOptions): Agent {
  return new Agent({ connect: connector(options), keepAliveMaxTimeout: 4_000 });
}

/**
 * One connection for one request. undici would open another connection when the server closes the first
 * before it was used; here the request fails instead, with nothing sent.
 */
export function singleClient(origin: string, options: ConnectionOptions): Client {
  const connect = connector(options);
  let used = false;
  return new Client(origin, {
    pipelining: 0,
    connect: (target, callback) => {
      if (used) {
        const error = new Error('The server closed the connection before it was used.');
        callback(Object.assign(error, { code: CLOSED_BEFORE_SENDING }), null);
        return;
      }
      used = true;
      connect(target, callback);
    },
  });
}

function connector(options: ConnectionOptions): buildConnector.connector {
  return buildConnector({
    timeout: options.connectTimeoutMs,
    autoSelectFamily: true,
    // Node 20 gives each address 250 ms, so that a distant host without IPv6 cannot be reached at all.
    autoSelectFamilyAttemptTimeout: 2_000,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
  });
}

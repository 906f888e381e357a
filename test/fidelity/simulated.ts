import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, request } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, vi } from 'vitest';
import { simulators } from '../../src/sandbox/platforms/index.ts';
import { startPlatforms } from '../../src/sandbox/platforms/server.ts';
import type { PublicPost, SimAccount } from '../../src/sandbox/platforms/simulator.ts';
import { factsOf, type RegisteredPlatform } from '../support/platform-examples.ts';
import { selfSigned } from '../support/self-signed.ts';

const TYPES: Readonly<Record<string, string>> = { jpg: 'image/jpeg', png: 'image/png', mp4: 'video/mp4' };

interface Simulated {
  /** Address of the simulator, without trailing slash. */
  readonly base: string;
  readonly account: SimAccount;
  /** What the public sees, oldest first. */
  posts(): PublicPost[];
  /** An origin that answers as the simulator does, for libraries that know origins only. */
  front(tls?: 'tls'): Promise<string>;
  /** The address of a file that the platform can fetch. */
  hosted(name: string): Promise<string>;
}

/** One simulated platform for the tests of a file. */
export async function simulated(
  name: RegisteredPlatform,
  account: SimAccount = factsOf(name).accounts[0],
): Promise<Simulated> {
  const platforms = await startPlatforms({
    makers: { [name]: simulators[name] },
    accounts: { [name]: [account] },
  });
  afterAll(() => platforms.stop());
  const base = platforms.base(name);

  async function serve(listener: RequestListener, tls?: 'tls'): Promise<string> {
    const server = tls === 'tls' ? createTlsServer(selfSigned(), listener) : createServer(listener);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    afterAll(() => {
      server.close();
      server.closeAllConnections();
    });
    return `http${tls === 'tls' ? 's' : ''}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  return {
    base,
    account,
    posts: () => platforms.posts().toSorted((one, other) => one.at.localeCompare(other.at)),
    front: (tls) =>
      serve((incoming, outgoing) => {
        const { method, headers } = incoming;
        // Where an answer names its own address, that has the simulator's prefix already.
        const path = incoming.url?.replace(new RegExp(`^/${name}(?=/)`), '');
        const passed = request(`${base}${path}`, { method, headers }, (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        });
        incoming.pipe(passed);
      }, tls),
    hosted: async (name) =>
      `${await serve((_request, response) => response.setHeader('content-type', TYPES[name.replace(/^.*\./, '')] ?? '').end(seed(name)))}/${name}`,
  };
}

/** A file of supabase/seed/media. */
export function seed(name: string): Buffer {
  return readFileSync(new URL(`../../supabase/seed/media/${name}`, import.meta.url));
}

/** Waits until the platform is done with something: simulated processing takes milliseconds. */
export async function done(isDone: () => Promise<boolean>): Promise<void> {
  await vi.waitUntil(isDone, { timeout: 10_000, interval: 20 });
}

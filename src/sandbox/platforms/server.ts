import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spoolBody } from './body.ts';
import { createControl, UnknownPlatform } from './control.ts';
import { createFaultBox } from './faults.ts';
import { createLedger } from './ledger.ts';
import { createPictures } from './pictures.ts';
import { type Answer, answerRequest, createRoom, type Room } from './room.ts';
import type { Fault, MakeSimulator, PublicPost, SimAccount, SimRequest, SimResponse } from './simulator.ts';
import { appendWireLine } from './wire-log.ts';

export interface PlatformsOptions {
  /** 0 or absent: a free one. */
  readonly port?: number;
  readonly makers: Readonly<Record<string, MakeSimulator>>;
  readonly accounts: Readonly<Record<string, readonly SimAccount[]>>;
  /** Added before every answer, milliseconds. */
  readonly latencyMs?: number | undefined;
  /** How long containers and videos are processed, milliseconds. */
  readonly processingMs?: number | undefined;
  /** File to which every request is appended as a JSON line, secrets masked. */
  readonly wireLog?: string | undefined;
  readonly now?: () => Date;
}

export interface Platforms {
  readonly url: string;
  /** Address under which a platform answers, without trailing slash. */
  base(platform: string): string;
  posts(): PublicPost[];
  /** Replaces all faults. */
  setFaults(faults: readonly Fault[]): void;
  /** Adds accounts, or replaces those with the same id. */
  addAccounts(platform: string, accounts: readonly SimAccount[]): void;
  stop(): Promise<void>;
}

/** Long enough that no client meets a connection that is just being closed. */
const KEEP_ALIVE_MS = 120_000;
/** Two polls at a simulator's usual first looks. */
const DEFAULT_PROCESSING_MS = 50;

/** Serves the simulated platforms, each under its own prefix, on loopback only. */
export async function startPlatforms(options: PlatformsOptions): Promise<Platforms> {
  const directory = mkdtempSync(join(tmpdir(), 'publisher-sandbox-'));
  const now = options.now ?? (() => new Date());
  const ledger = createLedger();
  const faults = createFaultBox();
  const pictures = createPictures(directory);
  const secrets = new Set<string>();
  const rooms = new Map<string, Room>();
  // Ids must not repeat when a sandbox is started again over the same database.
  let lastNumber = Date.now() * 1000;

  const setFaults = (list: readonly Fault[]): void => {
    for (const { platform } of list) if (!rooms.has(platform)) throw new UnknownPlatform(platform);
    faults.set(list);
  };
  const control = createControl({ ledger, faults, pictures, platforms: () => [...rooms.keys()], setFaults });
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      // A client that went away while sending is not worth a word.
      if (!request.destroyed || request.complete) console.error('sandbox:', error);
      response.destroy();
    });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  // Uploads of 1 GB over a slow fault may take long.
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const base = (platform: string): string => `${url}/${platform}`;

  for (const [platform, make] of Object.entries(options.makers)) {
    const room = createRoom(make, {
      platform,
      base: base(platform),
      processingMs: options.processingMs ?? DEFAULT_PROCESSING_MS,
      ledger,
      faults,
      now,
      nextNumber: () => {
        lastNumber += 1;
        return lastNumber;
      },
      onAccount: ({ token, refreshToken }) => {
        secrets.add(token);
        if (refreshToken !== undefined) secrets.add(refreshToken);
      },
      onMedia: pictures.keep,
    });
    room.addAccounts(options.accounts[platform] ?? []);
    rooms.set(platform, room);
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = new URL(request.url ?? '/', url);
    const [, platform = '', rest = ''] = /^\/([^/]*)(.*)$/.exec(address.pathname) ?? [];
    const room = rooms.get(platform);
    const body = await spoolBody(request, directory);
    try {
      const sim: SimRequest = {
        method: request.method ?? 'GET',
        path: rest,
        query: address.searchParams,
        headers: joinHeaders(request.headers),
        body,
      };
      if (!body.whole) {
        await room?.cutOff(sim);
        return;
      }
      if (room === undefined) {
        send(response, control(platform, sim));
        return;
      }
      const answer = await answerRequest(room, sim, options.latencyMs ?? 0).catch(brokenSimulator);
      log(platform, sim, answer);
      if (answer === 'drop') request.socket.destroy();
      else send(response, answer);
    } finally {
      await rm(body.file, { force: true });
    }
  }

  function log(platform: string, request: SimRequest, answer: Answer): void {
    if (options.wireLog === undefined) return;
    const response = answer === 'drop' ? null : answer;
    appendWireLine(options.wireLog, { at: now(), platform, request, response }, secrets);
  }

  return {
    url,
    base,
    posts: ledger.all,
    setFaults,
    addAccounts(platform, accounts) {
      const room = rooms.get(platform);
      if (room === undefined) throw new UnknownPlatform(platform);
      room.addAccounts(accounts);
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await Promise.all([...rooms.values()].map((room) => room.idle()));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A simulator's own fault must not look like a platform's. */
function brokenSimulator(error: unknown): SimResponse {
  console.error('sandbox:', error);
  return { status: 500, text: `The simulator failed: ${String(error)}` };
}

function joinHeaders(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}

function send(response: ServerResponse, answer: SimResponse & { readonly bytes?: Buffer }): void {
  const text = answer.json === undefined ? (answer.text ?? '') : JSON.stringify(answer.json);
  const type = answer.json === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' };
  response.writeHead(answer.status, { ...type, ...answer.headers });
  response.end(answer.bytes ?? text);
}

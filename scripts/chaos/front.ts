import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import { buffer } from 'node:stream/consumers';
import { close, listen } from '../../src/sandbox/supabase/loopback.ts';

/** One request of a tick, seen on its way to the database or a platform. */
export interface Asked {
  /** Of this tick, from 1. */
  readonly number: number;
  /** 'rpc publisher_arm', 'facebook POST /v26.0/…/feed': without ids, so that two runs may be compared. */
  readonly name: string;
}

/** 'cut': the connection is reset and nothing arrives. */
type Forth = 'pass' | 'cut';
/** What becomes of an answer after the request was carried out. */
export type Back = 'pass' | 'cut' | 'truncate' | 'bad gateway';

/** Stands in front of one tick. Both may take their time, and may end the tick. */
export interface Hooks {
  before?(asked: Asked): Promise<Forth>;
  after?(asked: Asked): Promise<Back>;
}

export interface Upstream {
  readonly supabase: string;
  readonly platforms: string;
  /** Platform → the origin that its answers show, as the real one's do. */
  readonly origins: Readonly<Record<string, string>>;
}

export interface Front {
  /** Lets a tick in. Its SUPABASE_URL is `base`, its <PLATFORM>_API_URL `base`/<platform>. */
  admit(hooks: Hooks): { readonly base: string; readonly asked: readonly Asked[] };
  /** Nobody is listening for this long: connections are refused. */
  refuse(ms: number): Promise<void>;
  readonly host: string;
  stop(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One server between ticks and everything they talk to. Which tick asks is told by the first part of the path. */
export async function startFront(upstream: Upstream): Promise<Front> {
  const ticks = new Map<string, { readonly hooks: Hooks; readonly asked: Asked[] }>();
  let lastTick = 0;
  const server = createServer((incoming, response) => {
    serve(incoming, response).catch(() => response.destroy());
  });
  const port = await listen(server, 0);
  const host = `127.0.0.1:${port}`;

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, id = '', rest = '/'] = /^\/([^/]+)(\/.*)$/.exec(incoming.url ?? '') ?? [];
    const method = incoming.method ?? 'GET';
    const body = await buffer(incoming);
    const platform = Object.keys(upstream.origins).find((name) => rest.startsWith(`/${name}/`));
    const target = `${platform === undefined ? upstream.supabase : upstream.platforms}${rest}`;
    const pass = () => forward(target, method, incoming.headers, body);
    // Converted pictures have an address below that of the tick which made them; platforms fetch them later.
    if (rest.startsWith('/storage/v1/object/public/')) return deliver(response, await pass(), 'pass');
    const tick = ticks.get(id);
    if (tick === undefined) {
      response.destroy();
      return;
    }
    const asked = { number: tick.asked.length + 1, name: nameOf(method, rest, platform) };
    tick.asked.push(asked);
    if ((await tick.hooks.before?.(asked)) === 'cut') {
      response.destroy();
      return;
    }
    const answer = await pass().catch(() => null);
    const back = (await tick.hooks.after?.(asked)) ?? 'pass';
    if (answer === null) response.destroy();
    else deliver(response, platform === undefined ? answer : disguise(answer, platform), back);
  }

  /** What a platform hands out leads to its real hosts, and so through the API URL of whoever asks later. */
  function disguise(answer: Answer, platform: string): Answer {
    const own = `${upstream.platforms}/${platform}/`;
    const shown = `${upstream.origins[platform]}/`;
    const { location } = answer.headers;
    const headers =
      location === undefined ? answer.headers : { ...answer.headers, location: location.replace(own, shown) };
    if (!answer.body.includes(own)) return { ...answer, headers };
    return { ...answer, headers, body: Buffer.from(answer.body.toString().replaceAll(own, shown)) };
  }

  return {
    host,
    admit(hooks) {
      lastTick += 1;
      const asked: Asked[] = [];
      ticks.set(`t${lastTick}`, { hooks, asked });
      return { base: `http://${host}/t${lastTick}`, asked };
    },
    async refuse(ms) {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      await new Promise((resolve) => setTimeout(resolve, ms));
      server.closeAllConnections();
      await closed;
      await listen(server, port);
    },
    stop: () => close(server),
  };
}

function forward(
  target: string,
  method: string,
  headers: IncomingHttpHeaders,
  body: Buffer,
): Promise<Answer> {
  const { connection: _connection, host: _host, 'transfer-encoding': _coding, ...rest } = headers;
  return new Promise((resolve, reject) => {
    const onward = request(
      target,
      { method, agent: false, headers: { ...rest, 'content-length': body.length } },
      (answer) => {
        buffer(answer).then(
          (bytes) => resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: bytes }),
          reject,
        );
      },
    );
    onward.on('error', reject);
    onward.end(body);
  });
}

function deliver(response: ServerResponse, answer: Answer, back: Back): void {
  if (back === 'cut') {
    response.destroy();
    return;
  }
  if (back === 'bad gateway') {
    response.writeHead(502, { 'content-type': 'text/html' }).end('<html><body>502 Bad Gateway</body></html>');
    return;
  }
  const {
    connection: _connection,
    'transfer-encoding': _coding,
    'keep-alive': _alive,
    ...rest
  } = answer.headers;
  response.writeHead(answer.status, { ...rest, 'content-length': answer.body.length });
  if (back === 'pass') {
    response.end(answer.body);
    return;
  }
  response.write(answer.body.subarray(0, Math.floor(answer.body.length / 2)), () => response.destroy());
}

function nameOf(method: string, rest: string, platform: string | undefined): string {
  const { pathname } = new URL(rest, 'http://localhost');
  const rpc = /^\/rest\/v1\/rpc\/(\w+)$/.exec(pathname)?.[1];
  if (rpc !== undefined) return `rpc ${rpc}`;
  const path = pathname
    .split('/')
    .slice(platform === undefined ? 1 : 2)
    .map((part) => (/\d{4}|%|[\w-]{24}/.test(part) ? '…' : part))
    .join('/');
  return `${platform ?? 'supabase'} ${method} /${path}`;
}

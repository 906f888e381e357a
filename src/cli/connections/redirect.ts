import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { EXIT } from '../exit-codes.ts';
import { type AskingIo, CommandError } from '../io.ts';

const CALLBACK = '/callback/';
/** Codes live for minutes at most, sessions on consent screens not much longer. */
const WAIT_MS = 10 * 60_000;

/** Where the browser comes back to, and how we learn with what. */
export interface Redirect {
  readonly uri: string;
  /** The query of the address that the browser was sent back to. @throws CommandError */
  query(io: AskingIo, state: string): Promise<URLSearchParams>;
  close(): void;
}

/** A server on this machine alone. Over ssh the browser is elsewhere: then its address is pasted. */
export async function loopbackRedirect(port: number): Promise<Redirect> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', () => {
      const hint =
        'Name another one with --port; where the platform wants it registered, register that one too.';
      reject(new CommandError(EXIT.usage, `Port ${port} of this machine is taken.`, hint));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}${CALLBACK}`;
  return {
    uri,
    async query(io, state) {
      const over = new AbortController();
      try {
        return await Promise.race([
          fromBrowser(server, uri, state),
          pasted(io, uri, state, over.signal),
          tooLate(over.signal),
        ]);
      } finally {
        over.abort();
      }
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A page of the operator's, which need not do anything: what counts is the address that the browser shows then. */
export function pastedRedirect(uri: string): Redirect {
  return {
    uri,
    async query(io, state) {
      const over = new AbortController();
      try {
        return await Promise.race([pasted(io, uri, state, over.signal), tooLate(over.signal)]);
      } finally {
        over.abort();
      }
    },
    close: () => undefined,
  };
}

function fromBrowser(server: Server, uri: string, state: string): Promise<URLSearchParams> {
  const own = new URL(uri);
  return new Promise((resolve) => {
    server.on('request', (request, response) => {
      const url = new URL(request.url ?? '/', uri);
      // Another Host means that some page has its name point at this machine.
      const ours =
        request.method === 'GET' && request.headers.host === own.host && url.pathname === own.pathname;
      const right = ours && url.searchParams.get('state') === state;
      response.writeHead(right ? 200 : ours ? 400 : 404, { 'content-type': 'text/plain; charset=utf-8' });
      response.end(
        right
          ? 'Thank you. You can close this window and go back to the terminal.'
          : 'This is not the answer that content-publisher waits for; nothing was done with it.',
      );
      if (right) resolve(url.searchParams);
    });
  });
}

/** Never settles where nobody pastes anything. */
async function pasted(io: AskingIo, uri: string, state: string, over: AbortSignal): Promise<URLSearchParams> {
  const question = 'Or paste the address that the browser shows afterwards: ';
  // Hidden where it is the only way: with the code in it somebody could be faster.
  const line = await io.asks.line(question, { signal: over });
  if (line === null || over.aborted) return await new Promise(() => undefined);
  return readAddress(line.trim(), uri, state);
}

function readAddress(text: string, uri: string, state: string): URLSearchParams {
  const expected = new URL(uri);
  const url = URL.canParse(text) ? new URL(text) : null;
  const again = 'Repeat the command, and paste the whole address from the address bar of the browser.';
  if (url === null) throw new CommandError(EXIT.usage, 'What was pasted is no address.', again);
  if (url.origin !== expected.origin || url.pathname !== expected.pathname) {
    const message = `The pasted address leads to ${url.host}${url.pathname}, not to ${expected.host}${expected.pathname}: nothing was done with it.`;
    throw new CommandError(EXIT.usage, message, again);
  }
  if (url.searchParams.get('state') !== state) {
    const message =
      'The pasted address belongs to another attempt (its state is another one): nothing was done with it.';
    throw new CommandError(EXIT.usage, message, again);
  }
  return url.searchParams;
}

async function tooLate(over: AbortSignal): Promise<never> {
  await wait(WAIT_MS, undefined, { signal: over, ref: true }).catch(() => new Promise(() => undefined));
  const message = `Nobody came back from the browser within ${WAIT_MS / 60_000} minutes.`;
  throw new CommandError(EXIT.again, message, 'Repeat the command.');
}

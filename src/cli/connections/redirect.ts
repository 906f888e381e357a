import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EXIT } from '../exit-codes.ts';
import { type AskingIo, CommandError } from '../io.ts';

const CALLBACK = '/callback/';
/** Codes live for minutes at most, sessions on consent screens not much longer. */
const WAIT_MS = 10 * 60_000;

/** Where the browser comes back to, and how we learn with what. */
export interface Redirect {
  readonly uri: string;
  /** The query of the address that the browser was sent back to. @throws CommandError */
  query(io: AskingIo, state: string, stop: AbortSignal): Promise<URLSearchParams>;
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
    query: (io, state, stop) =>
      within(stop, async (over) => {
        const question = 'Or paste the address that the browser shows afterwards: ';
        // Nobody need sit at the terminal.
        const typed = pasted(io, question, uri, state, over).then(
          (query) => query ?? new Promise<never>(() => {}),
        );
        return await Promise.race([fromBrowser(server, uri, state), typed]);
      }),
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
    query: (io, state, stop) =>
      within(stop, async (over) => {
        const query = await pasted(
          io,
          'Paste the address that the browser shows afterwards: ',
          uri,
          state,
          over,
        );
        if (query !== null) return query;
        const hint =
          'Run the command in a terminal, where it asks, or write the address to its standard input.';
        throw new CommandError(EXIT.usage, 'No address was pasted.', hint);
      }),
    close: () => undefined,
  };
}

/** Ends what is waited for after a while, and when the command is told to stop. */
async function within<T>(stop: AbortSignal, work: (over: AbortSignal) => Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = new Promise<never>((_resolve, reject) => {
    const timer = setTimeout(() => {
      const message = `Nobody came back from the browser within ${WAIT_MS / 60_000} minutes.`;
      reject(new CommandError(EXIT.again, message, 'Repeat the command.'));
    }, WAIT_MS);
    over.signal.addEventListener('abort', () => clearTimeout(timer));
    const onStop = () =>
      reject(new CommandError(EXIT.again, 'Told to stop; nothing was changed.', 'Repeat the command.'));
    if (stop.aborted) onStop();
    stop.addEventListener('abort', onStop, { signal: over.signal });
  });
  try {
    return await Promise.race([work(over.signal), late]);
  } finally {
    over.abort();
  }
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

/** null: there is nobody to paste it. */
async function pasted(
  io: AskingIo,
  question: string,
  uri: string,
  state: string,
  over: AbortSignal,
): Promise<URLSearchParams | null> {
  const line = await io.asks.line(question, { signal: over });
  return line === null ? null : readAddress(line.trim(), uri, state);
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

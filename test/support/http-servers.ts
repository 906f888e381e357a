import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';

export interface TestServers {
  /** @returns the origin of an HTTP server on a free loopback port. */
  http(listener: RequestListener): Promise<string>;
  /** A server below HTTP, for answers that break; errors of its sockets are swallowed. */
  tcp(onSocket: (socket: Socket) => void): Promise<string>;
  /** Ends all of them with their connections. For afterEach. */
  close(): Promise<void>;
}

export function testServers(): TestServers {
  const servers = new Set<Server>();
  const sockets = new Set<Socket>();

  async function listen(server: Server): Promise<string> {
    servers.add(server);
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  return {
    http: (listener) => listen(createServer(listener)),
    tcp: (onSocket) => listen(createTcpServer(onSocket)),
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all([...servers].map((server) => new Promise((done) => server.close(done))));
      servers.clear();
    },
  };
}

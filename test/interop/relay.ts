import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { TestContext } from 'node:test';
import { setTimeout as passTime } from 'node:timers/promises';

/** Bytes that are let through at a time. */
const PIECE = 16 * 1024;

/** Waited for before a piece of one direction goes on. */
export type Gate = (piece: Buffer) => Promise<void>;

export interface Gates {
  readonly toServer?: Gate;
  readonly toClient?: Gate;
}

/**
 * Stands on loopback between the command and a server that speaks plain http, and delays what passes. It works below HTTP
 * and changes no byte, so the Host header stays the one that was signed. Gives its own URL; ends with the test.
 */
export async function relay(t: TestContext, endpoint: string, { toServer, toClient }: Gates): Promise<string> {
  const { hostname, port } = new URL(endpoint);
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ host: hostname, port: Number(port || 80), allowHalfOpen: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    }
    // One end that breaks off breaks the other: pipeline destroys both.
    pipeline(client, gated(toServer), upstream).catch(() => client.destroy());
    pipeline(upstream, gated(toClient), client).catch(() => upstream.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (!isTcp(address)) throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

function isTcp(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}

function gated(gate: Gate = async () => {}) {
  return async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      for (let start = 0; start < chunk.length; start += PIECE) {
        const piece = chunk.subarray(start, start + PIECE);
        await gate(piece);
        yield piece;
      }
    }
  };
}

/** Lets so many bytes a second through, all connections together. */
export function bytesPerSecond(limit: number): Gate {
  let freeAt = 0;
  return async ({ length }) => {
    const now = performance.now();
    freeAt = Math.max(freeAt, now) + (length / limit) * 1000;
    await passTime(freeAt - now);
  };
}

/** Holds the first piece with such a line of HTTP back for so many seconds, and counts all of them. */
export function holdFirst(line: RegExp, seconds: number): { readonly gate: Gate; readonly seen: () => number } {
  let seen = 0;
  return {
    async gate(piece) {
      if (!line.test(piece.toString('latin1', 0, 2048))) return;
      seen += 1;
      if (seen === 1) await passTime(seconds * 1000);
    },
    seen: () => seen,
  };
}

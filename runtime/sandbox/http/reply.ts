import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../clock.js';
import type { Delivery } from '../faults.js';

/** An answer as data. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ReplyBody;
}

export type ReplyBody =
  | { readonly kind: 'none' }
  /** HEAD: the length of what GET would send, without sending it. */
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'stream'; readonly length: number; readonly open: () => ByteSource };

/** Bytes read into a buffer of the caller's, so that a transfer of any size needs two buffers. */
export interface ByteSource {
  /** Fills from the start of `buffer`; 0 at the end. */
  read(buffer: Buffer): Promise<number>;
  close(): Promise<void>;
}

export const noBody: ReplyBody = { kind: 'none' };

const READ_BYTES = 512 * 1024;
/** A slow answer sends this many pieces a second, or fewer at less than one byte a piece. */
const SLOW_PIECES_PER_SECOND = 20;

/** Whether nothing of the answer goes out: a fault that cuts a body cuts the head where there is no body. */
export function isNeverSent({ body }: Reply, delivery: Delivery): boolean {
  return delivery.kind === 'cut' && (body.kind === 'length' || body.kind === 'none');
}

/** Sends an answer, or what a fault leaves of it. Resolves when it is out, or the client has gone. */
export async function sendReply(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  delivery: Delivery,
  clock: Clock,
): Promise<void> {
  const { body } = reply;
  const length = lengthOf(body);
  // The rest of a body that nobody read must not be taken for the next request.
  if (!request.complete) request.resume();
  if (isNeverSent(reply, delivery)) {
    if (delivery.kind === 'cut' && delivery.how === 'stall') await closed(response);
    else request.socket.destroy();
    return;
  }
  const bodiless = reply.status === 204 || reply.status === 304;
  response.writeHead(reply.status, bodiless ? reply.headers : { ...reply.headers, 'Content-Length': length });
  if (body.kind === 'none' || body.kind === 'length') {
    response.end();
    return;
  }
  if (body.kind === 'bytes' && delivery.kind === 'whole') {
    response.end(body.bytes);
    return;
  }
  const source = body.kind === 'bytes' ? sourceOf(body.bytes) : body.open();
  try {
    await deliver(response, source, delivery, clock);
  } finally {
    await source.close();
  }
}

function lengthOf(body: ReplyBody): number {
  switch (body.kind) {
    case 'none':
      return 0;
    case 'bytes':
      return body.bytes.length;
    case 'length':
    case 'stream':
      return body.length;
  }
}

async function deliver(response: ServerResponse, source: ByteSource, delivery: Delivery, clock: Clock): Promise<void> {
  switch (delivery.kind) {
    case 'whole':
      await sendAll(response, source, Number.POSITIVE_INFINITY);
      response.end();
      return;
    case 'cut':
      await sendAll(response, source, delivery.afterBytes);
      if (delivery.how === 'stall') await closed(response);
      else if (delivery.how === 'reset') response.socket?.resetAndDestroy();
      else response.socket?.destroySoon();
      return;
    case 'slow':
      await trickle(response, source, delivery.bytesPerSecond, clock);
      response.end();
      return;
  }
}

/** While one buffer goes out, the next is read. */
async function sendAll(response: ServerResponse, source: ByteSource, limit: number): Promise<void> {
  const buffers = [Buffer.allocUnsafe(READ_BYTES), Buffer.allocUnsafe(READ_BYTES)];
  let left = limit;
  let sent: Promise<void> = Promise.resolve();
  for (let turn = 0; left > 0; turn = 1 - turn) {
    const read = await source.read(buffers[turn]);
    await sent;
    if (read === 0 || response.destroyed) return;
    const bytes = buffers[turn].subarray(0, Math.min(read, left));
    left -= bytes.length;
    sent = flushed(response, bytes);
  }
  await sent;
}

async function trickle(
  response: ServerResponse,
  source: ByteSource,
  bytesPerSecond: number,
  clock: Clock,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const buffer = Buffer.allocUnsafe(Math.max(1, Math.floor(bytesPerSecond / SLOW_PIECES_PER_SECOND)));
  for (let read = await source.read(buffer); read > 0; read = await source.read(buffer)) {
    await clock.sleep((read / bytesPerSecond) * 1000, gone.signal).catch(() => undefined);
    if (response.destroyed) return;
    await flushed(response, buffer.subarray(0, read));
  }
}

/** Resolves when the bytes have left the process, or never will: the client has gone. */
function flushed(response: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('close', done);
      resolve();
    };
    response.once('close', done);
    if (response.destroyed) done();
    else response.write(bytes, done);
  });
}

function closed(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed || response.socket === null || response.socket.destroyed) resolve();
    else response.socket.once('close', () => resolve());
  });
}

function sourceOf(bytes: Uint8Array): ByteSource {
  let at = 0;
  return {
    async read(buffer) {
      const part = bytes.subarray(at, at + buffer.length);
      buffer.set(part);
      at += part.length;
      return part.length;
    },
    close: async () => undefined,
  };
}

import type { BufferPool } from '../connector-api.js';
import { engineError } from './errors.js';

interface Waiter {
  readonly bytes: number;
  grant(buffer: Uint8Array): void;
}

/**
 * A pool whose buffers, in use or kept for reuse, never hold more than `limit` bytes together. Requests are served in the
 * order in which they came, so that none starves.
 */
export function bufferPool(limit: number): BufferPool {
  const idle: Uint8Array[] = [];
  const waiting: Waiter[] = [];
  let held = 0;

  function take(bytes: number): Uint8Array | undefined {
    const found = idle.findIndex((buffer) => buffer.length === bytes);
    if (found >= 0) return idle.splice(found, 1)[0];
    while (held + bytes > limit && idle.length > 0) held -= idle.pop()?.length ?? 0;
    if (held + bytes > limit) return undefined;
    held += bytes;
    return new Uint8Array(bytes);
  }

  function serve(): void {
    while (waiting.length > 0) {
      const buffer = take(waiting[0].bytes);
      if (!buffer) return;
      waiting.shift()?.grant(buffer);
    }
  }

  return {
    acquire(bytes, signal) {
      return new Promise((resolve, reject) => {
        signal.throwIfAborted();
        if (bytes > limit) {
          const mebibytes = Math.ceil(bytes / 1024 / 1024);
          throw engineError(
            'MEMORY_TOO_SMALL',
            `a buffer of ${mebibytes} MiB does not fit into the memory for buffers`,
          );
        }
        const cancel = () => {
          waiting.splice(waiting.indexOf(waiter), 1);
          reject(signal.reason);
          serve();
        };
        const waiter: Waiter = {
          bytes,
          grant(buffer) {
            signal.removeEventListener('abort', cancel);
            resolve(buffer);
          },
        };
        signal.addEventListener('abort', cancel, { once: true });
        waiting.push(waiter);
        serve();
      });
    },
    release(buffer) {
      idle.push(buffer);
      serve();
    },
  };
}

import { LF } from './dialect.js';

/**
 * A window over the bytes of an object. `bytes[at]` to `bytes[end]` are read and not yet used; `bytes[end]` is always LF, so that
 * loops over bytes need no bound. The head of `bytes` never holds input: `bytes[at − 1]` exists, and a field that is missing has
 * a text to point to.
 */
export interface Input {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;
  /** Offset in the object of bytes[0]; negative while the head lies before the object. */
  readonly base: number;
  /** Whether the object ends at `end`. */
  readonly complete: boolean;
  /** Moves the unused bytes to the front and reads until the window is full or the object ends. */
  refill(): Promise<void>;
  /** Doubles the window, at most to `limit` bytes of input; false when it has that size. */
  grow(limit: number): boolean;
  close(): Promise<void>;
}

/**
 * @param source the object's bytes, from its first on
 * @param head bytes that stand before the window for its whole life
 * @param size bytes of input that the window holds at first
 */
export function openInput(source: AsyncIterable<Uint8Array>, head: Uint8Array, size: number): Input {
  const iterator = source[Symbol.asyncIterator]();
  const origin = head.length;
  let bytes = new Uint8Array(origin + size + 1);
  bytes.set(head);
  let at = origin;
  let end = origin;
  let base = -origin;
  let complete = false;
  let chunk: Uint8Array = new Uint8Array(0);
  bytes[end] = LF;

  return {
    get bytes() {
      return bytes;
    },
    get at() {
      return at;
    },
    set at(position) {
      at = position;
    },
    get end() {
      return end;
    },
    get base() {
      return base;
    },
    get complete() {
      return complete;
    },
    async refill() {
      bytes.copyWithin(origin, at, end);
      base += at - origin;
      end -= at - origin;
      at = origin;
      const full = bytes.length - 1;
      while (end < full && !complete) {
        if (chunk.length === 0) {
          const next = await iterator.next();
          if (next.done) complete = true;
          else chunk = next.value;
        }
        const taken = Math.min(chunk.length, full - end);
        bytes.set(chunk.subarray(0, taken), end);
        chunk = chunk.subarray(taken);
        end += taken;
      }
      bytes[end] = LF;
    },
    grow(limit) {
      const held = bytes.length - 1 - origin;
      if (held >= limit) return false;
      const larger = new Uint8Array(origin + Math.min(2 * held, limit) + 1);
      larger.set(bytes);
      bytes = larger;
      return true;
    },
    async close() {
      await iterator.return?.();
    },
  };
}

import { LF } from './dialect.js';
import { growWindow, type Marks, searchAnew } from './marks.js';

/** Where the head holds the text of NULL. */
export const HEAD_NULL = 1;

/** The LF behind the input. */
const TAIL_BYTES = 1;

/**
 * A window over the bytes of an object. `bytes[at]` to `bytes[end]` are read and not yet used; `bytes[end]` is always LF, so that
 * loops over bytes need no bound. Before the input there is a head, LF, the text of NULL, LF: so the byte before a field always
 * exists, and is a quote only when the field is quoted; and a field that is missing has a text to point to.
 */
export interface Input {
  readonly bytes: Uint8Array;
  /** The marks of the bytes from `at` on, as far as they were searched. */
  readonly marks: Marks;
  at: number;
  readonly end: number;
  /** Offset in the object of bytes[0]; negative while the head lies before the object. */
  readonly base: number;
  /** Whether the object ends at `end`. */
  readonly complete: boolean;
  /**
   * Moves the unused bytes to the front and reads until the window is full or the object ends. A window that is full of unused
   * bytes is doubled first, at most to `limit` bytes of input; false when it has that size already.
   */
  refill(limit: number): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * @param source the object's bytes, from its first on
 * @param marks where the window is made; an input that used it before must be closed
 * @param size bytes of input that the window holds at first
 */
export function openInput(source: AsyncIterable<Uint8Array>, marks: Marks, size: number): Input {
  const { nullText } = marks.dialect;
  const iterator = source[Symbol.asyncIterator]();
  const origin = HEAD_NULL + nullText.length + 1;
  let room = size;
  growWindow(marks, origin + room + TAIL_BYTES);
  marks.bytes[0] = LF;
  marks.bytes.set(nullText, HEAD_NULL);
  marks.bytes[origin - 1] = LF;
  marks.bytes[origin] = LF;
  searchAnew(marks, origin);
  let at = origin;
  let end = origin;
  let base = -origin;
  let complete = false;
  let chunk: Uint8Array = new Uint8Array(0);

  async function fill(): Promise<void> {
    const full = origin + room;
    while (end < full && !complete) {
      if (chunk.length === 0) {
        const next = await iterator.next();
        if (next.done) complete = true;
        else chunk = next.value;
      }
      const taken = Math.min(chunk.length, full - end);
      marks.bytes.set(chunk.subarray(0, taken), end);
      chunk = chunk.subarray(taken);
      end += taken;
    }
  }

  return {
    get bytes() {
      return marks.bytes;
    },
    marks,
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
    async refill(limit) {
      const unused = end - at;
      if (unused === room && room >= limit) return false;
      if (unused === room) {
        room = Math.min(2 * room, limit);
        growWindow(marks, origin + room + TAIL_BYTES);
      }
      marks.bytes.copyWithin(origin, at, end);
      base += at - origin;
      at = origin;
      end = origin + unused;
      await fill();
      marks.bytes[end] = LF;
      searchAnew(marks, at);
      return true;
    },
    async close() {
      await iterator.return?.();
    },
  };
}

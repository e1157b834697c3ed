import { type Dialect, LF } from './dialect.js';

const FIELD_START = 0;
const UNQUOTED = 1;
const QUOTED = 2;
const AFTER_QUOTE = 3;
const AFTER_ESCAPE = 4;

/** How far into a row a skip has come, so that it can go on in the next window. */
export interface RowSkip {
  state: typeof FIELD_START | typeof UNQUOTED | typeof QUOTED | typeof AFTER_QUOTE | typeof AFTER_ESCAPE;
  /** Line ends met, the row's own included. */
  lines: number;
}

export function rowSkip(): RowSkip {
  return { state: FIELD_START, lines: 0 };
}

/** Finds a row's end by its quotes alone; returns the position behind its LF, or −1 when the row goes on behind `to`. */
export function skipRow(bytes: Uint8Array, from: number, to: number, dialect: Dialect, skip: RowSkip): number {
  const { delimiter, quote, escaper } = dialect;
  let { state } = skip;
  for (let at = from; at < to; at++) {
    const byte = bytes[at];
    if (byte === LF) skip.lines++;
    if (state === QUOTED) {
      if (byte === quote) state = AFTER_QUOTE;
      else if (byte === escaper) state = AFTER_ESCAPE;
    } else if (state === AFTER_ESCAPE || (state === AFTER_QUOTE && byte === quote && escaper === quote)) {
      state = QUOTED;
    } else if (byte === LF) {
      skip.state = FIELD_START;
      return at + 1;
    } else if (byte === quote && state === FIELD_START) {
      state = QUOTED;
    } else {
      state = byte === delimiter ? FIELD_START : UNQUOTED;
    }
  }
  skip.state = state;
  return -1;
}

/** Whether the bytes skipped so far end inside a quoted field. */
export function isInQuotes({ state }: RowSkip): boolean {
  return state === QUOTED || state === AFTER_ESCAPE;
}

import type { CsvOptions } from './options.js';

export const LF = 0x0a;
export const CR = 0x0d;

/** A CSV dialect in bytes, ready for loops over them. */
export interface Dialect {
  readonly delimiter: number;
  readonly quote: number;
  readonly escape: number;
  readonly nullText: Uint8Array;
  /** By byte: 1 where an unquoted field may end or break a rule (delimiter, quote, CR, LF). */
  readonly stops: Uint8Array;
  /** By byte: 1 where the inside of a quoted field needs a look (quote, escape, LF). */
  readonly quotedStops: Uint8Array;
}

export function dialectOf(options: CsvOptions): Dialect {
  const delimiter = options.delimiter.charCodeAt(0);
  const quote = options.quote.charCodeAt(0);
  const escape = options.escape.charCodeAt(0);
  return {
    delimiter,
    quote,
    escape,
    nullText: Buffer.from(options.nullText),
    stops: byteSet([delimiter, quote, CR, LF]),
    quotedStops: byteSet([quote, escape, LF]),
  };
}

/** 256 flags, 1 for each of `members`. */
export function byteSet(members: Iterable<number>): Uint8Array {
  const set = new Uint8Array(256);
  for (const byte of members) set[byte] = 1;
  return set;
}

import { type ByteSearch, byteSearch } from './byte-search.js';
import type { CsvOptions } from './options.js';

export const LF = 0x0a;
export const CR = 0x0d;

/** A CSV dialect in bytes, ready for loops over them. */
export interface Dialect {
  readonly delimiter: number;
  readonly quote: number;
  /** Makes the byte behind it plain, inside quotes; the quote itself by default. */
  readonly escaper: number;
  readonly nullText: Uint8Array;
  /** Where an unquoted field may end or break a rule: delimiter, quote, CR, LF. */
  readonly unquoted: ByteSearch;
  /** Where the inside of a quoted field needs a look: quote, escape, LF. */
  readonly quoted: ByteSearch;
}

export function dialectOf(options: CsvOptions): Dialect {
  const delimiter = options.delimiter.charCodeAt(0);
  const quote = options.quote.charCodeAt(0);
  const escaper = options.escape.charCodeAt(0);
  return {
    delimiter,
    quote,
    escaper,
    nullText: Buffer.from(options.nullText),
    unquoted: byteSearch([quote, CR, LF], delimiter),
    quoted: byteSearch([quote, LF], escaper),
  };
}

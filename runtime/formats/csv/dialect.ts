import { byteSet } from './byte-set.js';
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
  /** A flag for each byte: whether a field with it must be quoted, as with delimiter, quote, CR and LF. */
  readonly special: Uint8Array;
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
    special: byteSet([delimiter, quote, CR, LF]),
  };
}

import type { CsvOptions } from '../../../runtime/formats/csv/options.js';

/** Bytes as a string of one character a byte, so that text which is no UTF-8 is kept. */
export type ByteText = string;

export function bytesOf(text: string): ByteText {
  return Buffer.from(text).toString('latin1');
}

export function textOf(bytes: ByteText): string {
  return Buffer.from(bytes, 'latin1').toString();
}

const BOM = bytesOf('\ufeff');

export interface ReferenceField {
  readonly text: ByteText;
  readonly quoted: boolean;
}

/** A row as it stands in an object, before anything is known of columns. */
export interface ReferenceRow {
  readonly fields: readonly ReferenceField[];
  readonly fault: 'CSV_BAD_QUOTE' | 'CSV_UNTERMINATED_QUOTE' | undefined;
  /** The row's own bytes without its line end, and without a CR at the object's end. */
  readonly raw: ByteText;
  /** Bytes without the line end. */
  readonly length: number;
  /** 1-based. */
  readonly line: number;
  readonly byteOffset: number;
}

/** RFC 4180 one byte at a time, with LF and CRLF as line ends and a lone CR as data. */
export function readCsv(bytes: ByteText, options: CsvOptions): ReferenceRow[] {
  const rows: ReferenceRow[] = [];
  let line = 1;
  for (let at = bytes.startsWith(BOM) ? BOM.length : 0; at < bytes.length; ) {
    const { fields, fault, lineFeed } = readRow(bytes, at, options);
    const whole = bytes.slice(at, lineFeed);
    const raw = whole.replace(/\r$/, '');
    const { length } = lineFeed < bytes.length ? raw : whole;
    rows.push({ fields, fault, raw, length, line, byteOffset: at });
    line += whole.split('\n').length;
    at = lineFeed + 1;
  }
  return rows;
}

function readRow(bytes: ByteText, start: number, { delimiter, quote, escape: escaper }: CsvOptions) {
  const fields: ReferenceField[] = [];
  const isEnd = (at: number) => at >= bytes.length || bytes[at] === '\n' || bytes.startsWith('\r\n', at);
  for (let at = start; ; at++) {
    let text = '';
    const quoted = bytes[at] === quote;
    if (quoted) {
      at++;
      while (bytes[at] !== quote || (escaper === quote && bytes[at + 1] === quote)) {
        if (bytes[at] === escaper) at++;
        if (at >= bytes.length) return { fields, fault: 'CSV_UNTERMINATED_QUOTE', lineFeed: bytes.length } as const;
        text += bytes[at++];
      }
      at++;
    } else {
      while (!isEnd(at) && bytes[at] !== delimiter && bytes[at] !== quote) text += bytes[at++];
    }
    fields.push({ text, quoted });
    if (isEnd(at)) return { fields, fault: undefined, lineFeed: lineFeedFrom(bytes, at) };
    if (bytes[at] !== delimiter) return { fields, fault: 'CSV_BAD_QUOTE', lineFeed: lineFeedFrom(bytes, at) } as const;
  }
}

function lineFeedFrom(bytes: ByteText, at: number): number {
  const found = bytes.indexOf('\n', at);
  return found < 0 ? bytes.length : found;
}

/** Rows as a target writes them; null is NULL. */
export function writeCsv(
  names: readonly ByteText[],
  rows: readonly (readonly (ByteText | null)[])[],
  options: CsvOptions,
): ByteText {
  const { delimiter, quote, escape: escaper, newline, nullText } = options;
  let out = options.bom ? BOM : '';
  const cell = (text: ByteText | null): ByteText => {
    if (text === null) return nullText;
    const special = [delimiter, quote, '\r', '\n'].some((character) => text.includes(character));
    const needed = special || text === nullText || (out === '' && text.startsWith(BOM));
    if (!needed && options.quoteMode === 'minimal') return text;
    const escaped = [...text].map((byte) => (byte === quote || byte === escaper ? escaper + byte : byte));
    return quote + escaped.join('') + quote;
  };
  for (const row of options.header ? [names, ...rows] : rows) {
    // Only the first cell can stand at the object's very beginning.
    for (const [column, text] of row.entries()) out += (column > 0 ? delimiter : '') + cell(text);
    out += newline;
  }
  return out;
}

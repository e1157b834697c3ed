import { CR, type Dialect, LF } from './dialect.js';
import type { CsvErrorCode } from './errors.js';
import type { Input } from './input.js';
import type { Columns, Layout } from './layout.js';

export type FaultCode = Extract<CsvErrorCode, 'CSV_RAGGED_ROW' | 'CSV_BAD_QUOTE' | 'CSV_UNTERMINATED_QUOTE' | 'ROW_TOO_LONG'>;

/** A row whose fields could not be told apart. It keeps its place among the rows, but its cells mean nothing. */
export interface RowFault {
  readonly row: number;
  readonly code: FaultCode;
  /** Fields of the row as far as it was read. */
  readonly fields: number;
  /** Position behind the row's last byte, without its line end. */
  readonly end: number;
}

/** The rows found since the last batch. */
export interface ScannedRows {
  count: number;
  /** Position of each row's first byte. */
  readonly start: Int32Array;
  /** Lines before each row, counted from the first row of the batch. */
  readonly line: Int32Array;
  /** Lines that all rows take up. */
  lines: number;
  readonly faults: RowFault[];
  /** By column: 1 when an unquoted field is as long as the text of NULL. */
  readonly nullCandidates: Uint8Array;
  /** Cells of the row at hand whose text has escapes. Scratch. */
  readonly escaped: Int32Array;
}

export interface ScanRules {
  readonly dialect: Dialect;
  readonly layout: Layout;
  readonly columns: Columns;
  /** Take fields that are missing at the end of a row as NULL. */
  readonly pad: boolean;
  readonly maxRowBytes: number;
}

export function scannedRows(capacity: number, columns: number): ScannedRows {
  return {
    count: 0,
    start: new Int32Array(capacity),
    line: new Int32Array(capacity),
    lines: 0,
    faults: [],
    nullCandidates: new Uint8Array(columns),
    escaped: new Int32Array(columns),
  };
}

/** What `closingQuote` found on its way; one object, since the scanner is synchronous. */
const passed = { escapes: 0, lines: 0 };

const OUT_OF_BYTES = -1;

/**
 * Splits rows from `input.at` on into cells until `rows` is full or no complete row is left; `input.at` then stands behind the
 * last complete row. A row that the window cuts off is scanned again when there is more of it, so nothing is changed before the
 * row is complete. Rules are those of RFC 4180, with LF and CRLF as line ends and a lone CR as data.
 */
export function scanRows(input: Input, { dialect, layout, columns, pad, maxRowBytes }: ScanRules, rows: ScannedRows): void {
  const { bytes, end, complete } = input;
  const { delimiter, quote, escape, stops } = dialect;
  const { starts, ends, capacity } = layout;
  const { cells, count: columnCount } = columns;
  const { nullCandidates, escaped } = rows;
  const nullLength = dialect.nullText.length;
  let at = input.at;
  let row = rows.count;
  while (row < capacity && at < end) {
    const rowStart = at;
    let lines = 1;
    let column = 0;
    let escapedCells = 0;
    let fault: FaultCode | undefined;
    for (;;) {
      let byte = bytes[at];
      let start = at;
      let stop: number;
      if (byte === quote) {
        start++;
        stop = closingQuote(bytes, start, end, complete, dialect);
        if (stop === OUT_OF_BYTES) {
          at = end;
          if (complete) fault = 'CSV_UNTERMINATED_QUOTE';
          break;
        }
        lines += passed.lines;
        if (passed.escapes > 0 && column < columnCount) escaped[escapedCells++] = cells[column] + row;
        at = stop + 1;
        byte = bytes[at];
        if (byte === CR && at + 1 < end && bytes[at + 1] === LF) byte = bytes[++at];
      } else {
        for (;;) {
          while (stops[byte] === 0) byte = bytes[++at];
          stop = at;
          if (byte !== CR) break;
          byte = bytes[++at];
          if (byte === LF && at < end) break;
        }
        if (stop - start === nullLength && column < columnCount) nullCandidates[column] = 1;
      }
      if (column < columnCount) {
        const cell = cells[column] + row;
        starts[cell] = start;
        ends[cell] = stop;
      }
      if (byte === delimiter) {
        column++;
        at++;
        continue;
      }
      if (byte !== LF && (at < end - 1 || complete)) fault = 'CSV_BAD_QUOTE';
      break;
    }
  }
}

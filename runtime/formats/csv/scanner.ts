import { findByte } from './byte-search.js';
import { CR, type Dialect, LF } from './dialect.js';
import type { CsvErrorCode } from './errors.js';
import { HEAD_NULL, type Input } from './input.js';
import type { Columns, Layout } from './layout.js';

export type FaultCode = Extract<
  CsvErrorCode,
  'CSV_RAGGED_ROW' | 'CSV_BAD_QUOTE' | 'CSV_UNTERMINATED_QUOTE' | 'ROW_TOO_LONG'
>;

/** A row whose fields could not be told apart. It keeps its place among the rows, but its cells mean nothing. */
export interface RowFault {
  readonly row: number;
  readonly code: FaultCode;
  /** Fields of the row as far as it was read. */
  readonly fields: number;
  /** Position behind the row's last byte; of its line end only a CR may lie before it. */
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
  /** By column: 1 when a field is as long as the text of NULL. */
  readonly nullCandidates: Uint8Array;
  /** Whether any row may have a lone CR in it. */
  carriageReturns: boolean;
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
    carriageReturns: false,
    escaped: new Int32Array(columns),
  };
}

/** Makes room for the rows of the next batch. */
export function resetRows(rows: ScannedRows): void {
  rows.count = 0;
  rows.lines = 0;
  rows.faults.length = 0;
  rows.nullCandidates.fill(0);
  rows.carriageReturns = false;
}

const OUT_OF_BYTES = -1;

/** What `closingQuote` met on its way: one object for all calls, since a scan is synchronous. */
const passed = { escapes: 0, lines: 0 };

/**
 * Splits rows from `input.at` on into cells until `rows` is full or no complete row is left; `input.at` then stands behind the
 * last complete row. A row that the window cuts off is scanned anew when there is more of it, so nothing is changed before the
 * row is complete. Rules are those of RFC 4180, with LF and CRLF as line ends and a lone CR as data.
 */
export function scanRows(input: Input, rules: ScanRules, rows: ScannedRows): void {
  const { bytes, words, end, complete } = input;
  const { delimiter, quote, unquoted } = rules.dialect;
  const { starts, ends, capacity } = rules.layout;
  const { cells, count: columnCount } = rules.columns;
  const { nullCandidates, escaped } = rows;
  const nullLength = rules.dialect.nullText.length;
  const lastColumn = columnCount - 1;
  const droppedCells = rules.layout.slots * capacity;
  let at = input.at;
  let row = rows.count;
  scan: while (row < capacity && at < end) {
    const rowStart = at;
    let lines = 1;
    let column = 0;
    let escapes = 0;
    let fault: FaultCode | undefined;
    for (;;) {
      let start = at;
      at = findByte(bytes, words, at, unquoted);
      let byte = bytes[at];
      let stop = at;
      if (byte === quote && at === start) {
        start++;
        stop = closingQuote(input, start, rules.dialect);
        if (stop === OUT_OF_BYTES) {
          if (!complete) {
            at = rowStart;
            break scan;
          }
          fault = 'CSV_UNTERMINATED_QUOTE';
          at = end;
          break;
        }
        lines += passed.lines;
        if (passed.escapes > 0 && column < columnCount && cells[column] !== droppedCells) {
          escaped[escapes++] = cells[column] + row;
        }
        at = stop + 1;
        byte = bytes[at];
        if (byte === CR && at + 1 < end && bytes[at + 1] === LF) byte = bytes[++at];
      } else {
        while (byte === CR) {
          // The LF at `end` is none of the object's: a CR before it may still prove to be data.
          byte = bytes[++at];
          if (byte === LF && at < end) break;
          rows.carriageReturns = true;
          at = findByte(bytes, words, at, unquoted);
          stop = at;
          byte = bytes[at];
        }
      }
      if (column < columnCount) {
        const cell = cells[column] + row;
        starts[cell] = start;
        ends[cell] = stop;
        if (stop - start === nullLength) nullCandidates[column] = 1;
      }
      if (byte === delimiter) {
        column++;
        at++;
        continue;
      }
      if (byte !== LF) {
        // A CR may still become a CRLF.
        if (byte !== CR || at + 1 < end || complete) fault = 'CSV_BAD_QUOTE';
        at = bytes.indexOf(LF, at);
      }
      if (at === end && !complete) {
        at = rowStart;
        break scan;
      }
      break;
    }
    if (fault === undefined) {
      if (column !== lastColumn) {
        if (column < lastColumn && rules.pad) padRow(rules, rows, column + 1, row);
        else fault = 'CSV_RAGGED_ROW';
      }
      // The CR of a CRLF is none of the row's bytes.
      const lineEnd = at < end && bytes[at - 1] === CR ? at - 1 : at;
      if (lineEnd - rowStart > rules.maxRowBytes) fault = 'ROW_TOO_LONG';
    }
    if (fault === undefined) {
      for (let k = 0; k < escapes; k++) {
        const cell = escaped[k];
        ends[cell] = unescapeField(bytes, starts[cell], ends[cell], rules.dialect);
      }
    } else {
      rows.faults.push({ row, code: fault, fields: column + 1, end: at });
    }
    rows.start[row] = rowStart;
    rows.line[row] = rows.lines;
    rows.lines += lines;
    row++;
    at++;
  }
  rows.count = row;
  input.at = Math.min(at, end);
}

/**
 * Position of the quote that closes a field whose text starts at `from`; OUT_OF_BYTES when it is not certain yet or there is
 * none. `passed` then says how many escapes and line ends the field has.
 */
function closingQuote(
  { bytes, words, end, complete }: Input,
  from: number,
  { quote, escaper, quoted }: Dialect,
): number {
  let at = from;
  passed.escapes = 0;
  passed.lines = 0;
  for (;;) {
    at = findByte(bytes, words, at, quoted);
    if (at >= end) return OUT_OF_BYTES;
    const byte = bytes[at];
    const next = bytes[at + 1];
    if (byte === LF) {
      passed.lines++;
      at++;
    } else if (byte === quote && (escaper !== quote || next !== quote)) {
      // Unless the object ends here, the next byte decides, and it is not there yet.
      return at + 1 < end || complete ? at : OUT_OF_BYTES;
    } else {
      if (at + 1 >= end) return OUT_OF_BYTES;
      if (next === LF) passed.lines++;
      passed.escapes++;
      at += 2;
    }
  }
}

/** Takes the escapes out of a text in place; returns its new end. An escape makes the byte behind it plain, whatever it is. */
function unescapeField(bytes: Uint8Array, start: number, end: number, { escaper }: Dialect): number {
  let to = start;
  for (let from = start; from < end; from++) {
    if (bytes[from] === escaper) from++;
    bytes[to++] = bytes[from];
  }
  return to;
}

/** Lets the cells of missing columns point to the text of NULL in the window's head. */
function padRow({ dialect, layout, columns }: ScanRules, rows: ScannedRows, firstColumn: number, row: number): void {
  for (let column = firstColumn; column < columns.count; column++) {
    const cell = columns.cells[column] + row;
    layout.starts[cell] = HEAD_NULL;
    layout.ends[cell] = HEAD_NULL + dialect.nullText.length;
    rows.nullCandidates[column] = 1;
  }
}

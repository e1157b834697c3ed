import type { Dialect } from './dialect.js';
import type { CsvErrorCode } from './errors.js';
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
  /** By column: 1 when an unquoted field is as long as the text of NULL. */
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

/** Where a scan stands in the row at hand. */
export interface ScanState {
  /** Position of the next field's first byte. */
  at: number;
  /** Position of the row's first byte. */
  rowStart: number;
  row: number;
  /** Column of the next field; may exceed the columns that there should be. */
  column: number;
  /** Lines that the row takes up as far as it was scanned. */
  lines: number;
  /** How many cells of `escaped` are in use. */
  escapes: number;
}

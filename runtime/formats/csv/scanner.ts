import { CR, type Dialect, LF } from './dialect.js';
import { HEAD_NULL, type Input } from './input.js';
import { nextMark, passMarks, searchAnew, searchOn } from './marks.js';
import { scanPlainFields } from './plain-fields.js';
import type { FaultCode, ScannedRows, ScanRules, ScanState } from './scanned-rows.js';

const OUT_OF_BYTES = -1;

/** What `closingQuote` met on its way: one object for all calls, since a scan is synchronous. */
const passed = { escapes: 0, lines: 0 };

/**
 * Splits rows from `input.at` on into cells until `rows` is full or no complete row is left; `input.at` then stands behind the
 * last complete row. A row that the window cuts off is scanned anew when there is more of it, so nothing is changed before the
 * row is complete. Rules are those of RFC 4180, with LF and CRLF as line ends and a lone CR as data.
 */
export function scanRows(input: Input, rules: ScanRules, rows: ScannedRows): void {
  const { at, marks, end } = input;
  const { capacity } = rules.layout;
  const scan: ScanState = { at, rowStart: at, row: rows.count, column: 0, lines: 1, escapes: 0 };
  let isCutOff = false;
  passMarks(marks, at);
  while (!isCutOff && scan.row < capacity && (scan.at < end || scan.column > 0)) {
    if (marks.next === marks.count) searchOn(marks, end);
    const { next } = marks;
    scanPlainFields(input, rules, rows, scan);
    if (marks.next === next) isCutOff = !scanField(input, rules, rows, scan);
  }
  rows.count = scan.row;
  input.at = isCutOff ? scan.rowStart : Math.min(scan.at, end);
  if (isCutOff) searchAnew(marks, scan.rowStart);
}

/** Scans one field, whatever it is, and the row's end if it is the last; false when the window cuts it off. */
function scanField(input: Input, rules: ScanRules, rows: ScannedRows, scan: ScanState): boolean {
  const { bytes, marks, end, complete } = input;
  const { dialect, columns, layout } = rules;
  const { delimiter, quote, nullText } = dialect;
  const { row, column } = scan;
  const isKnown = column < columns.count;
  const cell = isKnown ? columns.cells[column] + row : 0;
  let start = scan.at;
  let at = nextMark(marks, end);
  let stop: number;
  if (at === start && bytes[at] === quote) {
    start++;
    stop = closingQuote(input, start, dialect);
    if (stop === OUT_OF_BYTES) {
      if (complete) endRow(input, rules, rows, scan, end, 'CSV_UNTERMINATED_QUOTE');
      return complete;
    }
    scan.lines += passed.lines;
    const isWanted = isKnown && columns.cells[column] !== layout.slots * layout.stride;
    if (passed.escapes > 0 && isWanted) rows.escaped[scan.escapes++] = cell;
    at = stop + 1;
    if (bytes[at] === CR && at + 1 < end && bytes[at + 1] === LF) at++;
  } else {
    stop = unquotedEnd(input, at, dialect, rows);
    at = bytes[stop] === CR ? stop + 1 : stop;
    if (isKnown && stop - start === nullText.length) rows.nullCandidates[column] = 1;
  }
  passMarks(marks, at + 1);
  if (isKnown) {
    layout.starts[cell] = start;
    layout.ends[cell] = stop;
  }
  const byte = bytes[at];
  if (byte === delimiter) {
    scan.column++;
    scan.at = at + 1;
    return true;
  }
  let fault: FaultCode | undefined;
  if (byte !== LF) {
    // A CR may still become a CRLF.
    if (byte !== CR || at + 1 < end || complete) fault = 'CSV_BAD_QUOTE';
    at = bytes.indexOf(LF, at);
    passMarks(marks, at + 1);
  }
  if (at === end && !complete) return false;
  endRow(input, rules, rows, scan, at, fault);
  return true;
}

/** Ends the row at hand, whose line end is at `end`. */
function endRow(
  { bytes, end: inputEnd }: Input,
  rules: ScanRules,
  rows: ScannedRows,
  scan: ScanState,
  end: number,
  known: FaultCode | undefined,
): void {
  const { row, column, rowStart } = scan;
  const { starts, ends } = rules.layout;
  const lastColumn = rules.columns.count - 1;
  let fault = known;
  if (fault === undefined) {
    if (column < lastColumn && rules.pad) padRow(rules, rows, column + 1, row);
    else if (column !== lastColumn) fault = 'CSV_RAGGED_ROW';
    // The CR of a CRLF is none of the row's bytes.
    const rowEnd = end < inputEnd && bytes[end - 1] === CR ? end - 1 : end;
    if (rowEnd - rowStart > rules.maxRowBytes) fault = 'ROW_TOO_LONG';
  }
  if (fault === undefined) {
    for (let k = 0; k < scan.escapes; k++) {
      const cell = rows.escaped[k];
      ends[cell] = unescapeField(bytes, starts[cell], ends[cell], rules.dialect);
    }
  } else {
    rows.faults.push({ row, code: fault, fields: column + 1, end });
  }
  rows.start[row] = rowStart;
  rows.line[row] = rows.lines;
  rows.lines += scan.lines;
  scan.at = end + 1;
  scan.rowStart = end + 1;
  scan.row++;
  scan.column = 0;
  scan.lines = 1;
  scan.escapes = 0;
}

/**
 * Where an unquoted field ends, or breaks a rule, that has a mark at `mark` which is neither delimiter nor LF: an LF, the CR of a
 * CRLF, a delimiter, or a quote.
 */
function unquotedEnd(
  { bytes, marks, end }: Input,
  mark: number,
  { delimiter, quote }: Dialect,
  rows: ScannedRows,
): number {
  let at = mark;
  for (;;) {
    const byte = bytes[at];
    if (byte === CR) {
      if (at + 1 < end && bytes[at + 1] === LF) return at;
      rows.carriageReturns = true;
    } else if (byte === delimiter || byte === LF || byte === quote) {
      return at;
    }
    at = nextMark(marks, end);
  }
}

/**
 * Position of the quote that closes a field whose text starts at `from`; OUT_OF_BYTES when it is not certain yet or there is
 * none. `passed` then says how many escapes and line ends the field has.
 */
function closingQuote({ bytes, marks, end, complete }: Input, from: number, { quote, escaper }: Dialect): number {
  let at = from;
  passed.escapes = 0;
  passed.lines = 0;
  for (;;) {
    const mark = nextMark(marks, end);
    if (mark >= end) return OUT_OF_BYTES;
    // What an escape stands before is passed with it.
    if (mark < at) continue;
    at = mark;
    const byte = bytes[at];
    const next = bytes[at + 1];
    if (byte === LF) {
      passed.lines++;
    } else if (byte === quote && (escaper !== quote || next !== quote)) {
      // Unless the object ends here, the next byte decides, and it is not there yet.
      return at + 1 < end || complete ? at : OUT_OF_BYTES;
    } else if (byte === quote || byte === escaper) {
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

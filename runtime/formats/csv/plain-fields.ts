import { CR, LF } from './dialect.js';
import type { Input } from './input.js';
import type { ScannedRows, ScanRules, ScanState } from './scanned-rows.js';

/**
 * Scans fields and ends rows for as long as they are plain: with no escape, line end or lone CR in a field, as many fields as
 * columns, nothing that breaks a rule or needs more of the window than was searched for marks. Stops before the first field
 * that is not, at the latest where `rows` is full or the input ends.
 *
 * By far most fields are plain, and this loop is fast because it calls nothing: the compiler can keep what it needs in
 * registers, and need not make it anew when a rare case comes up for the first time.
 */
export function scanPlainFields(
  { bytes, marks, end }: Input,
  { dialect, layout, columns, maxRowBytes }: ScanRules,
  rows: ScannedRows,
  scan: ScanState,
): void {
  const { delimiter, quote } = dialect;
  const { starts, ends, capacity } = layout;
  const { cells } = columns;
  const { positions, count } = marks;
  const { nullCandidates, start: rowStarts, line: rowLines } = rows;
  const nullLength = dialect.nullText.length;
  const hasEscapes = scan.escapes > 0;
  const lastColumn = columns.count - 1;
  let { at, rowStart, row, column, lines } = scan;
  let { next } = marks;
  let linesBefore = rows.lines;
  for (;;) {
    // Kept small, for then the compiler checks the arrays once and not for every field.
    while (next < count) {
      const stop = positions[next];
      if (bytes[stop] !== delimiter || column >= lastColumn) break;
      const cell = cells[column] + row;
      starts[cell] = at;
      ends[cell] = stop;
      if (stop - at === nullLength) nullCandidates[column] = 1;
      at = stop + 1;
      column++;
      next++;
    }
    if (next >= count) break;
    let start = at;
    let behind = next + 1;
    let stop = positions[next];
    let last = stop;
    let byte = bytes[stop];
    if (byte === quote) {
      if (stop !== start) break;
      start++;
      do stop = positions[behind++];
      while (bytes[stop] === delimiter && behind < count);
      // Without a mark behind it, the closing quote may be none of the input's.
      if (behind >= count || bytes[stop] !== quote) break;
      last = stop + 1;
      byte = bytes[last];
      behind++;
    }
    if (byte === CR && behind < count && bytes[last + 1] === LF) {
      byte = LF;
      last++;
      behind++;
    }
    if (byte === LF) {
      if (last >= end || column !== lastColumn || last - rowStart > maxRowBytes || hasEscapes) break;
    } else if (byte !== delimiter || column >= lastColumn) {
      break;
    }
    const cell = cells[column] + row;
    starts[cell] = start;
    ends[cell] = stop;
    if (stop - start === nullLength && bytes[start - 1] !== quote) nullCandidates[column] = 1;
    next = behind;
    at = last + 1;
    column++;
    if (byte === LF) {
      rowStarts[row] = rowStart;
      rowLines[row] = linesBefore;
      linesBefore += lines;
      lines = 1;
      row++;
      column = 0;
      rowStart = at;
      if (row === capacity || at >= end) break;
    }
  }
  marks.next = next;
  rows.lines = linesBefore;
  scan.at = at;
  scan.rowStart = rowStart;
  scan.row = row;
  scan.column = column;
  scan.lines = lines;
}

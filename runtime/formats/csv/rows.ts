import { allRows, type Batch, type RowOrigin } from '../../batch/batch.js';
import type { Field } from '../../batch/data-type.js';
import type { ReadableObject, ReaderCounts, ReaderSettings } from '../format.js';
import { type Column, type ProblemsByRow, textOf } from './columns.js';
import type { Dialect } from './dialect.js';
import { csvError } from './errors.js';
import type { Input } from './input.js';
import { columnsOf, type Layout } from './layout.js';
import type { CsvOptions } from './options.js';
import { faultProblem, longRowProblem } from './row-faults.js';
import { resetRows, type ScanRules, scannedRows } from './scanned-rows.js';
import { scanRows } from './scanner.js';
import { isInQuotes, rowSkip, skipRow } from './skip-row.js';

/** Room for CRLF behind the longest row. */
const LINE_END_BYTES = 2;

/** Fields of a source and the buffers for them; the same for all of its objects. */
export interface Shape {
  readonly fields: readonly Field[];
  readonly layout: Layout;
  readonly columns: readonly Column[];
}

/** How the columns of one object belong to the fields of the source. */
export interface ObjectColumns {
  /** For each column of the object the index of its field, or undefined where it is not wanted. */
  readonly slots: readonly (number | undefined)[];
  /** Lines before the first data row. */
  readonly headerLines: number;
}

/** Reads the data rows from `input.at` to the end of the object. */
export async function* readRows(
  input: Input,
  object: ReadableObject,
  { fields, layout, columns }: Shape,
  { slots, headerLines }: ObjectColumns,
  dialect: Dialect,
  settings: ReaderSettings<CsvOptions>,
  counts: ReaderCounts,
): AsyncGenerator<Batch> {
  const { maxRowBytes, transformation, options, reject } = settings;
  const pad = options.raggedRows === 'pad';
  const rules: ScanRules = { dialect, layout, columns: columnsOf(layout, slots), pad, maxRowBytes };
  const columnOfSlot = fields.map((_, slot) => slots.indexOf(slot));
  const vectors = columns.map(({ vector }) => vector);
  const rows = scannedRows(layout.capacity, slots.length);
  const kept = new Int32Array(layout.capacity);
  const problems: ProblemsByRow = new Map();
  let rowsBefore = 0;
  let linesBefore = headerLines;

  const origin = (row: number): RowOrigin => ({
    object: object.uri,
    row: rowsBefore + row + 1,
    line: linesBefore + rows.line[row] + 1,
    byteOffset: input.base + rows.start[row],
  });

  /** Makes vectors of the rows scanned; rows with problems are rejected and left out of the selection. */
  function batch(): Batch {
    for (const fault of rows.faults) {
      const problem = faultProblem(fault, rows.start[fault.row], input.bytes, rules);
      if (fault.code === 'CSV_RAGGED_ROW' && options.raggedRows === 'error') {
        const { line, ...place } = origin(fault.row);
        throw csvError('CSV_RAGGED_ROW', `the row on line ${line} ${problem.reason}`, {
          transformation,
          object: place.object,
          row: place.row,
        });
      }
      problems.set(fault.row, [problem]);
    }
    let selection = allRows;
    let count = rows.count;
    if (problems.size > 0) {
      count = withoutProblems(selection, count, problems, kept);
      selection = kept;
    }
    for (const [slot, column] of columns.entries()) {
      const nulls = rows.nullCandidates[columnOfSlot[slot]] === 1;
      const found = { nulls, carriageReturns: rows.carriageReturns };
      column.fill(input.bytes, selection, count, found, problems);
    }
    if (problems.size > 0) {
      count = withoutProblems(selection, count, problems, kept);
      selection = kept;
    }
    for (const [row, found] of [...problems].sort(([a], [b]) => a - b)) {
      reject({ origin: origin(row), transformation, problems: found });
    }
    counts.rows += rows.count;
    counts.rejected += problems.size;
    return { fields, vectors, length: rows.count, selection, count, origin };
  }

  /** Passes over a row that the window can not hold, and rejects it. */
  async function skipLongRow(): Promise<void> {
    rows.start[0] = input.at;
    rows.line[0] = 0;
    const place = origin(0);
    const value = textOf(input.bytes, input.at, input.end);
    const skip = rowSkip();
    for (;;) {
      const behind = skipRow(input.bytes, input.at, input.end, dialect, skip);
      input.at = behind < 0 ? input.end : behind;
      if (behind >= 0 || input.complete) break;
      await input.refill(maxRowBytes);
    }
    reject({ origin: place, transformation, problems: [longRowProblem(isInQuotes(skip), value, maxRowBytes)] });
    counts.rows++;
    counts.rejected++;
    rowsBefore++;
    linesBefore += skip.lines;
  }

  for (;;) {
    scanRows(input, rules, rows);
    if (rows.count > 0) {
      yield batch();
      rowsBefore += rows.count;
      linesBefore += rows.lines;
      resetRows(rows);
      problems.clear();
    } else if (input.at === input.end && input.complete) {
      return;
    } else if (!(await input.refill(maxRowBytes + LINE_END_BYTES))) {
      await skipLongRow();
      // Without rows, so that whoever collects rejects by the batch sees this one before memory fills with them.
      yield batch();
    }
  }
}

function withoutProblems(rows: Int32Array, count: number, problems: ProblemsByRow, out: Int32Array): number {
  let kept = 0;
  for (let k = 0; k < count; k++) if (!problems.has(rows[k])) out[kept++] = rows[k];
  return kept;
}

import type { RowProblem } from '../../batch/batch.js';
import { type Bitmap, bitmapOf, clearBit } from '../../batch/bitmap.js';
import type { Field } from '../../batch/data-type.js';
import { type ValueCode, valueReason } from '../../batch/values/errors.js';
import { parserOf } from '../../batch/values/parse.js';
import { type TextVector, type TextView, type Vector, vectorOf } from '../../batch/vector.js';
import type { Dialect } from './dialect.js';
import type { Layout } from './layout.js';
import { declareScanned, type ScannedText } from './scanned-text.js';

/** A value's text is kept up to here; whoever prints it cuts it shorter. */
const MAX_VALUE_BYTES = 2048;

/** What is wrong with rows, by row. */
export type ProblemsByRow = Map<number, RowProblem[]>;

/** What the scanner saw of a column while it went by. */
export interface FoundInColumn {
  /** Whether any field may be NULL. */
  readonly nulls: boolean;
  /** Whether any field may have a lone CR. */
  readonly carriageReturns: boolean;
}

/** A wanted column: turns its cells into a vector. */
export interface Column {
  readonly vector: Vector;
  /**
   * Fills the vector for rows[0..count) from the cells.
   * @param bytes the window that the cells point into
   */
  fill(bytes: Uint8Array, rows: Int32Array, count: number, found: FoundInColumn, problems: ProblemsByRow): void;
}

/** @param slot the column's slot in the layout */
export function columnOf(field: Field, slot: number, layout: Layout, dialect: Dialect): Column {
  const first = slot * layout.stride;
  const start = layout.starts.subarray(first, first + layout.capacity);
  const end = layout.ends.subarray(first, first + layout.capacity);
  const validity = bitmapOf(layout.capacity);
  const { type } = field;

  if (type.kind === 'string') {
    const vector: TextVector = { kind: 'text', bytes: new Uint8Array(0), start, end, validity: null };
    const scanned: ScannedText = { dialect, hasCarriageReturns: false };
    declareScanned(vector, scanned);
    return {
      vector,
      fill(bytes, rows, count, { nulls, carriageReturns }) {
        scanned.hasCarriageReturns = carriageReturns;
        vector.bytes = bytes;
        vector.validity = nulls ? markNulls(vector, rows, count, dialect, validity) : null;
      },
    };
  }

  const vector = vectorOf(type, layout.capacity);
  const parse = parserOf(type);
  const view: TextView = { bytes: new Uint8Array(0), start, end };
  return {
    vector,
    fill(bytes, rows, count, { nulls }, problems) {
      view.bytes = bytes;
      vector.validity = nulls ? markNulls(view, rows, count, dialect, validity) : null;
      parse(view, rows, count, vector, (row, code) => addProblem(problems, row, field, code, view));
    },
  };
}

/**
 * Clears the bit of each row whose field is unquoted and equal to the text of NULL, and empties its text. Returns null when
 * there is none.
 */
function markNulls(view: TextView, rows: Int32Array, count: number, dialect: Dialect, room: Bitmap): Bitmap | null {
  const { bytes, start, end } = view;
  const { quote, nullText } = dialect;
  let found = false;
  for (let k = 0; k < count; k++) {
    const row = rows[k];
    const from = start[row];
    // The byte before an unquoted field is a delimiter, a line end, or in the window's head.
    if (end[row] - from !== nullText.length || bytes[from - 1] === quote || !startsWith(bytes, from, nullText))
      continue;
    if (!found) room.fill(255);
    found = true;
    clearBit(room, row);
    end[row] = from;
  }
  return found ? room : null;
}

function startsWith(bytes: Uint8Array, from: number, text: Uint8Array): boolean {
  for (let k = 0; k < text.length; k++) if (bytes[from + k] !== text[k]) return false;
  return true;
}

function addProblem(problems: ProblemsByRow, row: number, field: Field, code: ValueCode, view: TextView): void {
  const value = textOf(view.bytes, view.start[row], view.end[row]);
  const problem = { field: field.name, code, reason: valueReason(code, field.type), value };
  const known = problems.get(row);
  if (known === undefined) problems.set(row, [problem]);
  else known.push(problem);
}

/** The text of bytes[from..to) for a message, cut after two kilobytes. */
export function textOf(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.subarray(from, Math.min(to, from + MAX_VALUE_BYTES))).toString();
}

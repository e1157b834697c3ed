import { BATCH_ROWS } from '../../batch/batch.js';
import { bitmapOf, clearBit, getBit } from '../../batch/bitmap.js';
import type { DataType } from '../../batch/data-type.js';
import { type DecimalVector, type Int64Vector, type TextVector, type Vector, vectorOf } from '../../batch/vector.js';
import { emptySlot } from '../evaluation.js';
import type { Fail } from '../typed.js';
import { storeUnscaled, unscaledAt } from './exact.js';
import { failTooLong, reserve, textArena } from './text-arena.js';
import { booleanOf, decimalOf, float64Of, int32Of, int64Of, textOf } from './vectors.js';
import { copyBytes, wordsOf } from './words.js';

/** Some rows of a vector. */
export interface RowsOf {
  readonly vector: Vector;
  readonly rows: Int32Array;
  readonly count: number;
}

/** Makes one vector of the rows of two, which are of one type and have no row in common. */
export function rowMerger(type: DataType): (a: RowsOf, b: RowsOf, fail: Fail) => Vector {
  const out = vectorOf(type, BATCH_ROWS);
  const validity = bitmapOf(BATCH_ROWS);
  const copy = copierInto(out);
  return (a, b, fail) => {
    validity.fill(255);
    out.validity = null;
    copy(a, b, fail);
    for (const part of [a, b]) if (takeNulls(part, out, validity)) out.validity = validity;
    return out;
  };
}

function takeNulls({ vector, rows, count }: RowsOf, out: Vector, validity: Uint8Array): boolean {
  if (vector.validity === null) return false;
  let found = false;
  for (let k = 0; k < count; k++) {
    if (getBit(vector.validity, rows[k])) continue;
    clearBit(validity, rows[k]);
    emptySlot(out, rows[k]);
    found = true;
  }
  return found;
}

function copierInto(out: Vector): (a: RowsOf, b: RowsOf, fail: Fail) => void {
  switch (out.kind) {
    case 'text':
      return textCopier(out);
    case 'decimal':
      return (a, b) => copyDecimals(a, b, out);
    case 'int64':
      return (a, b) => {
        const hasNanos = int64Of(a.vector).nanos !== null || int64Of(b.vector).nanos !== null;
        out.nanos = hasNanos ? (out.nanos ?? new Int32Array(BATCH_ROWS)) : null;
        for (const part of [a, b]) copyInt64(part, out);
      };
    case 'boolean':
    case 'int32':
    case 'float64':
      return (a, b) => {
        for (const { vector, rows, count } of [a, b]) {
          const from = plainValuesOf(vector);
          for (let k = 0; k < count; k++) out.values[rows[k]] = from[rows[k]];
        }
      };
  }
}

function plainValuesOf(vector: Vector): Uint8Array | Int32Array | Float64Array {
  switch (vector.kind) {
    case 'boolean':
      return booleanOf(vector).values;
    case 'int32':
      return int32Of(vector).values;
    default:
      return float64Of(vector).values;
  }
}

function copyInt64({ vector, rows, count }: RowsOf, out: Int64Vector): void {
  const { words, nanos } = int64Of(vector);
  for (let k = 0; k < count; k++) {
    const row = rows[k];
    out.words[2 * row] = words[2 * row];
    out.words[2 * row + 1] = words[2 * row + 1];
    if (out.nanos) out.nanos[row] = nanos ? nanos[row] : 0;
  }
}

function copyDecimals(a: RowsOf, b: RowsOf, out: DecimalVector): void {
  const narrow = [a, b].every(({ vector, count }) => count === 0 || decimalOf(vector).layout === 'narrow');
  out.layout = narrow ? 'narrow' : 'wide';
  for (const { vector, rows, count } of [a, b]) {
    const { values } = decimalOf(vector);
    if (narrow) for (let k = 0; k < count; k++) out.values[rows[k]] = values[rows[k]];
    else for (let k = 0; k < count; k++) storeUnscaled(out, rows[k], unscaledAt(vector, rows[k]));
  }
}

/** Views, if the rows of both lie in one buffer or all come from one side; else the bytes are copied. */
function textCopier(out: TextVector): (a: RowsOf, b: RowsOf, fail: Fail) => void {
  const arena = textArena();
  return (a, b, fail) => {
    const [first, second] = [textOf(a.vector), textOf(b.vector)];
    if (first.bytes === second.bytes || a.count === 0 || b.count === 0) {
      out.bytes = a.count === 0 ? second.bytes : first.bytes;
      for (const part of [a, b]) copyViews(part, out);
      return;
    }
    arena.used = 0;
    for (const part of [a, b]) copyTexts(part, out);
    out.bytes = arena.bytes;

    function copyTexts({ vector, rows, count }: RowsOf, into: TextVector): void {
      const { bytes, start, end } = textOf(vector);
      const words = wordsOf(bytes);
      for (let k = 0; k < count; k++) {
        const row = rows[k];
        into.start[row] = arena.used;
        const length = end[row] - start[row];
        if (reserve(arena, length)) {
          copyBytes(words, start[row], length, arena.words, arena.used);
          arena.used += length;
        } else failTooLong(row, fail);
        into.end[row] = arena.used;
      }
    }
  };
}

function copyViews({ vector, rows, count }: RowsOf, out: TextVector): void {
  const { start, end } = textOf(vector);
  for (let k = 0; k < count; k++) {
    out.start[rows[k]] = start[rows[k]];
    out.end[rows[k]] = end[rows[k]];
  }
}

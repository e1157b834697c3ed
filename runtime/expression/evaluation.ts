import { BATCH_ROWS } from '../batch/batch.js';
import { type Bitmap, bitmapOf, clearBit, getBit } from '../batch/bitmap.js';
import type { DataType } from '../batch/data-type.js';
import { type Vector, vectorOf } from '../batch/vector.js';
import type { Fail, Frame, Program } from './typed.js';

/**
 * Fills `out` for rows[0..count), for which no operand is NULL. A row without a value is reported by `fail`; whatever the
 * kernel left in its slot is wiped.
 */
export type Kernel = (operands: readonly Vector[], out: Vector, rows: Int32Array, count: number, fail: Fail) => void;

/** Shared by all nodes of a thread: operands are evaluated before it is filled, and a kernel evaluates nothing. */
const liveRows = new Int32Array(BATCH_ROWS);

/** A program whose result is NULL where any operand is: the kernel sees the other rows only. `kernel` is made once for it. */
export function strict(type: DataType, makeKernel: () => Kernel): Program {
  return (operands) => {
    const kernel = makeKernel();
    const out = vectorOf(type, BATCH_ROWS);
    const validity = bitmapOf(BATCH_ROWS);
    const values: Vector[] = [];
    return (frame, rows, count) => {
      for (let index = 0; index < operands.length; index++) values[index] = operands[index](frame, rows, count);
      if (count === 0) return out;
      const failedBefore = frame.failures.rows.length;
      if (intersect(values, validity, rows[count - 1])) {
        out.validity = validity;
        kernel(values, out, liveRows, splitRows(out, validity, rows, count, liveRows), frame.failures.add);
      } else {
        out.validity = null;
        kernel(values, out, rows, count, frame.failures.add);
      }
      nullifyFailed(frame, failedBefore, out, validity);
      return out;
    };
  };
}

/** Writes the AND of the operands' bitmaps up to `lastRow`; false when all rows of all operands are valid. */
function intersect(operands: readonly Vector[], into: Bitmap, lastRow: number): boolean {
  const bytes = (lastRow >> 3) + 1;
  let any = false;
  for (const { validity } of operands) {
    if (validity === null) continue;
    if (any) for (let byte = 0; byte < bytes; byte++) into[byte] &= validity[byte];
    else for (let byte = 0; byte < bytes; byte++) into[byte] = validity[byte];
    any = true;
  }
  return any;
}

/** Puts the valid rows into `live` and empties the slots of the others; the number of valid ones. */
function splitRows(out: Vector, validity: Bitmap, rows: Int32Array, count: number, live: Int32Array): number {
  let lives = 0;
  for (let k = 0; k < count; k++) {
    const row = rows[k];
    if (getBit(validity, row)) live[lives++] = row;
    else emptySlot(out, row);
  }
  return lives;
}

/** Makes the rows that failed since `before` NULL; `validity` is the vector's own bitmap, used when it has none yet. */
export function nullifyFailed(frame: Frame, before: number, out: Vector, validity: Bitmap): void {
  const failed = frame.failures.rows;
  if (failed.length === before) return;
  if (out.validity === null) {
    validity.fill(255);
    out.validity = validity;
  }
  for (let index = before; index < failed.length; index++) {
    clearBit(out.validity, failed[index]);
    emptySlot(out, failed[index]);
  }
}

/** The slot of a NULL row holds 0 or an empty text. */
export function emptySlot(out: Vector, row: number): void {
  switch (out.kind) {
    case 'text':
      out.start[row] = 0;
      out.end[row] = 0;
      return;
    case 'int64':
      out.words[2 * row] = 0;
      out.words[2 * row + 1] = 0;
      if (out.nanos) out.nanos[row] = 0;
      return;
    case 'decimal':
      out.values[row] = 0;
      if (out.wide) out.wide.fill(0n, 2 * row, 2 * row + 2);
      return;
    case 'boolean':
    case 'int32':
    case 'float64':
      out.values[row] = 0;
      return;
  }
}

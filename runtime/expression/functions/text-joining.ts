import { BATCH_ROWS } from '../../batch/batch.js';
import { bitmapOf, clearBit, getBit } from '../../batch/bitmap.js';
import { textVector } from '../../batch/vector.js';
import { nullifyFailed } from '../evaluation.js';
import { failTooLong, reserve, textArena } from '../kernels/text-arena.js';
import { textOf } from '../kernels/vectors.js';
import { stringType } from '../numeric-types.js';
import type { Program, TypedNode } from '../typed.js';
import type { Call, FunctionDeclaration } from './declaration.js';

export const concat: FunctionDeclaration = {
  name: 'CONCAT',
  family: 'String',
  signature: 'CONCAT(a, b)',
  summary: 'Joins two values, like a || b. Values that are no text are written in their canonical notation.',
  nulls: 'NULL arguments are left out; the result is NULL if all are.',
  rowErrors: ['TEXT_TOO_LONG'],
  examples: [
    { expression: "CONCAT('order ', 12)", result: 'order 12' },
    { expression: "CONCAT(NULL, 'b')", result: 'b' },
    { expression: 'CONCAT(NULL, NULL)', result: null },
  ],
  arguments: { min: 2, max: 2 },
  resolve: resolveJoin,
};

/** Types `a || b || …`, and CONCAT. */
export function resolveJoin(call: Call): TypedNode | undefined {
  const texts: TypedNode[] = [];
  for (const operand of call.operands) {
    const text = call.converted(operand, stringType);
    if (text) texts.push(text);
  }
  return texts.length < call.operands.length ? undefined : call.node(stringType, texts, joinProgram);
}

const joinProgram: Program = (operands) => {
  const out = textVector(BATCH_ROWS);
  const validity = bitmapOf(BATCH_ROWS);
  const arena = textArena();
  return (frame, rows, count) => {
    const texts = operands.map((operand) => textOf(operand(frame, rows, count)));
    const failedBefore = frame.failures.rows.length;
    arena.used = 0;
    out.validity = null;
    validity.fill(255);
    for (let k = 0; k < count; k++) {
      const row = rows[k];
      const start = arena.used;
      let isNull = true;
      for (let index = 0; index < texts.length; index++) {
        const text = texts[index];
        if (text.validity !== null && getBit(text.validity, row) === 0) continue;
        isNull = false;
        const length = text.end[row] - text.start[row];
        if (!reserve(arena, length)) {
          failTooLong(row, frame.failures.add);
          break;
        }
        copyBytes(text.bytes, text.start[row], length, arena.bytes, arena.used);
        arena.used += length;
      }
      out.start[row] = isNull ? 0 : start;
      out.end[row] = isNull ? 0 : arena.used;
      if (isNull) {
        clearBit(validity, row);
        out.validity = validity;
      }
    }
    out.bytes = arena.bytes;
    nullifyFailed(frame, failedBefore, out, validity);
    return out;
  };
};

/** Byte by byte: the texts are short, and a native copy would make a view object for each. */
function copyBytes(from: Uint8Array, start: number, length: number, to: Uint8Array, at: number): void {
  for (let index = 0; index < length; index++) to[at + index] = from[start + index];
}

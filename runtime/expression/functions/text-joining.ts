import { BATCH_ROWS } from '../../batch/batch.js';
import { type Bitmap, bitmapOf } from '../../batch/bitmap.js';
import { type TextVector, textVector } from '../../batch/vector.js';
import { nullifyFailed } from '../evaluation.js';
import { failTooLong, MAX_ARENA_BYTES, reserve, type TextArena, textArena } from '../kernels/text-arena.js';
import { textOf } from '../kernels/vectors.js';
import { copyBytes, wordsOf } from '../kernels/words.js';
import { stringType } from '../numeric-types.js';
import type { Fail, Program, TypedNode } from '../typed.js';
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
    for (let k = 0; k < count; k++) out.end[rows[k]] = 0;
    for (const text of texts) addLengths(text, rows, count, out.end);
    layOut(out, rows, count, arena, frame.failures.add);
    for (const text of texts) append(text, rows, count, out, arena);
    out.bytes = arena.bytes;
    out.validity = validInAny(texts, validity);
    nullifyFailed(frame, failedBefore, out, validity);
    return out;
  };
};

/** A NULL text has length 0. Sums stop where they exceed any arena, far below what 32 bits hold. */
function addLengths({ start, end }: TextVector, rows: Int32Array, count: number, lengths: Int32Array): void {
  for (let k = 0; k < count; k++) {
    const row = rows[k];
    lengths[row] = Math.min(MAX_ARENA_BYTES + 1, lengths[row] + end[row] - start[row]);
  }
}

/** Gives each row a place of the length that stands in `out.end`; then both start and end hold where the place begins. */
function layOut(out: TextVector, rows: Int32Array, count: number, arena: TextArena, fail: Fail): void {
  arena.used = 0;
  for (let k = 0; k < count; k++) {
    const row = rows[k];
    const length = out.end[row];
    const fits = reserve(arena, length);
    out.start[row] = fits ? arena.used : NO_PLACE;
    out.end[row] = out.start[row];
    if (fits) arena.used += length;
    else failTooLong(row, fail);
  }
}

const NO_PLACE = -1;

/** Operand by operand rather than row by row, so that the loop knows one vector and stays fast. */
function append(text: TextVector, rows: Int32Array, count: number, out: TextVector, arena: TextArena): void {
  const from = wordsOf(text.bytes);
  for (let k = 0; k < count; k++) {
    const row = rows[k];
    const at = out.end[row];
    if (at === NO_PLACE) continue;
    const length = text.end[row] - text.start[row];
    copyBytes(from, text.start[row], length, arena.words, at);
    out.end[row] = at + length;
  }
}

/** NULL where every operand is. */
function validInAny(texts: readonly TextVector[], into: Bitmap): Bitmap | null {
  into.fill(0);
  for (const { validity } of texts) {
    if (validity === null) return null;
    const bytes = Math.min(validity.length, into.length);
    for (let byte = 0; byte < bytes; byte++) into[byte] |= validity[byte];
  }
  return into;
}

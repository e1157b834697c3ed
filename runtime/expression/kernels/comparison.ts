import type { Int64Vector, TextVector } from '../../batch/vector.js';
import type { Kernel } from '../evaluation.js';
import { NARROW_LIMIT, narrowValues, powerOfTen, scratchA, scratchB, unscaledAt } from './exact.js';
import { booleanOf, float64Of, int32Of, int64Of, textOf } from './vectors.js';

export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** The answers when the left side is less than, equal to, and greater than the right one: one loop serves all operators. */
type Answers = Uint8Array;

function answersOf(operator: ComparisonOperator): Answers {
  switch (operator) {
    case '=':
      return Uint8Array.of(0, 1, 0);
    case '<>':
      return Uint8Array.of(1, 0, 1);
    case '<':
      return Uint8Array.of(1, 0, 0);
    case '<=':
      return Uint8Array.of(1, 1, 0);
    case '>':
      return Uint8Array.of(0, 0, 1);
    case '>=':
      return Uint8Array.of(0, 1, 1);
  }
}

/** For integer and date. */
export function compareInt32(operator: ComparisonOperator): Kernel {
  const answers = answersOf(operator);
  return (operands, out, rows, count) => {
    const result = booleanOf(out).values;
    const a = int32Of(operands[0]).values;
    const b = int32Of(operands[1]).values;
    for (let k = 0; k < count; k++) {
      const row = rows[k];
      result[row] = answers[1 + (a[row] > b[row] ? 1 : 0) - (a[row] < b[row] ? 1 : 0)];
    }
  };
}

export function compareBooleans(operator: ComparisonOperator): Kernel {
  const answers = answersOf(operator);
  return (operands, out, rows, count) => {
    const result = booleanOf(out).values;
    const a = booleanOf(operands[0]).values;
    const b = booleanOf(operands[1]).values;
    for (let k = 0; k < count; k++) result[rows[k]] = answers[1 + a[rows[k]] - b[rows[k]]];
  };
}

/** For doubles, which hold no NaN. */
export function compareDoubles(operator: ComparisonOperator): Kernel {
  const answers = answersOf(operator);
  return (operands, out, rows, count) => {
    const a = float64Of(operands[0]).values;
    const b = float64Of(operands[1]).values;
    compareScaled(a, b, 1, 1, answers, booleanOf(out).values, rows, count);
  };
}

function compareScaled(
  a: Float64Array,
  b: Float64Array,
  factorA: number,
  factorB: number,
  answers: Answers,
  result: Uint8Array,
  rows: Int32Array,
  count: number,
): boolean {
  for (let k = 0; k < count; k++) {
    const row = rows[k];
    const x = a[row] * factorA;
    const y = b[row] * factorB;
    if (factorA !== factorB && (Math.abs(x) > NARROW_LIMIT || Math.abs(y) > NARROW_LIMIT)) return false;
    result[row] = answers[1 + (x > y ? 1 : 0) - (x < y ? 1 : 0)];
  }
  return true;
}

/** For integers, bigints and decimals of any two scales; exact. */
export function compareExact(operator: ComparisonOperator, scaleA: number, scaleB: number): Kernel {
  const answers = answersOf(operator);
  const [shiftA, shiftB] = [Math.max(0, scaleB - scaleA), Math.max(0, scaleA - scaleB)];
  const [factorA, factorB] = [powerOfTen(shiftA), powerOfTen(shiftB)];
  const [wideA, wideB] = [10n ** BigInt(shiftA), 10n ** BigInt(shiftB)];
  return (operands, out, rows, count) => {
    const result = booleanOf(out).values;
    const a = narrowValues(operands[0], rows, count, scratchA);
    const b = narrowValues(operands[1], rows, count, scratchB);
    if (a && b && compareScaled(a, b, factorA, factorB, answers, result, rows, count)) return;
    for (let k = 0; k < count; k++) {
      const x = unscaledAt(operands[0], rows[k]) * wideA;
      const y = unscaledAt(operands[1], rows[k]) * wideB;
      result[rows[k]] = answers[1 + (x > y ? 1 : 0) - (x < y ? 1 : 0)];
    }
  };
}

/** For datetimes; bigints go through `compareExact`. */
export function compareDatetimes(operator: ComparisonOperator): Kernel {
  const answers = answersOf(operator);
  return (operands, out, rows, count) => {
    const result = booleanOf(out).values;
    const a = int64Of(operands[0]);
    const b = int64Of(operands[1]);
    for (let k = 0; k < count; k++) result[rows[k]] = answers[1 + orderOfInstants(a, b, rows[k])];
  };
}

function orderOfInstants(a: Int64Vector, b: Int64Vector, row: number): number {
  const high = a.words[2 * row + 1] - b.words[2 * row + 1];
  if (high !== 0) return Math.sign(high);
  const low = (a.words[2 * row] >>> 0) - (b.words[2 * row] >>> 0);
  if (low !== 0) return Math.sign(low);
  return Math.sign((a.nanos ? a.nanos[row] : 0) - (b.nanos ? b.nanos[row] : 0));
}

/** Texts in the order of their bytes, which in UTF-8 is that of their code points; trailing blanks count. */
export function compareTexts(operator: ComparisonOperator): Kernel {
  const answers = answersOf(operator);
  const order = operator === '=' || operator === '<>' ? orderIfEqual : orderOfTexts;
  return (operands, out, rows, count) => {
    const result = booleanOf(out).values;
    const a = textOf(operands[0]);
    const b = textOf(operands[1]);
    for (let k = 0; k < count; k++) result[rows[k]] = answers[1 + order(a, b, rows[k])];
  };
}

/** 0 for equal texts, 1 for any others. */
function orderIfEqual(a: TextVector, b: TextVector, row: number): number {
  const startA = a.start[row];
  const startB = b.start[row];
  const length = a.end[row] - startA;
  if (length !== b.end[row] - startB) return 1;
  for (let index = 0; index < length; index++) {
    if (a.bytes[startA + index] !== b.bytes[startB + index]) return 1;
  }
  return 0;
}

function orderOfTexts(a: TextVector, b: TextVector, row: number): number {
  const startA = a.start[row];
  const startB = b.start[row];
  const lengthA = a.end[row] - startA;
  const lengthB = b.end[row] - startB;
  const common = Math.min(lengthA, lengthB);
  for (let index = 0; index < common; index++) {
    const difference = a.bytes[startA + index] - b.bytes[startB + index];
    if (difference !== 0) return Math.sign(difference);
  }
  return Math.sign(lengthA - lengthB);
}

import { MAX_DECIMAL_PRECISION } from '../../batch/data-type.js';
import { type ExactType, scaleOf } from '../numeric-types.js';
import type { Fail } from '../typed.js';
import { divideRounded, type ExactOperation, type Fault, NARROW_LIMIT, powerOfTen } from './exact.js';

export const divisionByZero: Fault = { code: 'DIVISION_BY_ZERO', reason: 'division by zero' };

/** What is said of a result that its type can't hold. */
export function overflowOf(type: ExactType): Fault {
  if (type.kind === 'decimal') {
    return {
      code: 'DECIMAL_OVERFLOW',
      reason: `the result has more than the ${type.precision} digits of decimal(${type.precision},${type.scale})`,
    };
  }
  return { code: 'OVERFLOW', reason: `the result is outside the range of ${type.kind}` };
}

/** a + b, or a − b with `sign` −1. */
export function sum(a: ExactType, b: ExactType, type: ExactType, sign: 1 | -1): ExactOperation {
  const [shiftA, shiftB] = [scaleOf(type) - scaleOf(a), scaleOf(type) - scaleOf(b)];
  const [factorA, factorB] = [powerOfTen(shiftA), sign * powerOfTen(shiftB)];
  const [wideA, wideB] = [10n ** BigInt(shiftA), BigInt(sign) * 10n ** BigInt(shiftB)];
  return {
    narrow: (x, y, out, rows, count) => addScaled(x, y, out, rows, count, factorA, factorB),
    wide: (x, y) => x * wideA + y * wideB,
    overflow: overflowOf(type),
  };
}

function addScaled(
  a: Float64Array,
  b: Float64Array,
  out: Float64Array,
  rows: Int32Array,
  count: number,
  factorA: number,
  factorB: number,
): boolean {
  for (let k = 0; k < count; k++) {
    const row = rows[k];
    const x = a[row] * factorA;
    const y = b[row] * factorB;
    const result = x + y;
    if (Math.abs(x) > NARROW_LIMIT || Math.abs(y) > NARROW_LIMIT || Math.abs(result) > NARROW_LIMIT) return false;
    // Adding 0 turns −0 into 0.
    out[row] = result + 0;
  }
  return true;
}

/** a × b; digits behind the 38th decimal place are rounded half away from zero. */
export function product(a: ExactType, b: ExactType, type: ExactType): ExactOperation {
  const excess = scaleOf(a) + scaleOf(b) - scaleOf(type);
  const divisor = 10n ** BigInt(excess);
  return {
    narrow: (x, y, out, rows, count) => excess === 0 && multiply(x, y, out, rows, count),
    wide: (x, y) => (excess === 0 ? x * y : divideRounded(x * y, divisor)),
    overflow: overflowOf(type),
  };
}

function multiply(a: Float64Array, b: Float64Array, out: Float64Array, rows: Int32Array, count: number): boolean {
  for (let k = 0; k < count; k++) {
    const row = rows[k];
    const result = a[row] * b[row];
    if (Math.abs(result) > NARROW_LIMIT) return false;
    out[row] = result + 0;
  }
  return true;
}

/** a / b at the scale of `type`, rounded half away from zero. */
export function quotient(a: ExactType, b: ExactType, type: ExactType): ExactOperation {
  const shift = scaleOf(type) - scaleOf(a) + scaleOf(b);
  const [shiftA, shiftB] = [Math.max(0, shift), Math.max(0, -shift)];
  const [factorA, factorB] = [powerOfTen(shiftA), powerOfTen(shiftB)];
  const [wideA, wideB] = [10n ** BigInt(shiftA), 10n ** BigInt(shiftB)];
  return {
    narrow: (x, y, out, rows, count, fail) => divide(x, y, out, rows, count, fail, factorA, factorB),
    wide: (x, y) => (y === 0n ? divisionByZero : divideRounded(x * wideA, y * wideB)),
    overflow: overflowOf(type),
  };
}

function divide(
  a: Float64Array,
  b: Float64Array,
  out: Float64Array,
  rows: Int32Array,
  count: number,
  fail: Fail,
  factorA: number,
  factorB: number,
): boolean {
  for (let k = 0; k < count; k++) {
    const row = rows[k];
    const x = a[row] * factorA;
    const y = b[row] * factorB;
    if (Math.abs(x) > NARROW_LIMIT || Math.abs(y) > NARROW_LIMIT) return false;
    if (y === 0) {
      out[row] = 0;
      fail(row, divisionByZero.code, divisionByZero.reason);
      continue;
    }
    const whole = Math.trunc(x / y);
    const rest = x - whole * y;
    const away = 2 * Math.abs(rest) >= Math.abs(y) ? Math.sign(x) * Math.sign(y) : 0;
    out[row] = whole + away + 0;
  }
  return true;
}

/** a % b with the sign of a. */
export function remainder(a: ExactType, b: ExactType, type: ExactType): ExactOperation {
  const finer = Math.max(scaleOf(a), scaleOf(b));
  const [shiftA, shiftB] = [finer - scaleOf(a), finer - scaleOf(b)];
  const [factorA, factorB] = [powerOfTen(shiftA), powerOfTen(shiftB)];
  const [wideA, wideB] = [10n ** BigInt(shiftA), 10n ** BigInt(shiftB)];
  return {
    narrow: (x, y, out, rows, count, fail) => remain(x, y, out, rows, count, fail, factorA, factorB),
    wide: (x, y) => (y === 0n ? divisionByZero : (x * wideA) % (y * wideB)),
    overflow: overflowOf(type),
  };
}

function remain(
  a: Float64Array,
  b: Float64Array,
  out: Float64Array,
  rows: Int32Array,
  count: number,
  fail: Fail,
  factorA: number,
  factorB: number,
): boolean {
  for (let k = 0; k < count; k++) {
    const row = rows[k];
    const x = a[row] * factorA;
    const y = b[row] * factorB;
    if (Math.abs(x) > NARROW_LIMIT || Math.abs(y) > NARROW_LIMIT) return false;
    if (y === 0) fail(row, divisionByZero.code, divisionByZero.reason);
    out[row] = y === 0 ? 0 : (x % y) + 0;
  }
  return true;
}

/** −a. */
export function negation(type: ExactType): ExactOperation {
  return { narrow: negate, wide: (x) => -x, overflow: overflowOf(type) };
}

function negate(a: Float64Array, _b: Float64Array, out: Float64Array, rows: Int32Array, count: number): boolean {
  for (let k = 0; k < count; k++) out[rows[k]] = 0 - a[rows[k]];
  return true;
}

/** |a|. */
export function magnitude(type: ExactType): ExactOperation {
  return { narrow: absolute, wide: (x) => (x < 0n ? -x : x), overflow: overflowOf(type) };
}

function absolute(a: Float64Array, _b: Float64Array, out: Float64Array, rows: Int32Array, count: number): boolean {
  for (let k = 0; k < count; k++) out[rows[k]] = Math.abs(a[rows[k]]);
  return true;
}

/** How digits that are cut off change those that stay. */
export type Cut = 'half-away' | 'toward-zero';

/**
 * Brings a to the scale of `type` after cutting it to `digits` places behind the point, which may be fewer (also negative:
 * −2 keeps whole hundreds) or more than either scale has.
 */
export function rescaled(a: ExactType, type: ExactType, digits: number, cut: Cut, overflow: Fault): ExactOperation {
  const dropped = Math.min(Math.max(0, scaleOf(a) - digits), 2 * MAX_DECIMAL_PRECISION);
  const shift = scaleOf(type) - (scaleOf(a) - dropped);
  const [divisor, factor] = [powerOfTen(dropped), powerOfTen(shift)];
  const [wideDivisor, wideFactor] = [10n ** BigInt(dropped), 10n ** BigInt(shift)];
  return {
    narrow: (x, _y, out, rows, count) => cutAndScale(x, out, rows, count, divisor, factor, cut === 'half-away'),
    wide: (x) => (cut === 'half-away' ? divideRounded(x, wideDivisor) : x / wideDivisor) * wideFactor,
    overflow,
  };
}

function cutAndScale(
  a: Float64Array,
  out: Float64Array,
  rows: Int32Array,
  count: number,
  divisor: number,
  factor: number,
  rounds: boolean,
): boolean {
  for (let k = 0; k < count; k++) {
    const row = rows[k];
    const x = a[row];
    let whole = Math.trunc(x / divisor);
    if (rounds && divisor > 1 && 2 * Math.abs(x - whole * divisor) >= divisor) whole += Math.sign(x);
    const result = whole * factor;
    if (Math.abs(result) > NARROW_LIMIT) return false;
    out[row] = result + 0;
  }
  return true;
}

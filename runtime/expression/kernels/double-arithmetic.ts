import type { Vector } from '../../batch/vector.js';
import type { Kernel } from '../evaluation.js';
import type { Fail } from '../typed.js';
import { divisionByZero } from './exact-arithmetic.js';
import { float64Of } from './vectors.js';

/** A loop over doubles; results that are not finite are reported afterwards, so that the loops stay branch-free. */
type DoubleLoop = (a: Float64Array, b: Float64Array, out: Float64Array, rows: Int32Array, count: number) => void;

function doubleKernel(loop: DoubleLoop): Kernel {
  return (operands, out, rows, count, fail) => {
    const result = float64Of(out).values;
    loop(float64Of(operands[0]).values, float64Of(operands[operands.length - 1]).values, result, rows, count);
    failInfinite(result, rows, count, fail);
  };
}

/** NaN and infinities are no values of a double column. */
export function failInfinite(values: Float64Array, rows: Int32Array, count: number, fail: Fail): void {
  for (let k = 0; k < count; k++) {
    if (!Number.isFinite(values[rows[k]])) fail(rows[k], 'OVERFLOW', 'the result is outside the range of double');
  }
}

export const addDoubles = doubleKernel((a, b, out, rows, count) => {
  for (let k = 0; k < count; k++) out[rows[k]] = a[rows[k]] + b[rows[k]];
});

export const subtractDoubles = doubleKernel((a, b, out, rows, count) => {
  for (let k = 0; k < count; k++) out[rows[k]] = a[rows[k]] - b[rows[k]];
});

export const multiplyDoubles = doubleKernel((a, b, out, rows, count) => {
  for (let k = 0; k < count; k++) out[rows[k]] = a[rows[k]] * b[rows[k]];
});

export const negateDoubles = doubleKernel((a, _b, out, rows, count) => {
  for (let k = 0; k < count; k++) out[rows[k]] = -a[rows[k]];
});

export const absoluteDoubles = doubleKernel((a, _b, out, rows, count) => {
  for (let k = 0; k < count; k++) out[rows[k]] = Math.abs(a[rows[k]]);
});

const divideLoop = doubleKernel((a, b, out, rows, count) => {
  for (let k = 0; k < count; k++) out[rows[k]] = a[rows[k]] / b[rows[k]];
});

const remainderLoop = doubleKernel((a, b, out, rows, count) => {
  for (let k = 0; k < count; k++) out[rows[k]] = a[rows[k]] % b[rows[k]];
});

/** Reports zero divisors first: a row's first reason is the one that is shown. */
function guardedByDivisor(kernel: Kernel): Kernel {
  return (operands, out, rows, count, fail) => {
    failZeros(operands[1], rows, count, fail);
    kernel(operands, out, rows, count, fail);
  };
}

function failZeros(divisor: Vector, rows: Int32Array, count: number, fail: Fail): void {
  const { values } = float64Of(divisor);
  for (let k = 0; k < count; k++) {
    if (values[rows[k]] === 0) fail(rows[k], divisionByZero.code, divisionByZero.reason);
  }
}

export const divideDoubles = guardedByDivisor(divideLoop);
export const remainderDoubles = guardedByDivisor(remainderLoop);

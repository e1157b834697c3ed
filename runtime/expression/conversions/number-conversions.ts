import type { Kernel } from '../evaluation.js';
import {
  divideRounded,
  exactStore,
  type Fault,
  NARROW_LIMIT,
  narrowValues,
  powerOfTen,
  scratchA,
  unscaledAt,
} from '../kernels/exact.js';
import { booleanOf, float64Of, int32Of } from '../kernels/vectors.js';
import { type ExactType, scaleOf } from '../numeric-types.js';

/** Powers of ten up to this one are exact doubles, so that one division rounds correctly. */
const MAX_EXACT_POWER = 22;

/** TRUE is 1, FALSE is 0. */
export function booleansToIntegers(): Kernel {
  return (operands, out, rows, count) => {
    const from = booleanOf(operands[0]).values;
    const to = int32Of(out).values;
    for (let k = 0; k < count; k++) to[rows[k]] = from[rows[k]];
  };
}

/** Every number but 0 is TRUE. */
export function numbersToBooleans(): Kernel {
  return (operands, out, rows, count) => {
    const [from] = operands;
    const to = booleanOf(out).values;
    const narrow = from.kind === 'float64' ? from.values : narrowValues(from, rows, count, scratchA);
    for (let k = 0; k < count; k++) {
      const isZero = narrow ? narrow[rows[k]] === 0 : unscaledAt(from, rows[k]) === 0n;
      to[rows[k]] = isZero ? 0 : 1;
    }
  };
}

/** The nearest double, ties to even. */
export function exactToDoubles(scale: number): Kernel {
  const divisor = powerOfTen(scale);
  return (operands, out, rows, count) => {
    const to = float64Of(out).values;
    const narrow = scale <= MAX_EXACT_POWER ? narrowValues(operands[0], rows, count, scratchA) : undefined;
    for (let k = 0; k < count; k++) {
      const row = rows[k];
      to[row] = narrow ? narrow[row] / divisor : Number(`${unscaledAt(operands[0], row)}e-${scale}`);
    }
  };
}

/** The exact value of the double, rounded half away from zero to the scale of `type`. */
export function doublesToExact(type: ExactType, overflow: Fault): Kernel {
  const scale = scaleOf(type);
  const store = exactStore(type, overflow);
  return (operands, out, rows, count, fail) => {
    const from = float64Of(operands[0]).values;
    const narrow = store.narrowRoom(out);
    if (roundNarrow(from, scale, narrow, rows, count)) store.narrow(out, narrow, rows, count, fail);
    else store.wide(out, rows, count, fail, (row) => exactlyScaled(from[row], scale));
  };
}

/**
 * The product with 10^scale is off by at most 2^−13 up to SURE_PRODUCT, which decides all roundings but those near a half:
 * they, and larger products, are computed exactly.
 */
const SURE_PRODUCT = 2 ** 40;
const NEAR_HALF = 2 ** -12;

function roundNarrow(from: Float64Array, scale: number, out: Float64Array, rows: Int32Array, count: number): boolean {
  const factor = powerOfTen(scale);
  for (let k = 0; k < count; k++) {
    const value = from[rows[k]];
    const scaled = value * factor;
    const whole = Math.trunc(scaled);
    const fraction = Math.abs(scaled - whole);
    if (Math.abs(scaled) <= SURE_PRODUCT && Math.abs(fraction - 0.5) > NEAR_HALF && scale <= MAX_EXACT_POWER) {
      out[rows[k]] = (fraction > 0.5 ? whole + Math.sign(scaled) : whole) + 0;
      continue;
    }
    const rounded = Number(exactlyScaled(value, scale));
    if (Math.abs(rounded) > NARROW_LIMIT) return false;
    out[rows[k]] = rounded;
  }
  return true;
}

/** value · 10^scale rounded half away from zero; a double is an integer over a power of two. */
function exactlyScaled(value: number, scale: number): bigint {
  let numerator = value;
  let halvings = 0n;
  while (!Number.isInteger(numerator)) {
    numerator *= 2;
    halvings++;
  }
  return divideRounded(BigInt(numerator) * 10n ** BigInt(scale), 1n << halvings);
}

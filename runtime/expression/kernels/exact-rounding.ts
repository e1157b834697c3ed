import { type ExactType, scaleOf } from '../numeric-types.js';
import { divideRounded, type ExactOperation, NARROW_LIMIT } from './exact.js';
import { type Cut, overflowOf } from './exact-arithmetic.js';

/** The most digits that a narrow value can lose and keep some. */
const MAX_NARROW_DIGITS = 15;
const MAX_DIGITS = 76n;
const powers = Float64Array.from({ length: MAX_NARROW_DIGITS + 1 }, (_, digits) => 10 ** digits);

/** Rounds or cuts a to b places behind the point, row by row; `type` has the scale of `a`. */
export function roundedToPlaces(a: ExactType, type: ExactType, cut: Cut): ExactOperation {
  const scale = scaleOf(a);
  return {
    narrow: (x, places, out, rows, count) => roundNarrow(x, places, out, rows, count, scale, cut === 'half-away'),
    wide(x, places) {
      const surplus = BigInt(scale) - places;
      if (surplus <= 0n) return x;
      const unit = 10n ** (surplus < MAX_DIGITS ? surplus : MAX_DIGITS);
      return (cut === 'half-away' ? divideRounded(x, unit) : x / unit) * unit;
    },
    overflow: overflowOf(type),
  };
}

function roundNarrow(
  values: Float64Array,
  places: Float64Array,
  out: Float64Array,
  rows: Int32Array,
  count: number,
  scale: number,
  rounds: boolean,
): boolean {
  for (let k = 0; k < count; k++) {
    const row = rows[k];
    const value = values[row];
    const surplus = Math.max(0, scale - places[row]);
    if (surplus > MAX_NARROW_DIGITS) return false;
    const unit = powers[surplus];
    let whole = Math.trunc(value / unit);
    if (rounds && unit > 1 && 2 * Math.abs(value - whole * unit) >= unit) whole += Math.sign(value);
    const result = whole * unit;
    if (Math.abs(result) > NARROW_LIMIT) return false;
    out[row] = result + 0;
  }
  return true;
}

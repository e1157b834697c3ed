import { getBit } from '../bitmap.js';
import type { DecimalVector, TextView } from '../vector.js';
import { formatWide, magnitudeDigits, storeMagnitude, storeNumber, wideWords } from './decimal-wide.js';
import { MINUS, PLUS, POINT, powersOfTen, skipDigits, writeInteger, writePadded, ZERO } from './digits.js';
import type { ValueCode } from './errors.js';
import type { FormatValue, ParseValues } from './parse-values.js';

const MALFORMED = -1;
const SCALE_EXCEEDED = -2;

type Bad = (row: number, code: ValueCode) => void;

/**
 * Decimals: an optional sign, digits with an optional point (at least one digit), no exponent. Digits behind the scale must be
 * zeros, digits before the point must fit into precision − scale: a value is taken exactly or not at all.
 */
export function parseDecimals(precision: number, scale: number): ParseValues<DecimalVector> {
  return (text, rows, count, out, bad) => {
    out.layout = 'narrow';
    out.canonical = text;
    const narrow = parseNarrow(text, rows, count, out, bad, precision, scale);
    if (narrow === count) return;
    const words = wideWords(out);
    for (let k = 0; k < narrow; k++) storeNumber(words, rows[k], out.values[rows[k]]);
    out.layout = 'wide';
    parseWide(text, rows, narrow, count, out, words, bad, precision, scale);
  };
}

/** Parses rows until one does not fit into 2^53−1; returns its index in `rows`, or `count`. */
function parseNarrow(
  text: TextView,
  rows: Int32Array,
  count: number,
  out: DecimalVector,
  bad: Bad,
  precision: number,
  scale: number,
): number {
  const { bytes, start, end } = text;
  const { values, validity } = out;
  const fits = precision <= 15;
  const limit = fits ? powersOfTen[precision] - 1 : Number.MAX_SAFE_INTEGER;
  const power = powersOfTen[scale];
  const isShort = scale >= 1 && scale <= 9;
  for (let k = 0; k < count; k++) {
    const row = rows[k];
    values[row] = 0;
    if (validity !== null && getBit(validity, row) === 0) continue;
    let from = start[row];
    const to = end[row];
    const sign = from < to ? bytes[from] : ZERO;
    if (sign === MINUS || sign === PLUS) from++;
    const point = to - scale - 1;
    if (isShort && point > from && point - from <= 9 && bytes[point] === POINT) {
      // As nearly all decimals are written: `scale` digits behind the point, and few before it.
      let whole = 0;
      let fraction = 0;
      let range = 0;
      for (let at = from; at < point; at++) {
        const digit = bytes[at] - ZERO;
        range |= digit | (9 - digit);
        whole = (Math.imul(whole, 10) + digit) | 0;
      }
      for (let at = point + 1; at < to; at++) {
        const digit = bytes[at] - ZERO;
        range |= digit | (9 - digit);
        fraction = (Math.imul(fraction, 10) + digit) | 0;
      }
      const unscaled = whole * power + fraction;
      // Negative when a byte is no digit.
      if (range >= 0 && unscaled <= limit) {
        values[row] = sign === MINUS ? 0 - unscaled : unscaled;
        const isPadded = bytes[from] === ZERO && point - from > 1;
        if (isPadded || sign === PLUS || (sign === MINUS && unscaled === 0)) out.canonical = null;
        continue;
      }
    }
    const unscaled = readScaled(bytes, from, to, scale);
    if (unscaled < 0) {
      bad(row, unscaled === MALFORMED ? 'INVALID_DECIMAL' : 'DECIMAL_SCALE_EXCEEDED');
    } else if (unscaled > limit) {
      if (!fits) return k;
      bad(row, 'DECIMAL_OUT_OF_RANGE');
    } else {
      // Not −unscaled for zero: −0 must not arise.
      values[row] = sign === MINUS ? 0 - unscaled : unscaled;
      if (!isCanonical(bytes, from, to, sign, scale, unscaled === 0)) out.canonical = null;
    }
  }
  return count;
}

/** The rest of a vector in which a value exceeded 2^53−1. */
function parseWide(
  text: TextView,
  rows: Int32Array,
  first: number,
  count: number,
  out: DecimalVector,
  words: Int32Array,
  bad: Bad,
  precision: number,
  scale: number,
): void {
  const { bytes, start, end } = text;
  const { validity } = out;
  for (let k = first; k < count; k++) {
    const row = rows[k];
    storeNumber(words, row, 0);
    if (validity !== null && getBit(validity, row) === 0) continue;
    let from = start[row];
    const to = end[row];
    const sign = from < to ? bytes[from] : ZERO;
    if (sign === MINUS || sign === PLUS) from++;
    const unscaled = readScaled(bytes, from, to, scale);
    if (unscaled < 0) {
      bad(row, unscaled === MALFORMED ? 'INVALID_DECIMAL' : 'DECIMAL_SCALE_EXCEEDED');
    } else if (unscaled <= Number.MAX_SAFE_INTEGER) {
      storeNumber(words, row, sign === MINUS ? 0 - unscaled : unscaled);
      if (!isCanonical(bytes, from, to, sign, scale, unscaled === 0)) out.canonical = null;
    } else if (magnitudeDigits(bytes, from, to, scale, precision) > precision) {
      bad(row, 'DECIMAL_OUT_OF_RANGE');
    } else {
      storeMagnitude(words, row, sign === MINUS);
      if (!isCanonical(bytes, from, to, sign, scale, false)) out.canonical = null;
    }
  }
}

/**
 * Magnitude × 10^scale of a text without its sign; MALFORMED or SCALE_EXCEEDED. Exact up to 2^53−1: rounding is monotonic,
 * so whatever is above stays above.
 */
function readScaled(bytes: Uint8Array, from: number, to: number, scale: number): number {
  let value = 0;
  let digits = 0;
  let fraction = -1;
  let exceeded = false;
  for (let at = from; at < to; at++) {
    const digit = bytes[at] - ZERO;
    if (digit >= 0 && digit <= 9) {
      digits++;
      if (fraction >= 0) fraction++;
      if (fraction <= scale) value = value * 10 + digit;
      else if (digit !== 0) exceeded = true;
    } else if (bytes[at] === POINT && fraction < 0) {
      fraction = 0;
    } else {
      return MALFORMED;
    }
  }
  if (digits === 0) return MALFORMED;
  if (exceeded) return SCALE_EXCEEDED;
  const missing = Math.max(scale - Math.max(fraction, 0), 0);
  return value * powersOfTen[missing];
}

/** Exactly `scale` digits behind the point, no needless zero before it, no `+`, no negative zero. */
function isCanonical(bytes: Uint8Array, from: number, to: number, sign: number, scale: number, zero: boolean): boolean {
  const whole = scale === 0 ? to - from : to - from - scale - 1;
  if (whole < 1 || sign === PLUS || (zero && sign === MINUS)) return false;
  if (bytes[from] === ZERO && whole > 1) return false;
  return scale === 0 ? skipDigits(bytes, from, to) === to : bytes[from + whole] === POINT;
}

export const formatDecimal: FormatValue<DecimalVector> = (vector, row, bytes, offset) => {
  const { scale, layout, values, wide } = vector;
  if (layout === 'wide' && wide !== null) return formatWide(wide, row, scale, bytes, offset);
  let magnitude = values[row];
  let at = offset;
  if (magnitude < 0) {
    magnitude = -magnitude;
    bytes[at++] = MINUS;
  }
  if (scale === 0) return writeInteger(bytes, at, magnitude);
  const power = powersOfTen[scale];
  const whole = Math.floor(magnitude / power);
  at = writeInteger(bytes, at, whole);
  bytes[at++] = POINT;
  // 10^scale may be inexact only where `whole` is 0.
  return writePadded(bytes, at, whole === 0 ? magnitude : magnitude - whole * power, scale);
};

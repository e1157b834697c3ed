import { getBit } from '../bitmap.js';
import type { Int32Vector } from '../vector.js';
import { MINUS, PLUS, readDigits, skipDigits, skipZeros, writeInteger, ZERO } from './digits.js';
import type { FormatValue, ParseValues } from './parse-values.js';

const MALFORMED = -1;

/** 32-bit integers: an optional sign and digits. */
export const parseIntegers: ParseValues<Int32Vector> = (text, rows, count, out, bad) => {
  const { bytes, start, end } = text;
  const { values, validity } = out;
  let canonical = true;
  for (let k = 0; k < count; k++) {
    const row = rows[k];
    values[row] = 0;
    if (validity !== null && getBit(validity, row) === 0) continue;
    let from = start[row];
    const to = end[row];
    const sign = from < to ? bytes[from] : ZERO;
    if (sign === MINUS || sign === PLUS) from++;
    const magnitude = to - from <= 9 && to > from ? readDigits(bytes, from, to) : readLongMagnitude(bytes, from, to);
    const value = sign === MINUS ? -magnitude : magnitude;
    if (magnitude === MALFORMED) bad(row, 'INVALID_INTEGER');
    else if (value > 2147483647 || value < -2147483648) bad(row, 'INTEGER_OUT_OF_RANGE');
    else {
      values[row] = value;
      if (sign === PLUS || (bytes[from] === ZERO && (to - from > 1 || sign === MINUS))) canonical = false;
    }
  }
  out.canonical = canonical ? text : null;
};

/** Magnitude of digits of any number; Infinity beyond what can fit, MALFORMED when they are no digits or none. */
function readLongMagnitude(bytes: Uint8Array, from: number, to: number): number {
  if (from === to || skipDigits(bytes, from, to) < to) return MALFORMED;
  const first = skipZeros(bytes, from, to);
  if (to - first > 10) return Number.POSITIVE_INFINITY;
  const middle = Math.max(first, to - 9);
  return readDigits(bytes, first, middle) * 1e9 + readDigits(bytes, middle, to);
}

export const formatInteger: FormatValue<Int32Vector> = ({ values }, row, bytes, offset) => {
  const value = values[row];
  if (value >= 0) return writeInteger(bytes, offset, value);
  bytes[offset] = MINUS;
  return writeInteger(bytes, offset + 1, -value);
};

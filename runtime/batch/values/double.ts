import { getBit } from '../bitmap.js';
import type { Float64Vector } from '../vector.js';
import { MINUS, PLUS, POINT, powersOfTen, writeInteger, writePadded, ZERO } from './digits.js';
import type { FormatValue, ParseValues } from './parse-values.js';

const LOWER_E = 0x65;
const UPPER_E = 0x45;
/** Texts of up to this many significant digits name different doubles, so each is the shortest text of its double. */
const EXACT_DIGITS = 15;
/** 10^22 is the largest exact power of ten; beyond it one multiplication or division no longer rounds correctly. */
const EXACT_POWER = 22;

/**
 * IEEE 754 doubles: an optional sign, digits with an optional point, an optional exponent; correctly rounded (Clinger's fast
 * path, else the engine's own conversion). Canonical is what ECMAScript's Number::toString gives.
 */
export const parseDoubles: ParseValues<Float64Vector> = (text, rows, count, out, bad) => {
  const { bytes, start, end } = text;
  const { values, validity } = out;
  let canonical = true;
  for (let k = 0; k < count; k++) {
    const row = rows[k];
    values[row] = 0;
    if (validity !== null && getBit(validity, row) === 0) continue;
    const to = end[row];
    let at = start[row];
    const sign = at < to ? bytes[at] : ZERO;
    if (sign === MINUS || sign === PLUS) at++;
    const first = at;
    let mantissa = 0;
    let significant = 0;
    let digits = 0;
    let point = -1;
    for (; at < to; at++) {
      const digit = bytes[at] - ZERO;
      if (digit >= 0 && digit <= 9) {
        digits++;
        if (digit !== 0 || significant > 0) significant++;
        mantissa = mantissa * 10 + digit;
      } else if (bytes[at] === POINT && point < 0) {
        point = at;
      } else {
        break;
      }
    }
    const fraction = point < 0 ? 0 : at - point - 1;
    const plain = at === to;
    if (digits === 0 || !(plain || isExponent(bytes, at, to))) {
      bad(row, 'INVALID_DOUBLE');
      continue;
    }
    // The value goes through its column: handed to a function, newer V8s would make an object of it in every row.
    if (plain && significant <= EXACT_DIGITS && fraction <= EXACT_POWER) {
      values[row] = mantissa / powersOfTen[fraction];
      if (!isShortest(bytes, first, to, point) || (fraction > 0 && values[row] < 1e-6) || sign === PLUS)
        canonical = false;
    } else {
      values[row] = readSlowly(bytes, first, to);
      canonical = false;
    }
    if (values[row] === Number.POSITIVE_INFINITY) {
      bad(row, 'DOUBLE_OUT_OF_RANGE');
      values[row] = 0;
    } else if (sign === MINUS) {
      if (values[row] === 0) canonical = false;
      values[row] = 0 - values[row];
    }
  }
  out.canonical = canonical ? text : null;
};

function isExponent(bytes: Uint8Array, from: number, to: number): boolean {
  if (bytes[from] !== LOWER_E && bytes[from] !== UPPER_E) return false;
  let at = from + 1;
  if (at < to && (bytes[at] === MINUS || bytes[at] === PLUS)) at++;
  if (at === to) return false;
  for (; at < to; at++) if (bytes[at] < ZERO || bytes[at] > ZERO + 9) return false;
  return true;
}

/** Whether plain digits, few enough to be exact, are written as Number::toString writes a value of 0 or from 1e-6 on. */
function isShortest(bytes: Uint8Array, first: number, to: number, point: number): boolean {
  const whole = point < 0 ? to - first : point - first;
  if (whole < 1 || (whole > 1 && bytes[first] === ZERO)) return false;
  if (point < 0) return true;
  return bytes[to - 1] !== ZERO && bytes[to - 1] !== POINT;
}

function readSlowly(bytes: Uint8Array, from: number, to: number): number {
  return Number(Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1'));
}

/** Writes Number::toString of a finite value, and `0` for −0. */
export const formatDouble: FormatValue<Float64Vector> = ({ values }, row, bytes, offset) => {
  const value = values[row];
  let at = offset;
  if (value < 0) bytes[at++] = MINUS;
  const magnitude = Math.abs(value);
  if (magnitude === Math.floor(magnitude) && magnitude <= Number.MAX_SAFE_INTEGER)
    return writeInteger(bytes, at, magnitude);
  if (magnitude >= 1e-6 && magnitude < 1e9) {
    for (let fraction = 1; fraction <= EXACT_DIGITS; fraction++) {
      const scaled = Math.round(magnitude * powersOfTen[fraction]);
      if (scaled >= powersOfTen[EXACT_DIGITS]) break;
      if (scaled / powersOfTen[fraction] === magnitude) return writeFraction(bytes, at, scaled, fraction);
    }
  }
  const text = String(magnitude);
  for (let k = 0; k < text.length; k++) bytes[at++] = text.charCodeAt(k);
  return at;
};

function writeFraction(bytes: Uint8Array, offset: number, scaled: number, fraction: number): number {
  const whole = Math.floor(scaled / powersOfTen[fraction]);
  const at = writeInteger(bytes, offset, whole);
  bytes[at] = POINT;
  return writePadded(bytes, at + 1, scaled - whole * powersOfTen[fraction], fraction);
}

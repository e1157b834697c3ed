import type { DecimalVector } from '../vector.js';
import { MINUS, POINT, writePadded, ZERO } from './digits.js';

/** 10^6 × 2^32 + 10^6 < 2^53: one step of the long multiplication and division below stays exact in a double. */
const STEP = 1_000_000;
const STEP_DIGITS = 6;
const TWO_32 = 4294967296;
/** Digits of 2^128 in whole steps. */
const MAX_DIGITS = 42;

/** The magnitude at hand as four 32-bit limbs, lowest first. Scratch of synchronous code, so that no row allocates. */
const limbs = new Uint32Array(4);
const digits = new Uint8Array(MAX_DIGITS);

/** Each wide buffer seen as 32-bit words, made once: reading a BigInt element would allocate. */
const wordViews = new WeakMap<BigInt64Array, Int32Array>();

/** The 32-bit words of a vector's wide layout, low first, four a row; makes room for it when there is none yet. */
export function wideWords(vector: DecimalVector): Int32Array {
  vector.wide ??= new BigInt64Array(2 * vector.values.length);
  return wordsOf(vector.wide);
}

function wordsOf(wide: BigInt64Array): Int32Array {
  const known = wordViews.get(wide);
  if (known !== undefined) return known;
  const words = new Int32Array(wide.buffer, wide.byteOffset, 2 * wide.length);
  wordViews.set(wide, words);
  return words;
}

/** Stores an integer of at most 2^53−1 in magnitude. */
export function storeNumber(words: Int32Array, row: number, value: number): void {
  const high = Math.floor(value / TWO_32);
  words[4 * row] = value | 0;
  words[4 * row + 1] = high;
  words[4 * row + 2] = high < 0 ? -1 : 0;
  words[4 * row + 3] = high < 0 ? -1 : 0;
}

/**
 * Reads well-formed digits with an optional point as magnitude × 10^scale into the scratch limbs, for `storeMagnitude`.
 * Returns the number of its significant digits; the limbs are of use while these are at most `limit` ≤ 38.
 */
export function magnitudeDigits(bytes: Uint8Array, from: number, to: number, scale: number, limit: number): number {
  limbs.fill(0);
  let significant = 0;
  let fraction = -1;
  let chunk = 0;
  let factor = 1;
  for (let at = from; at < to || fraction < scale; at++) {
    if (at < to && bytes[at] === POINT) {
      fraction = 0;
      continue;
    }
    if (at >= to && fraction < 0) fraction = 0;
    if (fraction >= 0 && ++fraction > scale) break;
    const digit = at < to ? bytes[at] - ZERO : 0;
    if (digit !== 0 || significant > 0) significant++;
    if (significant > limit) return significant;
    chunk = chunk * 10 + digit;
    factor *= 10;
    if (factor === STEP) {
      multiplyAdd(factor, chunk);
      chunk = 0;
      factor = 1;
    }
  }
  multiplyAdd(factor, chunk);
  return significant;
}

/** Stores the scratch magnitude as 128-bit two's complement. */
export function storeMagnitude(words: Int32Array, row: number, negative: boolean): void {
  if (negative) negate();
  for (let k = 0; k < 4; k++) words[4 * row + k] = limbs[k] | 0;
}

/** Writes the canonical text of a row of the wide layout; returns the offset behind it. */
export function formatWide(wide: BigInt64Array, row: number, scale: number, bytes: Uint8Array, offset: number): number {
  const words = wordsOf(wide);
  for (let k = 0; k < 4; k++) limbs[k] = words[4 * row + k];
  let at = offset;
  if (words[4 * row + 3] < 0) {
    bytes[at++] = MINUS;
    negate();
  }
  for (let end = MAX_DIGITS; end > 0; end -= STEP_DIGITS) writePadded(digits, end - STEP_DIGITS, divide(), STEP_DIGITS);
  const point = MAX_DIGITS - scale;
  let first = 0;
  while (first < point - 1 && digits[first] === ZERO) first++;
  for (let k = first; k < MAX_DIGITS; k++) {
    if (k === point) bytes[at++] = POINT;
    bytes[at++] = digits[k];
  }
  return at;
}

function multiplyAdd(factor: number, addend: number): void {
  let carry = addend;
  for (let k = 0; k < 4; k++) {
    const product = limbs[k] * factor + carry;
    carry = Math.floor(product / TWO_32);
    limbs[k] = product - carry * TWO_32;
  }
}

/** Divides the scratch magnitude by STEP and returns the remainder. */
function divide(): number {
  let remainder = 0;
  for (let k = 3; k >= 0; k--) {
    const dividend = remainder * TWO_32 + limbs[k];
    const quotient = Math.floor(dividend / STEP);
    limbs[k] = quotient;
    remainder = dividend - quotient * STEP;
  }
  return remainder;
}

function negate(): void {
  let carry = 1;
  for (let k = 0; k < 4; k++) {
    const sum = TWO_32 - 1 - limbs[k] + carry;
    limbs[k] = sum >= TWO_32 ? 0 : sum;
    carry = sum >= TWO_32 ? 1 : 0;
  }
}

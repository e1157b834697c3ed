export const MINUS = 0x2d;
export const PLUS = 0x2b;
export const POINT = 0x2e;
export const ZERO = 0x30;

/** 10^0 to 10^38; exact up to 10^22, above that only compared with or multiplied by zero. */
export const powersOfTen: readonly number[] = Array.from({ length: 39 }, (_, exponent) => Number(`1e${exponent}`));

/** Value of at most nine ASCII digits; -1 when another byte is among them. An empty range is 0. */
export function readDigits(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = bytes[at] - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = (Math.imul(value, 10) + digit) | 0;
  }
  return value;
}

/** Value of exactly two ASCII digits; -1 when they are none. Without a loop, since dates are made of these. */
export function readTwoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at] - ZERO;
  const ones = bytes[at + 1] - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

/** First position that is no ASCII digit. */
export function skipDigits(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at] >= ZERO && bytes[at] <= ZERO + 9) at++;
  return at;
}

/** First position that is no `0`, but never behind `to`. */
export function skipZeros(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at] === ZERO) at++;
  return at;
}

/** Writes an integer from 0 to 2^53−1; returns the offset behind it. */
export function writeInteger(bytes: Uint8Array, offset: number, value: number): number {
  if (value < 1e9) return writeSmallInteger(bytes, offset, value | 0);
  const high = Math.floor(value / 1e9);
  return writeNineDigits(bytes, writeSmallInteger(bytes, offset, high | 0), value - high * 1e9);
}

/** Writes an integer from 0 to 2^53−1 with leading zeros up to `width` digits, which it does not exceed. */
export function writePadded(bytes: Uint8Array, offset: number, value: number, width: number): number {
  if (width <= 9) return writeSmallPadded(bytes, offset, value | 0, width);
  const high = Math.floor(value / 1e9);
  return writeNineDigits(bytes, writePadded(bytes, offset, high, width - 9), value - high * 1e9);
}

function writeNineDigits(bytes: Uint8Array, offset: number, value: number): number {
  return writeSmallPadded(bytes, offset, value | 0, 9);
}

function writeSmallInteger(bytes: Uint8Array, offset: number, value: number): number {
  let width = 1;
  for (let limit = 10; width < 9 && value >= limit; limit = Math.imul(limit, 10)) width++;
  return writeSmallPadded(bytes, offset, value, width);
}

function writeSmallPadded(bytes: Uint8Array, offset: number, value: number, width: number): number {
  let rest = value;
  for (let at = offset + width - 1; at >= offset; at--) {
    const quotient = (rest / 10) | 0;
    bytes[at] = ZERO + rest - Math.imul(quotient, 10);
    rest = quotient;
  }
  return offset + width;
}

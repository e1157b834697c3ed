import { getBit } from '../bitmap.js';
import type { Int64Vector } from '../vector.js';
import { DATE_LENGTH, FIRST_DAY, LAST_DAY, NO_DAY, readDay, writeDay } from './calendar.js';
import { MINUS, PLUS, POINT, powersOfTen, readDigits, readTwoDigits, writePadded, ZERO } from './digits.js';
import type { FormatValue, ParseValues } from './parse-values.js';

const COLON = 0x3a;
const BLANK = 0x20;
const T = 0x54;
const Z = 0x5a;

/** Length of YYYY-MM-DDTHH:MM:SS. */
const SECONDS_LENGTH = 19;
const SECONDS_A_DAY = 86400;
const TWO_16 = 65536;
const TWO_32 = 4294967296;
const NO_TIME = -1;

/** Kept beside a vector while no row has nanoseconds, so that batches with and without them don't allocate in turn. */
const nanosRoom = new WeakMap<Int64Vector, Int32Array>();

/**
 * Instants: YYYY-MM-DD, then optionally T or a blank, HH:MM:SS, a point with one to nine digits, and Z or ±HH:MM (RFC 3339
 * with a blank and a missing offset allowed; without offset it is UTC; a date alone is midnight; no leap second).
 */
export const parseDatetimes: ParseValues<Int64Vector> = (text, rows, count, out, bad) => {
  const { bytes, start, end } = text;
  const { words, validity } = out;
  let canonical = true;
  out.nanos = null;
  for (let k = 0; k < count; k++) {
    const row = rows[k];
    words[2 * row] = 0;
    words[2 * row + 1] = 0;
    if (out.nanos !== null) out.nanos[row] = 0;
    if (validity !== null && getBit(validity, row) === 0) continue;
    const from = start[row];
    const to = end[row];
    const day = to - from >= DATE_LENGTH ? readDay(bytes, from) : NO_DAY;
    if (day === NO_DAY) {
      bad(row, 'INVALID_DATETIME');
      continue;
    }
    let seconds = day * SECONDS_A_DAY;
    let nanos = 0;
    if (to - from > DATE_LENGTH) {
      const time = to - from >= SECONDS_LENGTH ? readTime(bytes, from + DATE_LENGTH) : NO_TIME;
      const zone = to - from > SECONDS_LENGTH ? fractionEnd(bytes, from + SECONDS_LENGTH, to) : to;
      const offset = zone < to ? readOffset(bytes, zone, to) : 0;
      nanos = readNanos(bytes, from + SECONDS_LENGTH, zone);
      if (time === NO_TIME || nanos < 0 || Number.isNaN(offset)) {
        bad(row, 'INVALID_DATETIME');
        continue;
      }
      seconds += time - offset;
      if (offset !== 0 && (seconds < FIRST_DAY * SECONDS_A_DAY || seconds >= (LAST_DAY + 1) * SECONDS_A_DAY)) {
        bad(row, 'DATETIME_OUT_OF_RANGE');
        continue;
      }
      if (zone < to || bytes[from + DATE_LENGTH] !== T) canonical = false;
      if (zone > from + SECONDS_LENGTH && bytes[zone - 1] === ZERO) canonical = false;
    } else {
      canonical = false;
    }
    const micros = (nanos / 1000) | 0;
    storeMicros(words, row, seconds, micros);
    const rest = nanos - micros * 1000;
    if (rest !== 0) {
      out.nanos ??= nanosOf(out);
      out.nanos[row] = rest;
    }
  }
  out.canonical = canonical ? text : null;
};

/** Seconds of the day of THH:MM:SS at `from`, or NO_TIME. */
function readTime(bytes: Uint8Array, from: number): number {
  const hours = readTwoDigits(bytes, from + 1);
  const minutes = readTwoDigits(bytes, from + 4);
  const seconds = readTwoDigits(bytes, from + 7);
  const separated =
    (bytes[from] === T || bytes[from] === BLANK) && bytes[from + 3] === COLON && bytes[from + 6] === COLON;
  const inRange = hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60 && seconds >= 0 && seconds < 60;
  return separated && inRange ? hours * 3600 + minutes * 60 + seconds : NO_TIME;
}

function fractionEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at] !== Z && bytes[at] !== PLUS && bytes[at] !== MINUS) at++;
  return at;
}

/** Nanoseconds of a point and one to nine digits, 0 of nothing, −1 of anything else. */
function readNanos(bytes: Uint8Array, from: number, to: number): number {
  if (from >= to) return 0;
  const digits = to - from - 1;
  if (bytes[from] !== POINT || digits < 1 || digits > 9) return -1;
  return readDigits(bytes, from + 1, to) * powersOfTen[9 - digits];
}

/** Seconds east of UTC of Z or ±HH:MM; NaN of anything else. */
function readOffset(bytes: Uint8Array, from: number, to: number): number {
  if (bytes[from] === Z) return to - from === 1 ? 0 : Number.NaN;
  if (to - from !== 6 || bytes[from + 3] !== COLON) return Number.NaN;
  const hours = readTwoDigits(bytes, from + 1);
  const minutes = readTwoDigits(bytes, from + 4);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return Number.NaN;
  const offset = hours * 3600 + minutes * 60;
  return bytes[from] === MINUS ? -offset : offset;
}

/** Stores seconds × 10^6 + micros, which may exceed 2^53, in 16-bit steps that stay exact. */
function storeMicros(words: Int32Array, row: number, seconds: number, micros: number): void {
  const high = Math.floor(seconds / TWO_16);
  const product = high * 1e6;
  const productHigh = Math.floor(product / TWO_16);
  const rest = (product - productHigh * TWO_16) * TWO_16 + (seconds - high * TWO_16) * 1e6 + micros;
  const carry = Math.floor(rest / TWO_32);
  words[2 * row] = rest | 0;
  words[2 * row + 1] = productHigh + carry;
}

function nanosOf(vector: Int64Vector): Int32Array {
  const known = nanosRoom.get(vector);
  if (known !== undefined) return known.fill(0);
  const made = new Int32Array(vector.values.length);
  nanosRoom.set(vector, made);
  return made;
}

/** Writes YYYY-MM-DDTHH:MM:SS, and the fraction of the second without trailing zeros where it is not 0. */
export const formatDatetime: FormatValue<Int64Vector> = ({ words, nanos }, row, bytes, offset) => {
  const high = words[2 * row + 1];
  // 10^6 × 2^32 < 2^53: the long division by 10^6 is exact.
  const quotientHigh = Math.floor(high / 1e6);
  const step = (high - quotientHigh * 1e6) * TWO_32 + (words[2 * row] >>> 0);
  const quotientLow = Math.floor(step / 1e6);
  const micros = step - quotientLow * 1e6;
  const seconds = quotientHigh * TWO_32 + quotientLow;
  const day = Math.floor(seconds / SECONDS_A_DAY);
  const secondOfDay = seconds - day * SECONDS_A_DAY;
  const minuteOfDay = Math.floor(secondOfDay / 60);
  const hour = Math.floor(minuteOfDay / 60);
  let at = writeDay(bytes, offset, day);
  bytes[at] = T;
  at = writePadded(bytes, at + 1, hour, 2);
  bytes[at] = COLON;
  at = writePadded(bytes, at + 1, minuteOfDay - hour * 60, 2);
  bytes[at] = COLON;
  at = writePadded(bytes, at + 1, secondOfDay - minuteOfDay * 60, 2);
  const fraction = micros * 1000 + (nanos === null ? 0 : nanos[row]);
  if (fraction === 0) return at;
  bytes[at] = POINT;
  at = writePadded(bytes, at + 1, fraction, 9);
  while (bytes[at - 1] === ZERO) at--;
  return at;
};

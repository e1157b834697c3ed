import { getBit } from '../bitmap.js';
import type { Int64Vector } from '../vector.js';
import { MINUS, PLUS, readDigits, skipDigits, skipZeros, writeInteger, writePadded, ZERO } from './digits.js';
import type { FormatValue, ParseValues } from './parse-values.js';

const TWO_16 = 65536;
const TWO_31 = 2147483648;
const TWO_32 = 4294967296;
/** 2^63 has this many digits. */
const MAX_DIGITS = 19;

/** 64-bit integers: an optional sign and digits. Filled through 32-bit words, since a BigInt a row would be garbage. */
export const parseBigints: ParseValues<Int64Vector> = (text, rows, count, out, bad) => {
  const { bytes, start, end } = text;
  const { words, validity } = out;
  let canonical = true;
  out.nanos = null;
  for (let k = 0; k < count; k++) {
    const row = rows[k];
    words[2 * row] = 0;
    words[2 * row + 1] = 0;
    if (validity !== null && getBit(validity, row) === 0) continue;
    let from = start[row];
    const to = end[row];
    const sign = from < to ? bytes[from] : ZERO;
    if (sign === MINUS || sign === PLUS) from++;
    const digits = to - from;
    if (digits >= 1 && digits <= 15) {
      const middle = digits > 9 ? to - 9 : from;
      const high = readDigits(bytes, from, middle);
      const low = readDigits(bytes, middle, to);
      if (high < 0 || low < 0) {
        bad(row, 'INVALID_INTEGER');
        continue;
      }
      const magnitude = high * 1e9 + low;
      const value = sign === MINUS ? -magnitude : magnitude;
      words[2 * row] = value | 0;
      words[2 * row + 1] = Math.floor(value / TWO_32);
    } else if (digits < 1 || skipDigits(bytes, from, to) < to) {
      bad(row, 'INVALID_INTEGER');
      continue;
    } else if (!readLong(bytes, skipZeros(bytes, from, to), to, sign === MINUS, words, row)) {
      bad(row, 'INTEGER_OUT_OF_RANGE');
      continue;
    }
    if (sign === PLUS || (bytes[from] === ZERO && (digits > 1 || sign === MINUS))) canonical = false;
  }
  out.canonical = canonical ? text : null;
};

/** Digits without leading zeros into the words of a row; false when the number does not fit. */
function readLong(
  bytes: Uint8Array,
  from: number,
  to: number,
  negative: boolean,
  words: Int32Array,
  row: number,
): boolean {
  if (to - from > MAX_DIGITS) return false;
  const middle = Math.max(from, to - 9);
  const first = Math.max(from, middle - 9);
  const high = readDigits(bytes, from, first) * 1e9 + readDigits(bytes, first, middle);
  const low = readDigits(bytes, middle, to);
  // high × 10^9 + low in 16-bit steps: every product stays below 2^53 and so is exact.
  const product = Math.floor(high / TWO_16) * 1e9;
  const productHigh = Math.floor(product / TWO_16);
  const rest = (product - productHigh * TWO_16) * TWO_16 + (high % TWO_16) * 1e9 + low;
  const carry = Math.floor(rest / TWO_32);
  const highWord = productHigh + carry;
  const lowWord = rest - carry * TWO_32;
  if (highWord >= TWO_31 && !(negative && highWord === TWO_31 && lowWord === 0)) return false;
  words[2 * row] = negative ? -lowWord | 0 : lowWord | 0;
  words[2 * row + 1] = negative ? (lowWord === 0 ? -highWord : -highWord - 1) | 0 : highWord;
  return true;
}

export const formatBigint: FormatValue<Int64Vector> = ({ words }, row, bytes, offset) => {
  let high = words[2 * row + 1];
  let low = words[2 * row] >>> 0;
  let at = offset;
  if (high < 0) {
    bytes[at++] = MINUS;
    high = low === 0 ? -high : -high - 1;
    low = low === 0 ? 0 : TWO_32 - low;
  }
  // 2^21 × 2^32 = 2^53: below it the magnitude is an exact double.
  if (high < 0x200000) return writeInteger(bytes, at, high * TWO_32 + low);
  // Long division by 10^9 in 16-bit steps, exact for the same reason.
  const quotientHigh = Math.floor(high / 1e9);
  const step = (high - quotientHigh * 1e9) * TWO_16 + Math.floor(low / TWO_16);
  const quotientMiddle = Math.floor(step / 1e9);
  const last = (step - quotientMiddle * 1e9) * TWO_16 + (low % TWO_16);
  const quotientLow = Math.floor(last / 1e9);
  const quotient = quotientHigh * TWO_32 + quotientMiddle * TWO_16 + quotientLow;
  return writePadded(bytes, writeInteger(bytes, at, quotient), last - quotientLow * 1e9, 9);
};

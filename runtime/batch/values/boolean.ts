import { getBit } from '../bitmap.js';
import type { BooleanVector } from '../vector.js';
import { ZERO } from './digits.js';
import type { FormatValue, ParseValues } from './parse-values.js';

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const [t, r, u, e] = TRUE;
const [f, a, l, s] = FALSE;
const trueSpellings = [Buffer.from('TRUE'), Buffer.from('True')];
const falseSpellings = [Buffer.from('FALSE'), Buffer.from('False')];

/** Accepts true, TRUE, True, false, FALSE, False, 1 and 0; of these `true` and `false` are canonical. */
export const parseBooleans: ParseValues<BooleanVector> = (text, rows, count, out, bad) => {
  const { bytes, start, end } = text;
  const { values, validity } = out;
  let canonical = true;
  for (let k = 0; k < count; k++) {
    const row = rows[k];
    values[row] = 0;
    if (validity !== null && getBit(validity, row) === 0) continue;
    const from = start[row];
    const length = end[row] - from;
    // Without a loop over letters, so that the compiler checks the arrays once and not for every row.
    if (length === 4 && bytes[from] === t && bytes[from + 1] === r && bytes[from + 2] === u && bytes[from + 3] === e) {
      values[row] = 1;
    } else if (
      length !== 5 ||
      bytes[from] !== f ||
      bytes[from + 1] !== a ||
      bytes[from + 2] !== l ||
      bytes[from + 3] !== s ||
      bytes[from + 4] !== e
    ) {
      const value = readOtherSpelling(bytes, from, length);
      if (value < 0) {
        bad(row, 'INVALID_BOOLEAN');
        continue;
      }
      values[row] = value;
      canonical = false;
    }
  }
  out.canonical = canonical ? text : null;
};

export const formatBoolean: FormatValue<BooleanVector> = ({ values }, row, bytes, offset) => {
  const spelling = values[row] === 1 ? TRUE : FALSE;
  for (let k = 0; k < spelling.length; k++) bytes[offset + k] = spelling[k];
  return offset + spelling.length;
};

function readOtherSpelling(bytes: Uint8Array, from: number, length: number): number {
  if (length === 1 && (bytes[from] === ZERO || bytes[from] === ZERO + 1)) return bytes[from] - ZERO;
  const matches = (spelling: Uint8Array) => length === spelling.length && spells(bytes, from, spelling);
  return trueSpellings.some(matches) ? 1 : falseSpellings.some(matches) ? 0 : -1;
}

function spells(bytes: Uint8Array, from: number, spelling: Uint8Array): boolean {
  for (let k = 0; k < spelling.length; k++) if (bytes[from + k] !== spelling[k]) return false;
  return true;
}

import { getBit } from '../bitmap.js';
import type { TextVector } from '../vector.js';
import type { FormatValue, ParseValues } from './parse-values.js';

/** A string is its text: the views are taken over, the bytes stay where they are. */
export const parseTexts: ParseValues<TextVector> = (text, rows, count, out) => {
  const { start, end, validity } = out;
  out.bytes = text.bytes;
  for (let k = 0; k < count; k++) {
    const row = rows[k];
    const valid = validity === null || getBit(validity, row) === 1;
    start[row] = valid ? text.start[row] : 0;
    end[row] = valid ? text.end[row] : 0;
  }
};

export const formatText: FormatValue<TextVector> = (vector, row, bytes, offset) => {
  const from = vector.start[row];
  const to = vector.end[row];
  bytes.set(vector.bytes.subarray(from, to), offset);
  return offset + to - from;
};

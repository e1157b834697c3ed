import { getBit } from '../bitmap.js';
import type { Int32Vector } from '../vector.js';
import { DATE_LENGTH, NO_DAY, readDay, writeDay } from './calendar.js';
import type { FormatValue, ParseValues } from './parse-values.js';

/** Days: exactly YYYY-MM-DD, 0001-01-01 to 9999-12-31. There is no other spelling, so every valid one is canonical. */
export const parseDates: ParseValues<Int32Vector> = (text, rows, count, out, bad) => {
  const { bytes, start, end } = text;
  const { values, validity } = out;
  for (let k = 0; k < count; k++) {
    const row = rows[k];
    values[row] = 0;
    if (validity !== null && getBit(validity, row) === 0) continue;
    const day = end[row] - start[row] === DATE_LENGTH ? readDay(bytes, start[row]) : NO_DAY;
    if (day === NO_DAY) bad(row, 'INVALID_DATE');
    else values[row] = day;
  }
  out.canonical = text;
};

export const formatDate: FormatValue<Int32Vector> = ({ values }, row, bytes, offset) =>
  writeDay(bytes, offset, values[row]);

import type { ErrorCatalogue } from '../../errors.js';
import { type DataType, formatDataType } from '../data-type.js';

/** Why a text is not a value of its column's declared type; the row that holds it is rejected. */
export type ValueCode =
  | 'INVALID_BOOLEAN'
  | 'INVALID_INTEGER'
  | 'INTEGER_OUT_OF_RANGE'
  | 'INVALID_DECIMAL'
  | 'DECIMAL_OUT_OF_RANGE'
  | 'DECIMAL_SCALE_EXCEEDED'
  | 'INVALID_DOUBLE'
  | 'DOUBLE_OUT_OF_RANGE'
  | 'INVALID_DATE'
  | 'INVALID_DATETIME'
  | 'DATETIME_OUT_OF_RANGE';

export const valueErrors: ErrorCatalogue<ValueCode> = {
  INVALID_BOOLEAN: {
    meaning: 'A text is not a boolean.',
    remedy: 'Write true, false (also TRUE, True, FALSE, False), 1 or 0, or declare the field as string.',
  },
  INVALID_INTEGER: {
    meaning: 'A text is not a whole number.',
    remedy: 'Write digits with an optional sign, without blanks, thousands separators or a fraction.',
  },
  INTEGER_OUT_OF_RANGE: {
    meaning: 'A whole number does not fit into its type: 32 bits for integer, 64 bits for bigint.',
    remedy: 'Declare the field as bigint, or as decimal(p,0) with enough digits.',
  },
  INVALID_DECIMAL: {
    meaning: 'A text is not a decimal number.',
    remedy: 'Write digits with an optional sign and a point, without blanks, thousands separators or an exponent.',
  },
  DECIMAL_OUT_OF_RANGE: {
    meaning: 'A decimal has more digits before the point than precision − scale of its type.',
    remedy: 'Declare the field with a larger precision.',
  },
  DECIMAL_SCALE_EXCEEDED: {
    meaning: 'A decimal has more digits behind the point than the scale of its type; it is never rounded silently.',
    remedy: 'Declare the field with a larger scale and round it in an expression.',
  },
  INVALID_DOUBLE: {
    meaning: 'A text is not a floating-point number.',
    remedy: 'Write digits with an optional sign, point and exponent; NaN and Infinity are not accepted.',
  },
  DOUBLE_OUT_OF_RANGE: {
    meaning: 'A number is too large for a double (about 1.8e308).',
    remedy: 'Declare the field as string, or correct the number.',
  },
  INVALID_DATE: {
    meaning: 'A text is not a day of the calendar.',
    remedy: 'Write YYYY-MM-DD, from 0001-01-01 to 9999-12-31.',
  },
  INVALID_DATETIME: {
    meaning: 'A text is not a point in time.',
    remedy: 'Write YYYY-MM-DDTHH:MM:SS with at most nine digits of a second, and Z or ±HH:MM where it is not UTC.',
  },
  DATETIME_OUT_OF_RANGE: {
    meaning: 'A point in time lies, in UTC, before the year 1 or after the year 9999.',
    remedy: 'Correct the value or its offset.',
  },
};

/** What is wrong with one value, in words for a person who sees the value beside it. */
export function valueReason(code: ValueCode, type: DataType): string {
  const name = formatDataType(type);
  switch (code) {
    case 'INTEGER_OUT_OF_RANGE':
      return type.kind === 'bigint' ? 'does not fit into 64 bits (bigint)' : 'does not fit into 32 bits (integer)';
    case 'DECIMAL_OUT_OF_RANGE':
      return `has too many digits before the point for ${name}`;
    case 'DECIMAL_SCALE_EXCEEDED':
      return `has too many digits behind the point for ${name}`;
    case 'DOUBLE_OUT_OF_RANGE':
      return 'is too large for a double';
    case 'DATETIME_OUT_OF_RANGE':
      return 'lies outside the years 1 to 9999 in UTC';
    case 'INVALID_BOOLEAN':
    case 'INVALID_INTEGER':
    case 'INVALID_DECIMAL':
    case 'INVALID_DOUBLE':
    case 'INVALID_DATE':
    case 'INVALID_DATETIME':
      return `is not a valid ${name}`;
  }
}

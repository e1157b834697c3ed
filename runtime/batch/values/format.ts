import type { DataType } from '../data-type.js';
import type { Vector } from '../vector.js';
import { formatBigint } from './bigint.js';
import { formatBoolean } from './boolean.js';
import { formatDate } from './date.js';
import { formatDatetime } from './datetime.js';
import { formatDecimal } from './decimal.js';
import { formatDouble } from './double.js';
import { formatInteger } from './integer.js';
import { mismatch } from './parse.js';
import type { FormatValue } from './parse-values.js';
import { formatText } from './text.js';

/** The formatter of a type: canonical text (DESIGN, "Values"). There must be room for `formatBound(type)` bytes. */
export function formatterOf(type: DataType): FormatValue<Vector> {
  switch (type.kind) {
    case 'string':
      return (vector, row, bytes, offset) =>
        vector.kind === 'text' ? formatText(vector, row, bytes, offset) : mismatch(type, vector.kind);
    case 'boolean':
      return (vector, row, bytes, offset) =>
        vector.kind === 'boolean' ? formatBoolean(vector, row, bytes, offset) : mismatch(type, vector.kind);
    case 'integer':
      return (vector, row, bytes, offset) =>
        vector.kind === 'int32' ? formatInteger(vector, row, bytes, offset) : mismatch(type, vector.kind);
    case 'bigint':
      return (vector, row, bytes, offset) =>
        vector.kind === 'int64' ? formatBigint(vector, row, bytes, offset) : mismatch(type, vector.kind);
    case 'double':
      return (vector, row, bytes, offset) =>
        vector.kind === 'float64' ? formatDouble(vector, row, bytes, offset) : mismatch(type, vector.kind);
    case 'date':
      return (vector, row, bytes, offset) =>
        vector.kind === 'int32' ? formatDate(vector, row, bytes, offset) : mismatch(type, vector.kind);
    case 'datetime':
      return (vector, row, bytes, offset) =>
        vector.kind === 'int64' ? formatDatetime(vector, row, bytes, offset) : mismatch(type, vector.kind);
    case 'decimal':
      return (vector, row, bytes, offset) =>
        vector.kind === 'decimal' ? formatDecimal(vector, row, bytes, offset) : mismatch(type, vector.kind);
  }
}

/** Bytes of the longest canonical text of a type; Infinity for a string, whose length only its view tells. */
export function formatBound(type: DataType): number {
  switch (type.kind) {
    case 'string':
      return Number.POSITIVE_INFINITY;
    case 'boolean':
      return 'false'.length;
    case 'integer':
      return '-2147483648'.length;
    case 'bigint':
      return '-9223372036854775808'.length;
    case 'double':
      // Longer than the longest with an exponent: Number::toString writes plain digits down to 10^−6.
      return '-0.0000012345678901234567'.length;
    case 'date':
      return '0001-01-01'.length;
    case 'datetime':
      return '0001-01-01T00:00:00.000000001'.length;
    case 'decimal':
      // Sign, point, and a zero before the point when all digits stand behind it.
      return type.precision + 3;
  }
}

import type { DataType } from '../data-type.js';
import type { Vector, VectorKind } from '../vector.js';
import { parseBigints } from './bigint.js';
import { parseBooleans } from './boolean.js';
import { parseDates } from './date.js';
import { parseDatetimes } from './datetime.js';
import { parseDecimals } from './decimal.js';
import { parseDoubles } from './double.js';
import { parseIntegers } from './integer.js';
import type { ParseValues } from './parse-values.js';
import { parseTexts } from './text.js';

/** The parser of a type. It fills only vectors that `vectorOf` made for the same type; another one is a defect and throws. */
export function parserOf(type: DataType): ParseValues<Vector> {
  switch (type.kind) {
    case 'string':
      return (text, rows, count, out, bad) =>
        out.kind === 'text' ? parseTexts(text, rows, count, out, bad) : mismatch(type, out.kind);
    case 'boolean':
      return (text, rows, count, out, bad) =>
        out.kind === 'boolean' ? parseBooleans(text, rows, count, out, bad) : mismatch(type, out.kind);
    case 'integer':
      return (text, rows, count, out, bad) =>
        out.kind === 'int32' ? parseIntegers(text, rows, count, out, bad) : mismatch(type, out.kind);
    case 'bigint':
      return (text, rows, count, out, bad) =>
        out.kind === 'int64' ? parseBigints(text, rows, count, out, bad) : mismatch(type, out.kind);
    case 'double':
      return (text, rows, count, out, bad) =>
        out.kind === 'float64' ? parseDoubles(text, rows, count, out, bad) : mismatch(type, out.kind);
    case 'date':
      return (text, rows, count, out, bad) =>
        out.kind === 'int32' ? parseDates(text, rows, count, out, bad) : mismatch(type, out.kind);
    case 'datetime':
      return (text, rows, count, out, bad) =>
        out.kind === 'int64' ? parseDatetimes(text, rows, count, out, bad) : mismatch(type, out.kind);
    case 'decimal': {
      const parseValues = parseDecimals(type.precision, type.scale);
      return (text, rows, count, out, bad) =>
        out.kind === 'decimal' ? parseValues(text, rows, count, out, bad) : mismatch(type, out.kind);
    }
  }
}

/** A vector does not belong to the type it is used with. */
export function mismatch(type: DataType, kind: VectorKind): never {
  throw new TypeError(`a vector of kind ${kind} holds no ${type.kind}`);
}

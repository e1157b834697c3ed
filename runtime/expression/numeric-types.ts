import { type DataType, MAX_DECIMAL_PRECISION } from '../batch/data-type.js';
import { isNull, type TypedNode } from './typed.js';

export type IntegralType = Extract<DataType, { kind: 'integer' | 'bigint' }>;
export type DecimalType = Extract<DataType, { kind: 'decimal' }>;
/** The types whose values are integers over a power of ten. */
export type ExactType = IntegralType | DecimalType;
export type NumericType = ExactType | Extract<DataType, { kind: 'double' }>;

export const booleanType: DataType = { kind: 'boolean' };
export const stringType: DataType = { kind: 'string' };
export const integerType: IntegralType = { kind: 'integer' };
export const bigintType: IntegralType = { kind: 'bigint' };
export const doubleType: NumericType = { kind: 'double' };

/** The least scale that a capped quotient keeps (SQL Server's and Hive's rule for division). */
const MIN_QUOTIENT_SCALE = 6;

export function isNumeric(type: DataType): type is NumericType {
  return type.kind === 'double' || isExact(type);
}

export function isExact(type: DataType): type is ExactType {
  return type.kind === 'integer' || type.kind === 'bigint' || type.kind === 'decimal';
}

export function scaleOf(type: ExactType): number {
  return type.kind === 'decimal' ? type.scale : 0;
}

/** Digits that a type's values can have; of a literal, those that it has. */
export function asDecimal(type: ExactType, node?: TypedNode): DecimalType {
  switch (type.kind) {
    case 'decimal':
      return type;
    case 'integer':
    case 'bigint': {
      const written =
        node?.kind === 'literal' && !isNull(node) ? node.text?.replace(/^[+-]?0*(?=[0-9])/, '').length : undefined;
      return { kind: 'decimal', precision: written ?? (type.kind === 'integer' ? 10 : 19), scale: 0 };
    }
  }
}

export function decimalType(precision: number, scale: number): DecimalType {
  return { kind: 'decimal', precision: Math.min(MAX_DECIMAL_PRECISION, Math.max(1, precision)), scale };
}

/** a + b, a − b: one digit more than the wider operand, capped at 38 digits with the scale kept. */
export function sumType(a: DecimalType, b: DecimalType): DecimalType {
  const scale = Math.max(a.scale, b.scale);
  return decimalType(Math.max(a.precision - a.scale, b.precision - b.scale) + scale + 1, scale);
}

/** a × b: the digits of both, capped at 38 with the scale kept as far as it fits. */
export function productType(a: DecimalType, b: DecimalType): DecimalType {
  return decimalType(a.precision + b.precision, Math.min(MAX_DECIMAL_PRECISION, a.scale + b.scale));
}

/** a / b: scale max(6, s1 + p2 + 1); beyond 38 digits the scale gives way, down to 6. */
export function quotientType(a: DecimalType, b: DecimalType): DecimalType {
  const scale = Math.max(MIN_QUOTIENT_SCALE, a.scale + b.precision + 1);
  const precision = a.precision - a.scale + b.scale + scale;
  const excess = Math.max(0, precision - MAX_DECIMAL_PRECISION);
  return decimalType(precision, Math.max(MIN_QUOTIENT_SCALE, scale - excess));
}

/** a % b: no larger than either operand, at the finer scale. */
export function remainderType(a: DecimalType, b: DecimalType): DecimalType {
  const scale = Math.max(a.scale, b.scale);
  return decimalType(Math.min(a.precision - a.scale, b.precision - b.scale) + scale, scale);
}

/** Holds every value of both, as far as 38 digits go. */
export function widerDecimal(a: DecimalType, b: DecimalType): DecimalType {
  const scale = Math.max(a.scale, b.scale);
  return decimalType(Math.max(a.precision - a.scale, b.precision - b.scale) + scale, scale);
}

/** Holds every value of both: integer → bigint → decimal → double. */
export function widerNumeric(a: NumericType, b: NumericType): NumericType {
  if (a.kind === 'double' || b.kind === 'double') return doubleType;
  if (a.kind === 'decimal' || b.kind === 'decimal') {
    return widerDecimal(asDecimal(a), asDecimal(b));
  }
  return a.kind === 'bigint' || b.kind === 'bigint' ? bigintType : integerType;
}

/** The one type that values of both types can take without loss of meaning, or undefined. */
export function commonType(a: DataType, b: DataType): DataType | undefined {
  if (isNumeric(a) && isNumeric(b)) return widerNumeric(a, b);
  if (a.kind === b.kind) return a;
  if (a.kind === 'boolean' && isNumeric(b)) return b;
  if (b.kind === 'boolean' && isNumeric(a)) return a;
  if (isMoment(a) && isMoment(b)) return { kind: 'datetime' };
  return undefined;
}

function isMoment(type: DataType): boolean {
  return type.kind === 'date' || type.kind === 'datetime';
}

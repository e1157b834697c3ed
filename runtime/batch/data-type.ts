/** The types that a field of a mapping can have. */
export type DataType =
  | { readonly kind: 'string' }
  | { readonly kind: 'boolean' }
  /** 32 bits, signed. */
  | { readonly kind: 'integer' }
  /** 64 bits, signed. */
  | { readonly kind: 'bigint' }
  | { readonly kind: 'double' }
  /** Exact; 1 ≤ precision ≤ 38 digits, 0 ≤ scale ≤ precision of them behind the point. */
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  /** A day of the proleptic Gregorian calendar, 0001-01-01 to 9999-12-31. */
  | { readonly kind: 'date' }
  /** An instant in UTC, 0001-01-01T00:00:00 to 9999-12-31T23:59:59.999999999. */
  | { readonly kind: 'datetime' };

export type DataTypeKind = DataType['kind'];

export interface Field {
  readonly name: string;
  readonly type: DataType;
}

export const MAX_DECIMAL_PRECISION = 38;

const simpleTypes: Readonly<Record<string, DataType>> = {
  string: { kind: 'string' },
  boolean: { kind: 'boolean' },
  integer: { kind: 'integer' },
  bigint: { kind: 'bigint' },
  double: { kind: 'double' },
  date: { kind: 'date' },
  datetime: { kind: 'datetime' },
};

/** How types are spelled in a mapping, for messages and suggestions. */
export const dataTypeNames = [...Object.keys(simpleTypes), 'decimal(p,s)'];

/** The pattern of a type's spelling, for JSON Schemas. */
export const dataTypePattern = `^(${Object.keys(simpleTypes).join('|')}|decimal\\( *[0-9]{1,2} *, *[0-9]{1,2} *\\))$`;

/** Reads `bigint` or `decimal(12,2)`; undefined when it names no type. */
export function parseDataType(text: string): DataType | undefined {
  if (Object.hasOwn(simpleTypes, text)) return simpleTypes[text];
  const match = /^decimal\( *([0-9]{1,2}) *, *([0-9]{1,2}) *\)$/.exec(text);
  if (!match) return undefined;
  const precision = Number(match[1]);
  const scale = Number(match[2]);
  const possible = precision >= 1 && precision <= MAX_DECIMAL_PRECISION && scale <= precision;
  return possible ? { kind: 'decimal', precision, scale } : undefined;
}

export function formatDataType(type: DataType): string {
  return type.kind === 'decimal' ? `decimal(${type.precision},${type.scale})` : type.kind;
}

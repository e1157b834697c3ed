import type { Bitmap } from './bitmap.js';
import type { DataType } from './data-type.js';

/**
 * Values of one column for the rows of a batch. Vectors are owned by whoever fills them (a reader, an expression node) and
 * are reused: they hold until their owner's next batch. Where a row is NULL its slot holds 0 or an empty text, never junk.
 */
export type Vector = TextVector | BooleanVector | Int32Vector | Int64Vector | Float64Vector | DecimalVector;

export type VectorKind = Vector['kind'];

interface Nullable {
  /** Null when every row is valid. */
  validity: Bitmap | null;
}

/** Text as views into `bytes` (UTF-8); start and end come from a chunk, or from an Arrow offsets array. */
export interface TextView {
  bytes: Uint8Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
}

/** A vector that was read from text keeps the views when the text of *every* valid row is canonical, so that a writer may copy it. */
interface Written {
  canonical: TextView | null;
}

export interface TextVector extends Nullable, TextView {
  readonly kind: 'text';
}

/** 0 or 1, a byte a row. */
export interface BooleanVector extends Nullable, Written {
  readonly kind: 'boolean';
  readonly values: Uint8Array;
}

/** `integer`; `date` as days since 1970-01-01. */
export interface Int32Vector extends Nullable, Written {
  readonly kind: 'int32';
  readonly values: Int32Array;
}

/** `bigint`; `datetime` as microseconds since the epoch, rounded down. */
export interface Int64Vector extends Nullable, Written {
  readonly kind: 'int64';
  readonly values: BigInt64Array;
  /** The same memory in 32-bit halves, low first: filling and reading it makes no BigInt. */
  readonly words: Int32Array;
  /** `datetime` only: 0–999 ns to add; null when no row has any. */
  nanos: Int32Array | null;
}

export interface Float64Vector extends Nullable, Written {
  readonly kind: 'float64';
  readonly values: Float64Array;
}

/**
 * Unscaled integers of a decimal column: value = unscaled / 10^scale. The layout is picked per batch by the values and never
 * changes a result: `narrow` while every |unscaled| ≤ 2^53−1 (then `values` is exact), else `wide`, 128-bit two's complement
 * in two 64-bit words a row, low first (Arrow decimal128).
 */
export interface DecimalVector extends Nullable, Written {
  readonly kind: 'decimal';
  readonly scale: number;
  layout: 'narrow' | 'wide';
  readonly values: Float64Array;
  /** Room for the wide layout, made when it is first needed. */
  wide: BigInt64Array | null;
}

/** Makes an empty vector with room for `capacity` rows of a type. */
export function vectorOf(type: DataType, capacity: number): Vector {
  switch (type.kind) {
    case 'string':
      return textVector(capacity);
    case 'boolean':
      return { kind: 'boolean', values: new Uint8Array(capacity), validity: null, canonical: null };
    case 'integer':
    case 'date':
      return { kind: 'int32', values: new Int32Array(capacity), validity: null, canonical: null };
    case 'bigint':
    case 'datetime':
      return int64Vector(capacity);
    case 'double':
      return { kind: 'float64', values: new Float64Array(capacity), validity: null, canonical: null };
    case 'decimal':
      return decimalVector(type.scale, capacity);
  }
}

export function textVector(capacity: number): TextVector {
  const start = new Int32Array(capacity);
  const end = new Int32Array(capacity);
  return { kind: 'text', bytes: new Uint8Array(0), start, end, validity: null };
}

export function int64Vector(capacity: number): Int64Vector {
  const values = new BigInt64Array(capacity);
  const words = new Int32Array(values.buffer);
  return { kind: 'int64', values, words, nanos: null, validity: null, canonical: null };
}

export function decimalVector(scale: number, capacity: number): DecimalVector {
  const values = new Float64Array(capacity);
  return { kind: 'decimal', scale, layout: 'narrow', values, wide: null, validity: null, canonical: null };
}

import { BATCH_ROWS } from '../../batch/batch.js';
import type { DecimalVector, Int64Vector, Vector } from '../../batch/vector.js';
import type { RowErrorCode } from '../errors.js';
import type { Kernel } from '../evaluation.js';
import type { ExactType } from '../numeric-types.js';
import type { Fail } from '../typed.js';

/** |unscaled| up to which doubles hold, add and multiply integers exactly. */
export const NARROW_LIMIT = Number.MAX_SAFE_INTEGER;
const WORD = 2 ** 32;

/** Shared by all kernels of a thread: what they hold matters within one call of a kernel only, and kernels call no others. */
export const scratchA = new Float64Array(BATCH_ROWS);
export const scratchB = new Float64Array(BATCH_ROWS);
const scratchOut = new Float64Array(BATCH_ROWS);

/** Why a row has no value, from a wide computation. */
export interface Fault {
  readonly code: RowErrorCode;
  readonly reason: string;
}

/**
 * An operation on the unscaled integers of integer, bigint and decimal operands (a unary one sees its operand as `a` and `b`).
 * `narrow` runs over a whole vector in doubles and answers false as soon as a value leaves ±NARROW_LIMIT; then `wide` is run
 * for every row, so that both must agree wherever `narrow` answers true.
 */
export interface ExactOperation {
  narrow(a: Float64Array, b: Float64Array, out: Float64Array, rows: Int32Array, count: number, fail: Fail): boolean;
  wide(a: bigint, b: bigint): bigint | Fault;
  /** Faults of a result that its type can't hold. */
  readonly overflow: Fault;
}

/** Makes the kernel of an operation; the result never depends on the path taken. */
export function exactKernel(type: ExactType, operation: ExactOperation): Kernel {
  const store = exactStore(type, operation.overflow);
  return (operands, out, rows, count, fail) => {
    const a = narrowValues(operands[0], rows, count, scratchA);
    const b = operands.length > 1 ? narrowValues(operands[1], rows, count, scratchB) : a;
    const narrow = store.narrowRoom(out);
    if (a && b && operation.narrow(a, b, narrow, rows, count, fail)) {
      store.narrow(out, narrow, rows, count, fail);
      return;
    }
    const second = operands[operands.length - 1];
    store.wide(out, rows, count, fail, (row) => operation.wide(unscaledAt(operands[0], row), unscaledAt(second, row)));
  };
}

/** Puts unscaled integers into vectors of one type; those that the type can't hold fail with `overflow`. */
export interface ExactStore {
  /** Where to compute narrow results: the vector's own values if it holds doubles. */
  narrowRoom(out: Vector): Float64Array;
  /** Takes results within ±NARROW_LIMIT from `narrowRoom`. */
  narrow(out: Vector, from: Float64Array, rows: Int32Array, count: number, fail: Fail): void;
  wide(out: Vector, rows: Int32Array, count: number, fail: Fail, computed: (row: number) => bigint | Fault): void;
}

export function exactStore(type: ExactType, overflow: Fault): ExactStore {
  const limit = limitOf(type);
  const narrowLimit = Number(limit);
  return {
    narrowRoom: (out) => (out.kind === 'decimal' ? out.values : scratchOut),
    narrow: (out, from, rows, count, fail) => storeNarrow(from, out, rows, count, narrowLimit, overflow, fail),
    wide(out, rows, count, fail, computed) {
      if (out.kind === 'decimal') makeWide(out);
      for (let k = 0; k < count; k++) {
        const value = computed(rows[k]);
        const fault = typeof value !== 'bigint' ? value : isWithin(value, limit, type) ? undefined : overflow;
        if (fault) fail(rows[k], fault.code, fault.reason);
        else if (typeof value === 'bigint') storeUnscaled(out, rows[k], value);
      }
    },
  };
}

/** First positive unscaled value that a type can't hold. */
function limitOf(type: ExactType): bigint {
  switch (type.kind) {
    case 'integer':
      return 2n ** 31n;
    case 'bigint':
      return 2n ** 63n;
    case 'decimal':
      return 10n ** BigInt(type.precision);
  }
}

/** Two's complement has one value more below zero than above; decimals have not. */
function isWithin(value: bigint, limit: bigint, type: ExactType): boolean {
  return value < limit && (value > -limit || (value === -limit && type.kind !== 'decimal'));
}

/** The unscaled values as doubles, by row; undefined when one of the rows exceeds ±NARROW_LIMIT. */
export function narrowValues(
  vector: Vector,
  rows: Int32Array,
  count: number,
  scratch: Float64Array,
): Float64Array | undefined {
  switch (vector.kind) {
    case 'int32':
      for (let k = 0; k < count; k++) scratch[rows[k]] = vector.values[rows[k]];
      return scratch;
    case 'int64':
      return narrowWords(vector.words, rows, count, scratch) ? scratch : undefined;
    case 'decimal':
      return vector.layout === 'narrow' ? vector.values : undefined;
    default:
      throw new TypeError(`a ${vector.kind} vector has no unscaled integers`);
  }
}

function narrowWords(words: Int32Array, rows: Int32Array, count: number, into: Float64Array): boolean {
  for (let k = 0; k < count; k++) {
    const row = rows[k];
    const value = words[2 * row + 1] * WORD + (words[2 * row] >>> 0);
    if (Math.abs(value) > NARROW_LIMIT) return false;
    into[row] = value;
  }
  return true;
}

export function unscaledAt(vector: Vector, row: number): bigint {
  switch (vector.kind) {
    case 'int32':
      return BigInt(vector.values[row]);
    case 'int64':
      return vector.values[row];
    case 'decimal':
      if (vector.layout === 'narrow' || vector.wide === null) return BigInt(vector.values[row]);
      return (vector.wide[2 * row + 1] << 64n) | BigInt.asUintN(64, vector.wide[2 * row]);
    default:
      throw new TypeError(`a ${vector.kind} vector has no unscaled integers`);
  }
}

/** Copies results within ±NARROW_LIMIT into a vector; those that are not below `limit` fail. */
function storeNarrow(
  from: Float64Array,
  out: Vector,
  rows: Int32Array,
  count: number,
  limit: number,
  overflow: Fault,
  fail: Fail,
): void {
  switch (out.kind) {
    case 'int32':
      for (let k = 0; k < count; k++) {
        const value = from[rows[k]];
        out.values[rows[k]] = value;
        if (value >= limit || value < -limit) fail(rows[k], overflow.code, overflow.reason);
      }
      return;
    case 'int64':
      storeWords(from, out, rows, count);
      return;
    case 'decimal':
      out.layout = 'narrow';
      if (limit > NARROW_LIMIT) return;
      for (let k = 0; k < count; k++) {
        if (Math.abs(from[rows[k]]) >= limit) fail(rows[k], overflow.code, overflow.reason);
      }
      return;
    default:
      throw new TypeError(`a ${out.kind} vector holds no unscaled integers`);
  }
}

function storeWords(from: Float64Array, out: Int64Vector, rows: Int32Array, count: number): void {
  const { words } = out;
  for (let k = 0; k < count; k++) {
    const value = from[rows[k]];
    const high = Math.floor(value / WORD);
    words[2 * rows[k]] = value - high * WORD;
    words[2 * rows[k] + 1] = high;
  }
}

/** Stores a value that is known to fit; a decimal vector becomes wide with it. */
export function storeUnscaled(out: Vector, row: number, value: bigint): void {
  switch (out.kind) {
    case 'int32':
      out.values[row] = Number(value);
      return;
    case 'int64':
      out.values[row] = value;
      return;
    case 'decimal': {
      const wide = out.wide ?? makeWide(out);
      wide[2 * row] = BigInt.asIntN(64, value);
      wide[2 * row + 1] = value >> 64n;
      return;
    }
    default:
      throw new TypeError(`a ${out.kind} vector holds no unscaled integers`);
  }
}

/** Turns an owned vector to the wide layout; what its rows held before is not carried over. */
function makeWide(out: DecimalVector): BigInt64Array {
  out.layout = 'wide';
  out.wide ??= new BigInt64Array(2 * out.values.length);
  return out.wide;
}

/** n / d rounded half away from zero. */
export function divideRounded(n: bigint, d: bigint): bigint {
  const quotient = n / d;
  const rest = n - quotient * d;
  const doubled = 2n * (rest < 0n ? -rest : rest);
  if (doubled < (d < 0n ? -d : d)) return quotient;
  return n < 0n === d < 0n ? quotient + 1n : quotient - 1n;
}

/** 10^digits as a double, exact up to 22 digits. */
export function powerOfTen(digits: number): number {
  return Number(10n ** BigInt(digits));
}

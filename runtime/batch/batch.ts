import type { Field } from './data-type.js';
import type { Vector } from './vector.js';

/** Rows that any batch holds at the most, so that everyone can size its vectors once. */
export const BATCH_ROWS = 4096;

/** Where a row came from, for rejects and messages. */
export interface RowOrigin {
  readonly object: string;
  /** 1-based data row of the object. */
  readonly row: number;
  /** 1-based line on which the row starts, for line-based formats. */
  readonly line?: number;
  /** Offset of the row's first byte in the (decompressed) object. */
  readonly byteOffset?: number;
}

/**
 * Some rows of a source, by column, as they pass through the transformations. `vectors` hold `length` rows each; of those the
 * first `count` entries of `selection`, ascending, are still in. A filter shortens the selection and copies nothing.
 */
export interface Batch {
  readonly fields: readonly Field[];
  readonly vectors: readonly Vector[];
  readonly length: number;
  readonly selection: Int32Array;
  readonly count: number;
  /** Asked only for rows that are rejected. */
  origin(row: number): RowOrigin;
}

/** The selection of all rows: kernels have one loop, `rows[k]` for k < count, dense or not. */
export const allRows: Int32Array = Int32Array.from({ length: BATCH_ROWS }, (_, row) => row);

/** A row that could not be processed. `field` and `code` name each bad field of it in turn. */
export interface RejectedRow {
  readonly origin: RowOrigin;
  readonly transformation: string;
  readonly problems: readonly RowProblem[];
}

export interface RowProblem {
  /** Undefined where the whole row is at fault. */
  readonly field: string | undefined;
  readonly code: string;
  readonly reason: string;
  /** The offending text, cut by whoever prints it. */
  readonly value: string | undefined;
}

import type { TextView, Vector } from '../vector.js';
import type { ValueCode } from './errors.js';

/**
 * Fills `out` for rows[0..count) from their texts. Rows that are already NULL in `out.validity` are skipped and hold 0. A row
 * whose text is not a value is told to `bad`, holds 0 and stays valid: what becomes of it is the caller's business. Afterwards
 * `out.canonical` is `text` when the text of every valid, good row is canonical, else null.
 */
export type ParseValues<V extends Vector> = (
  text: TextView,
  rows: Int32Array,
  count: number,
  out: V,
  bad: (row: number, code: ValueCode) => void,
) => void;

/** Writes the canonical text of a valid row into `bytes` at `offset` and returns the offset behind it. */
export type FormatValue<V extends Vector> = (vector: V, row: number, bytes: Uint8Array, offset: number) => number;

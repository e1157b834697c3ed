import { getBit } from '../../batch/bitmap.js';
import type { BooleanVector } from '../../batch/vector.js';

/** Ternary logic as numbers: reading a row's value and its validity at once. */
export const FALSE = 0;
export const TRUE = 1;
export const UNKNOWN = 2;

export function truthAt(vector: BooleanVector, row: number): number {
  return vector.validity !== null && getBit(vector.validity, row) === 0 ? UNKNOWN : vector.values[row];
}

import { BATCH_ROWS } from '../../batch/batch.js';

/** Cells for which room is made at most, so that objects with thousands of columns get shorter batches, not larger buffers. */
const MAX_CELLS = 1 << 20;
const MIN_ROWS = 16;
/**
 * Cells between the slots: a cache line. A scan writes a row's cells one after the other, and slots that lie a power of two
 * apart would all fall into the same few lines of a core's cache.
 */
const GAP = 16;

/**
 * Where the fields of a batch of rows lie: cell = slot × stride + row, a slot for each wanted column in the order in which
 * they are wanted, and one more that takes the fields of all others, so that the scanner need not tell them apart.
 */
export interface Layout {
  /** Rows that a batch holds at most. */
  readonly capacity: number;
  /** Cells from a slot's first to the next slot's. */
  readonly stride: number;
  readonly slots: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

export function layoutOf(slots: number): Layout {
  const capacity = Math.min(BATCH_ROWS, Math.max(MIN_ROWS, Math.floor(MAX_CELLS / (slots + 1))));
  const stride = capacity + GAP;
  const cells = (slots + 1) * stride;
  return { capacity, stride, slots, starts: new Int32Array(cells), ends: new Int32Array(cells) };
}

/** Columns of one object: how many its rows have, and the first cell of each one's slot. */
export interface Columns {
  readonly count: number;
  readonly cells: Int32Array;
}

/** @param slotOfColumn for each column of the object its slot, or undefined where it is not wanted */
export function columnsOf(layout: Layout, slotOfColumn: readonly (number | undefined)[]): Columns {
  const cells = Int32Array.from(slotOfColumn, (slot) => (slot ?? layout.slots) * layout.stride);
  return { count: slotOfColumn.length, cells };
}

import type { Dialect } from './dialect.js';
import {
  type FindMarks,
  findMarksIn,
  MAX_SEARCHED_BYTES,
  type MarkMemory,
  markMemory,
  OVERREAD_BYTES,
  PAGE_BYTES,
  WINDOW_OFFSET,
} from './mark-kernel.js';

/**
 * Marks are the positions of those bytes in a window that a scan has to look at: delimiter, quote, escape, CR and LF. They are
 * found a piece of the window at a time, so that they stay in a core's cache.
 */
export interface Marks {
  /** The window, and the bytes behind it that a search may read. */
  bytes: Uint8Array<ArrayBuffer>;
  /** The marks of the piece searched last, in order. Those from `count` on mean nothing. */
  positions: Int32Array<ArrayBuffer>;
  count: number;
  /** Index of the first mark that is not yet passed. */
  next: number;
  /** Where the search goes on. */
  searched: number;
  readonly memory: MarkMemory;
  readonly find: FindMarks;
  readonly dialect: Dialect;
}

/** @param size bytes that the window can hold, until `growWindow` makes room for more */
export function marksOf(dialect: Dialect, size: number): Marks {
  const memory = markMemory(pagesFor(size));
  return { ...viewsOf(memory), count: 0, next: 0, searched: 0, memory, find: findMarksIn(memory), dialect };
}

/** Makes room for a window of `size` bytes; the bytes that are there stay, but `bytes` becomes another view. */
export function growWindow(marks: Marks, size: number): void {
  const missing = pagesFor(size) - marks.memory.buffer.byteLength / PAGE_BYTES;
  if (missing <= 0) return;
  marks.memory.grow(missing);
  Object.assign(marks, viewsOf(marks.memory));
}

/** Forgets all marks; the next search begins at `from`. */
export function searchAnew(marks: Marks, from: number): void {
  marks.count = 0;
  marks.next = 0;
  marks.searched = from;
}

/**
 * Searches on, up to and including window[end], until there are marks or nothing is left; returns their count. Behind `end` there
 * may be false ones.
 */
export function searchOn(marks: Marks, end: number): number {
  const { delimiter, quote, escaper } = marks.dialect;
  marks.count = 0;
  marks.next = 0;
  while (marks.count === 0 && marks.searched <= end) {
    const to = Math.min(marks.searched + MAX_SEARCHED_BYTES, end + 1);
    marks.count = marks.find(marks.searched, to, delimiter, quote, escaper);
    marks.searched = to;
  }
  return marks.count;
}

/** Passes the next mark and returns it; `end` when there is none before it. */
export function nextMark(marks: Marks, end: number): number {
  if (marks.next === marks.count && searchOn(marks, end) === 0) return end;
  return Math.min(marks.positions[marks.next++], end);
}

/** Passes all marks before `position`. */
export function passMarks(marks: Marks, position: number): void {
  while (marks.next < marks.count && marks.positions[marks.next] < position) marks.next++;
  if (marks.next === marks.count && marks.searched < position) marks.searched = position;
}

function pagesFor(size: number): number {
  return Math.ceil((WINDOW_OFFSET + size + OVERREAD_BYTES) / PAGE_BYTES);
}

function viewsOf({ buffer }: MarkMemory): Pick<Marks, 'bytes' | 'positions'> {
  return {
    bytes: new Uint8Array(buffer, WINDOW_OFFSET),
    positions: new Int32Array(buffer, 0, WINDOW_OFFSET / Int32Array.BYTES_PER_ELEMENT),
  };
}

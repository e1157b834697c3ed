import type { Fail } from '../typed.js';
import { wordsOf } from './words.js';

/** Bytes that one node may make for one batch. */
export const MAX_ARENA_BYTES = 64 * 1024 * 1024;
const FIRST_BYTES = 4096;

/** Where a node puts the texts that it makes; emptied, not freed, at every batch. Texts made before growth stay where they are. */
export interface TextArena {
  bytes: Uint8Array;
  /** The same memory, for word-wise writing. */
  words: DataView;
  used: number;
}

export function textArena(): TextArena {
  const bytes = new Uint8Array(FIRST_BYTES);
  return { bytes, words: wordsOf(bytes), used: 0 };
}

/** Makes room for `more` bytes behind `used`; false when that exceeds the bound. */
export function reserve(arena: TextArena, more: number): boolean {
  const needed = arena.used + more;
  if (needed <= arena.bytes.length) return true;
  if (needed > MAX_ARENA_BYTES) return false;
  const grown = new Uint8Array(Math.min(MAX_ARENA_BYTES, Math.max(needed, 2 * arena.bytes.length)));
  grown.set(arena.bytes.subarray(0, arena.used));
  arena.bytes = grown;
  arena.words = wordsOf(grown);
  return true;
}

export function failTooLong(row: number, fail: Fail): void {
  fail(row, 'TEXT_TOO_LONG', 'the texts made for a batch of rows exceed 64 MiB');
}

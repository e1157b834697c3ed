import type { RowErrorCode } from './errors.js';

export interface RowFailure {
  readonly code: RowErrorCode;
  readonly reason: string;
}

/** The rows for which an expression had no value, in its latest batch; each has its first reason only. */
export interface RowProblems {
  readonly count: number;
  add(row: number, code: RowErrorCode, reason: string): void;
  /** The failed rows, in no particular order. */
  rows(): Iterable<number>;
  failures(): Iterable<readonly [row: number, failure: RowFailure]>;
  clear(): void;
}

/** A collector to hand to `evaluate`, which empties it first. Its size is bounded by the rows of a batch. */
export function rowProblems(): RowProblems {
  const failures = new Map<number, RowFailure>();
  return {
    get count() {
      return failures.size;
    },
    add(row, code, reason) {
      if (!failures.has(row)) failures.set(row, { code, reason });
    },
    rows: () => failures.keys(),
    failures: () => failures.entries(),
    clear: () => failures.clear(),
  };
}

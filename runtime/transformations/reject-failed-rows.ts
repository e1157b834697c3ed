import type { Batch, RejectedRow, RowProblem } from '../batch/batch.js';
import type { RowProblems } from '../expression/row-problems.js';

/** The row errors of one expression, and the field it computes (undefined for a condition). */
export interface FieldFailures {
  readonly field: string | undefined;
  readonly problems: RowProblems;
}

/** Rejects each row that failed in any of the expressions, once, naming every field; returns how many. */
export function rejectFailedRows(
  transformation: string,
  batch: Batch,
  failures: readonly FieldFailures[],
  reject: (row: RejectedRow) => void,
): number {
  const byRow = new Map<number, RowProblem[]>();
  for (const { field, problems } of failures) {
    for (const [row, { code, reason }] of problems.failures()) {
      const found = byRow.get(row) ?? [];
      found.push({ field, code, reason, value: undefined });
      byRow.set(row, found);
    }
  }
  for (const [row, problems] of byRow) reject({ origin: batch.origin(row), transformation, problems });
  return byRow.size;
}

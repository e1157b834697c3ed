import type { RejectedRow } from '../batch/batch.js';
import type { MaxRejects } from '../mapping/mapping-file.js';
import { engineError } from './errors.js';

/** One line of the rejects object; also in the report where no object takes them. */
export interface RejectRecord {
  readonly object: string;
  readonly row: number;
  readonly line: number | null;
  readonly byteOffset: number | null;
  readonly transformation: string;
  /** Every bad field of the row, separated by commas. */
  readonly field: string | null;
  readonly code: string;
  readonly reason: string;
  readonly value: string | null;
}

export interface RejectLog {
  /** Takes a row; nothing is written before the batch ends. */
  add(row: RejectedRow): void;
  /** Writes the batch's rejects in row order. Throws `TOO_MANY_REJECTS` once there are more than allowed. */
  endBatch(): Promise<void>;
  readonly count: number;
  /** The first ten. */
  readonly first: readonly RejectRecord[];
}

const REPORTED = 10;
const MAX_VALUE_BYTES = 1024;
/** Lines are handed on in blocks of about this many characters, so that a batch of nothing but long values stays small. */
const FLUSH_BYTES = 64 * 1024;

/** Collects rejected rows; `write` takes the JSON lines of the rejects object. */
export function rejectLog(limit: MaxRejects, write: ((bytes: Uint8Array) => Promise<void>) | undefined): RejectLog {
  const allowed = limit === 'unlimited' ? Number.POSITIVE_INFINITY : limit;
  const first: RejectRecord[] = [];
  let batch: RejectedRow[] = [];
  let count = 0;
  return {
    get count() {
      return count;
    },
    first,
    add(row) {
      batch.push(row);
    },
    async endBatch() {
      if (batch.length === 0) return;
      const rows = batch.sort((a, b) => a.origin.row - b.origin.row);
      batch = [];
      let lines = '';
      let last: RejectRecord | undefined;
      for (const row of rows) {
        if (count > allowed) break;
        count++;
        const record = recordOf(row);
        last = record;
        if (first.length < REPORTED) first.push(record);
        if (write) lines += `${JSON.stringify(record)}\n`;
        if (write && lines.length > FLUSH_BYTES) {
          await write(Buffer.from(lines));
          lines = '';
        }
      }
      if (write && lines !== '') await write(Buffer.from(lines));
      if (last && count > allowed) {
        const rule =
          allowed === 0 ? 'no row may be rejected (maxRejects 0)' : `more than ${allowed} rows were rejected`;
        const { object, row, transformation, field, reason } = last;
        throw engineError(
          'TOO_MANY_REJECTS',
          `${rule}: ${transformation}${field ? `, field ${field}` : ''}: ${reason}`,
          {
            transformation,
            object,
            row,
          },
        );
      }
    },
  };
}

function recordOf({ origin, transformation, problems }: RejectedRow): RejectRecord {
  const [worst] = problems;
  const fields = problems.flatMap(({ field }) => (field === undefined ? [] : [field]));
  const reason =
    problems.length === 1
      ? worst.reason
      : problems.map((problem) => (problem.field ? `${problem.field}: ${problem.reason}` : problem.reason)).join('; ');
  return {
    object: origin.object,
    row: origin.row,
    line: origin.line ?? null,
    byteOffset: origin.byteOffset ?? null,
    transformation,
    field: fields.length > 0 ? fields.join(',') : null,
    code: worst.code,
    reason,
    value: worst.value === undefined ? null : cut(worst.value),
  };
}

/** Cut at 1 KiB of UTF-8, never inside a character. */
function cut(value: string): string {
  const bytes = Buffer.from(value);
  if (bytes.length <= MAX_VALUE_BYTES) return value;
  let end = MAX_VALUE_BYTES;
  while (end > 0 && (bytes[end] & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}

import type { RowProblem } from '../../batch/batch.js';
import { textOf } from './columns.js';
import { CR } from './dialect.js';
import type { FaultCode, RowFault, ScanRules } from './scanned-rows.js';

/** What the reject of a row says whose fields could not be told apart; its value is the row's own bytes. */
export function faultProblem(fault: RowFault, start: number, bytes: Uint8Array, rules: ScanRules): RowProblem {
  const end = fault.end > start && bytes[fault.end - 1] === CR ? fault.end - 1 : fault.end;
  const value = textOf(bytes, start, end);
  return { field: undefined, code: fault.code, reason: reasonOf(fault, rules), value };
}

/** The same for a row that is longer than the window may be. */
export function longRowProblem(isOpen: boolean, value: string, maxRowBytes: number): RowProblem {
  const code: FaultCode = isOpen ? 'CSV_UNTERMINATED_QUOTE' : 'ROW_TOO_LONG';
  const reason = isOpen ? unterminated : tooLong(maxRowBytes);
  return { field: undefined, code, reason, value };
}

const unterminated = 'has a quoted field that is not closed before the end of the object';

function tooLong(maxRowBytes: number): string {
  return `is longer than ${maxRowBytes} bytes`;
}

function reasonOf({ code, fields }: RowFault, { columns, maxRowBytes }: ScanRules): string {
  switch (code) {
    case 'CSV_RAGGED_ROW':
      return `has ${fields} ${fields === 1 ? 'field' : 'fields'} where there are ${columns.count} columns`;
    case 'CSV_BAD_QUOTE':
      return `has a quote inside an unquoted field, or text behind a closing quote, in field ${fields}`;
    case 'CSV_UNTERMINATED_QUOTE':
      return unterminated;
    case 'ROW_TOO_LONG':
      return tooLong(maxRowBytes);
  }
}

import type { Field } from '../../batch/data-type.js';
import type { Place } from '../../errors.js';
import { nearestName } from '../../nearest-name.js';
import { CR, type Dialect, LF } from './dialect.js';
import { csvError } from './errors.js';
import type { Input } from './input.js';
import { rowSkip, skipRow } from './skip-row.js';

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The first row of an object, in full. */
export interface FirstRow {
  readonly fields: readonly string[];
  /** Lines that it takes up. */
  readonly lines: number;
  /** Position behind it. */
  readonly end: number;
}

/** Reads the first row without moving `input.at`; undefined when the object is empty. */
export async function firstRow(
  input: Input,
  dialect: Dialect,
  maxRowBytes: number,
  place: Place,
): Promise<FirstRow | undefined> {
  for (;;) {
    const { bytes, at, end, complete } = input;
    if (at === end) return undefined;
    const skip = rowSkip();
    const found = skipRow(bytes, at, end, dialect, skip);
    if (found >= 0 || complete) {
      const behind = found >= 0 ? found : end;
      return { fields: splitRow(bytes, at, behind, dialect, place), lines: skip.lines, end: behind };
    }
    if (!(await input.refill(maxRowBytes))) {
      throw csvError('CSV_HEADER_INVALID', `the first row is longer than ${maxRowBytes} bytes`, place);
    }
  }
}

/** Splits one row into texts; for first rows only, since it makes a string a field. */
function splitRow(bytes: Uint8Array, from: number, to: number, dialect: Dialect, place: Place): string[] {
  const { delimiter, quote, escaper } = dialect;
  let stop = to;
  if (bytes[stop - 1] === LF) stop--;
  if (stop < to && stop > from && bytes[stop - 1] === CR) stop--;
  const fields: string[] = [];
  let at = from;
  for (;;) {
    const text: number[] = [];
    const quoted = at < stop && bytes[at] === quote;
    if (quoted) {
      for (at++; at < stop; at++) {
        if (bytes[at] === escaper && at + 1 < stop && (escaper !== quote || bytes[at + 1] === quote)) at++;
        else if (bytes[at] === quote) break;
        text.push(bytes[at]);
      }
      if (at++ >= stop) throw badQuote('a quote is not closed');
    }
    for (; at < stop && bytes[at] !== delimiter; at++) {
      if (quoted) throw badQuote('text follows a closing quote');
      if (bytes[at] === quote) throw badQuote('a quote stands inside an unquoted field');
      text.push(bytes[at]);
    }
    fields.push(utf8.decode(Uint8Array.from(text)));
    if (at >= stop) return fields;
    at++;
  }

  function badQuote(reason: string) {
    const message = `in field ${fields.length + 1} of the first row ${reason}`;
    return csvError('CSV_HEADER_INVALID', message, place);
  }
}

/** Names of the columns of an object that is read whole: they must be there and differ. */
export function checkNames(names: readonly string[], place: Place): void {
  const empty = names.indexOf('');
  if (empty >= 0) {
    throw csvError('CSV_HEADER_INVALID', `column ${empty + 1} has no name in the header`, place);
  }
  const double = names.find((name, column) => names.indexOf(name) < column);
  if (double !== undefined) {
    throw csvError('SOURCE_FIELD_DUPLICATE', `column "${double}" stands twice in the header`, place);
  }
}

/** An object of a source without fields may have no column that the first object lacks. */
export function checkNoneUnexpected(names: readonly string[], fields: readonly Field[], place: Place): void {
  const known = new Set(fields.map(({ name }) => name));
  const unexpected = names.find((name) => !known.has(name));
  if (unexpected === undefined) return;
  throw csvError('SOURCE_FIELD_UNEXPECTED', `the header has a column "${unexpected}" that earlier objects lack`, place);
}

/** For each column of the header the index of the field that it holds, or undefined where none wants it. */
export function matchHeader(names: readonly string[], fields: readonly Field[], place: Place): (number | undefined)[] {
  const wanted = new Map(fields.map(({ name }, slot) => [name, slot]));
  const found = new Set<string>();
  const slots = names.map((name) => {
    const slot = wanted.get(name);
    if (slot !== undefined && found.has(name)) {
      throw csvError('SOURCE_FIELD_DUPLICATE', `column "${name}" stands twice in the header`, place);
    }
    found.add(name);
    return slot;
  });
  const missing = fields.filter(({ name }) => !found.has(name));
  if (missing.length === 0) return slots;
  const [{ name }] = missing;
  const meant = nearestName(
    name,
    names.filter((candidate) => !wanted.has(candidate)),
  );
  const others = missing.length > 1 ? ` (and ${missing.length - 1} more)` : '';
  throw csvError('SOURCE_FIELD_MISSING', `the header has no column "${name}"${others}`, {
    ...place,
    remedy: meant === undefined ? `The columns are: ${listed(names)}.` : `Did you mean "${meant}"?`,
  });
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 20).map((name) => JSON.stringify(name));
  return names.length > shown.length ? `${shown.join(', ')} and ${names.length - shown.length} more` : shown.join(', ');
}

import type { DataType, Field } from '../../../runtime/batch/data-type.js';
import type { CsvOptions } from '../../../runtime/formats/csv/options.js';
import { referenceValue } from '../batch/values/reference.js';
import { evaluateRow, formatValue, RowFault, readValue, type Value } from '../expression/reference.js';
import type { GeneratedCase, Step } from './generated-case.js';
import { type ByteText, bytesOf, type ReferenceRow, readCsv, textOf, writeCsv } from './reference-csv.js';

/** What a reject says, without the wording of its reason. */
export interface ReferenceReject {
  readonly object: string;
  readonly row: number;
  readonly line: number;
  readonly byteOffset: number;
  readonly transformation: string;
  readonly field: string | null;
  readonly code: string;
  readonly value: string | null;
}

export interface ReferenceOutcome {
  /** Code of the error that a run ends with. */
  readonly error: string | null;
  /** Undefined where nothing becomes visible. */
  readonly output: ByteText | undefined;
  readonly rejects: readonly ReferenceReject[];
}

/** One row's values as canonical text. */
type Cells = readonly (ByteText | null)[];

/** Why a row goes no further. */
type Stopped = Pick<ReferenceReject, 'transformation' | 'field' | 'code' | 'value'>;

/**
 * A run as plainly as it can be said, one row at a time from its bytes to its line. It shares the checker of expressions with
 * the engine, and nothing else.
 */
export function referenceRun(given: GeneratedCase): ReferenceOutcome {
  const { source, target, steps, maxRejects } = given;
  const rejects: ReferenceReject[] = [];
  const written: Cells[] = [];
  let fields = source.declared;
  for (const object of given.objects) {
    const rows = readCsv(object.bytes.toString('latin1'), source.options);
    if (rows.length === 0) continue;
    const names = namesOf(rows[0], source.options, fields);
    fields ??= names.map((name) => ({ name, type: { kind: 'string' } }));
    for (const [index, row] of rows.slice(source.options.header ? 1 : 0).entries()) {
      const result = processRow(row, names, fields, given);
      if (result === 'dropped') continue;
      if ('cells' in result) {
        written.push(target.columns.map((column) => result.cells[column]));
        continue;
      }
      if (result.code === 'CSV_RAGGED_ROW' && source.options.raggedRows === 'error')
        return { error: result.code, output: undefined, rejects: [] };
      const { line, byteOffset } = row;
      rejects.push({ object: object.uri, row: index + 1, line, byteOffset, ...result });
      if (rejects.length > maxRejects) return { error: 'TOO_MANY_REJECTS', output: undefined, rejects };
    }
  }
  const names = target.names ?? afterSteps(fields ?? [], steps).map(({ name }) => name);
  return { error: null, output: writeCsv(names.map(bytesOf), written, target.options), rejects };
}

function namesOf(first: ReferenceRow, options: CsvOptions, fields: readonly Field[] | undefined): readonly string[] {
  if (options.header) return first.fields.map(({ text }) => textOf(text));
  return fields?.map(({ name }) => name) ?? first.fields.map((_, column) => `column${column + 1}`);
}

function processRow(
  row: ReferenceRow,
  names: readonly string[],
  fields: readonly Field[],
  { source, steps, maxRowBytes }: GeneratedCase,
): { readonly cells: Cells } | Stopped | 'dropped' {
  const fault = faultOf(row, names.length, source.options, maxRowBytes);
  if (fault) return { transformation: source.name, field: null, code: fault, value: cut(row.raw) };
  const cells: (ByteText | null)[] = [];
  const bad: { readonly field: string; readonly code: string; readonly value: ByteText }[] = [];
  for (const { name, type } of fields) {
    const given = row.fields.at(names.indexOf(name));
    const isMissing = names.indexOf(name) >= row.fields.length;
    if (!given || isMissing || (!given.quoted && given.text === source.options.nullText)) {
      cells.push(null);
      continue;
    }
    const value = type.kind === 'string' ? { canonical: given.text } : referenceValue(type, given.text);
    if ('code' in value) bad.push({ field: name, code: value.code, value: given.text });
    else cells.push(value.canonical);
  }
  if (bad.length > 0) {
    const [{ code, value }] = bad;
    return { transformation: source.name, field: bad.map(({ field }) => field).join(','), code, value: cut(value) };
  }
  return processSteps(cells, fields, steps);
}

function faultOf(row: ReferenceRow, columns: number, options: CsvOptions, maxRowBytes: number): string | undefined {
  if (row.fault) return row.fault;
  if (row.length > maxRowBytes) return 'ROW_TOO_LONG';
  const { length } = row.fields;
  return length === columns || (length < columns && options.raggedRows === 'pad') ? undefined : 'CSV_RAGGED_ROW';
}

function processSteps(cells: Cells, fields: readonly Field[], steps: readonly Step[]) {
  let known: readonly Field[] = fields;
  let values = new Map(fields.map(({ name }, column) => [name, cells[column]]));
  for (const step of steps) {
    const row = known.map(({ name, type }) => cellValue(type, values.get(name) ?? null));
    const next = new Map(values);
    const failed: { readonly field: string | null; readonly code: string }[] = [];
    for (const { name, type, root } of step.computed) {
      try {
        const value = evaluateRow(root, row);
        if (name === undefined) {
          if (value !== true) return 'dropped';
        } else next.set(name, value === null ? null : bytesOf(formatValue(type, value)));
      } catch (error) {
        if (!(error instanceof RowFault)) throw error;
        failed.push({ field: name ?? null, code: error.code });
      }
    }
    if (failed.length > 0) {
      const field = failed.flatMap((each) => each.field ?? []).join(',') || null;
      return { transformation: step.name, field, code: failed[0].code, value: null };
    }
    values = next;
    known = afterSteps(known, [step]);
  }
  return { cells: known.map(({ name }) => values.get(name) ?? null) };
}

/** The fields behind steps: those that came in, and those that were added. */
export function afterSteps(fields: readonly Field[], steps: readonly Step[]): readonly Field[] {
  const after = new Map(fields.map(({ name, type }) => [name, type]));
  for (const { computed } of steps)
    for (const { name, type } of computed) if (name !== undefined) after.set(name, type);
  return [...after].map(([name, type]) => ({ name, type }));
}

/** Days and instants stay texts: in canonical form they are ordered as what they stand for. */
function cellValue(type: DataType, cell: ByteText | null): Value {
  if (cell === null) return null;
  return type.kind === 'date' || type.kind === 'datetime' ? cell : readValue(type, textOf(cell));
}

/** What is kept of a value: 1 KiB of UTF-8, whole characters only. */
function cut(bytes: ByteText): string {
  const characters = [...textOf(bytes.slice(0, 2048))];
  let kept = '';
  let size = 0;
  for (const character of characters) {
    size += Buffer.byteLength(character);
    if (size > 1024) break;
    kept += character;
  }
  return kept;
}

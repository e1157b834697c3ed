import assert from 'node:assert/strict';
import { BATCH_ROWS, type Batch } from '../../../runtime/batch/batch.js';
import { bitmapOf, clearBit, getBit } from '../../../runtime/batch/bitmap.js';
import { type DataType, type Field, parseDataType } from '../../../runtime/batch/data-type.js';
import { formatBound, formatterOf } from '../../../runtime/batch/values/format.js';
import { parserOf } from '../../../runtime/batch/values/parse.js';
import { type TextView, textVector, type Vector, vectorOf } from '../../../runtime/batch/vector.js';
import {
  checkExpression,
  compileExpression,
  type ExpressionError,
  type ExpressionScope,
  type ExpressionTarget,
  parseExpression,
  type TypedExpression,
  type TypedValue,
} from '../../../runtime/expression/expression.js';
import { type RowProblems, rowProblems } from '../../../runtime/expression/row-problems.js';

/** Canonical text, NULL, or the code of a row error. */
export type Outcome = string | null | { readonly error: string };

export function typeNamed(name: string): DataType {
  const type = parseDataType(name);
  assert.ok(type, `${name} is a data type`);
  return type;
}

/** Columns by name: a type and the texts of the rows. */
export type Columns = Readonly<Record<string, readonly [type: string, ...texts: (string | null)[]]>>;

export function fieldsOf(columns: Columns): Field[] {
  return Object.entries(columns).map(([name, [type]]) => ({ name, type: typeNamed(type) }));
}

export function parametersOf(
  values: Readonly<Record<string, readonly [type: string, text: string]>>,
): Map<string, TypedValue> {
  return new Map(Object.entries(values).map(([name, [type, text]]) => [name, { type: typeNamed(type), text }]));
}

/** A batch of columns; `rows` are those selected, all if not given. */
export function batchOf(columns: Columns, rows?: readonly number[]): Batch {
  const length = Math.max(1, ...Object.values(columns).map(([, ...texts]) => texts.length));
  assert.ok(length <= BATCH_ROWS);
  const selected = rows ?? Array.from({ length }, (_, row) => row);
  return {
    fields: fieldsOf(columns),
    vectors: Object.values(columns).map(([type, ...texts]) => vectorFrom(typeNamed(type), texts)),
    length,
    selection: Int32Array.from(selected),
    count: selected.length,
    origin: (row) => ({ object: 'test', row: row + 1 }),
  };
}

function vectorFrom(type: DataType, texts: readonly (string | null)[]): Vector {
  const view = textViewOf(texts);
  const validity = texts.includes(null) ? bitmapOf(BATCH_ROWS).fill(255) : null;
  texts.forEach((text, row) => {
    if (validity && text === null) clearBit(validity, row);
  });
  if (type.kind === 'string') return { ...textVector(0), ...view, validity };
  const vector = vectorOf(type, texts.length);
  vector.validity = validity;
  const rows = Int32Array.from(texts, (_, row) => row);
  parserOf(type)(view, rows, rows.length, vector, (row, code) => assert.fail(`${texts[row]}: ${code}`));
  return vector;
}

function textViewOf(texts: readonly (string | null)[]): TextView {
  const encoded = texts.map((text) => Buffer.from(text ?? ''));
  const ends = Int32Array.from(encoded);
  let end = 0;
  encoded.forEach((bytes, row) => {
    end += bytes.length;
    ends[row] = end;
  });
  return { bytes: Buffer.concat(encoded), start: ends.map((value, row) => value - encoded[row].length), end: ends };
}

export function typed(text: string, scope: ExpressionScope, target?: ExpressionTarget): TypedExpression {
  const parsed = parseExpression(text);
  assert.ok(parsed.ok, `${text}: ${parsed.ok ? '' : parsed.errors[0].message}`);
  const checked = checkExpression(parsed.ast, scope, target);
  assert.ok(checked.ok, `${text}: ${checked.ok ? '' : checked.errors[0].message}`);
  return checked.typed;
}

/** What parser or checker say against a text. */
export function mistakes(text: string, columns: Columns = {}, target?: ExpressionTarget): readonly ExpressionError[] {
  const parsed = parseExpression(text);
  if (!parsed.ok) return parsed.errors;
  const checked = checkExpression(parsed.ast, { fields: fieldsOf(columns), parameters: new Map() }, target);
  assert.ok(!checked.ok, `${text} is mistaken`);
  return checked.errors;
}

/** The outcomes for the selected rows of a batch. */
export function outcomes(expression: TypedExpression, batch: Batch): Outcome[] {
  const problems = rowProblems();
  const vector = compileExpression(expression).evaluate(batch, batch.selection, batch.count, problems);
  return readOutcomes(expression.type, vector, batch, problems);
}

export function readOutcomes(type: DataType, vector: Vector, batch: Batch, problems: RowProblems): Outcome[] {
  const failures = new Map(problems.failures());
  return Array.from(batch.selection.subarray(0, batch.count), (row) => {
    const failure = failures.get(row);
    const isNull = vector.validity !== null && getBit(vector.validity, row) === 0;
    if (!failure) return isNull ? null : textAt(type, vector, row);
    assert.ok(isNull, `row ${row} failed and is NULL`);
    return { error: failure.code };
  });
}

export function textAt(type: DataType, vector: Vector, row: number): string {
  const bound = vector.kind === 'text' ? vector.end[row] - vector.start[row] : formatBound(type);
  const bytes = new Uint8Array(bound);
  return Buffer.from(bytes.buffer, 0, formatterOf(type)(vector, row, bytes, 0)).toString();
}

/** The outcomes of an expression over columns, its type being what it is, or `type`. */
export function evaluate(text: string, columns: Columns = {}, type?: string): Outcome[] {
  const batch = batchOf(columns);
  const target: ExpressionTarget | undefined =
    type === undefined ? undefined : { kind: 'field', type: typeNamed(type) };
  return outcomes(typed(text, { fields: batch.fields, parameters: new Map() }, target), batch);
}

/** The outcome of an expression without fields. */
export function constant(text: string, type?: string): Outcome {
  return evaluate(text, {}, type)[0];
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Field } from '../../../../runtime/batch/data-type.js';
import { referenceValue } from '../../batch/values/reference.js';
import { textOfType } from '../../batch/values/texts.js';
import { field, readText } from './support.js';

const columns: readonly Field[] = [
  'id:bigint',
  'name',
  'n:integer',
  'amount:decimal(12,2)',
  'wide:decimal(38,10)',
  'ratio:double',
  'day:date',
  'at:datetime',
  'flag:boolean',
].map(field);

interface Cell {
  /** Null for an unquoted empty field. */
  readonly text: string | null;
  readonly quoted: boolean;
}

const cellOf = ({ type }: Field): fc.Arbitrary<Cell> =>
  fc.record({
    text: fc.oneof({ weight: 6, arbitrary: textOfType(type) }, { weight: 1, arbitrary: fc.constant(null) }),
    quoted: fc.boolean(),
  });

const tableOf = fc.subarray([...columns], { minLength: 1 }).chain((fields) =>
  fc.record({
    fields: fc.constant(fields),
    rows: fc.array(fc.tuple(...fields.map(cellOf)), { maxLength: 25 }),
    newline: fc.constantFrom('\n', '\r\n'),
    bom: fc.constantFrom('', '\ufeff'),
  }),
);

function encode({ text, quoted }: Cell): string {
  if (text === null) return '';
  return quoted || text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** What the rows are by the row-at-a-time reference. */
function expectedOf(fields: readonly Field[], rows: readonly (readonly Cell[])[]) {
  const good: (string | null)[][] = [];
  const bad: unknown[] = [];
  for (const [index, row] of rows.entries()) {
    const values = row.map(({ text }, c) =>
      text === null ? { canonical: null } : referenceValue(fields[c].type, text),
    );
    const problems = values.flatMap((value, c) => ('code' in value ? [[fields[c].name, value.code, row[c].text]] : []));
    if (problems.length > 0) bad.push([index + 1, problems]);
    else good.push(values.map((value) => ('canonical' in value ? value.canonical : null)));
  }
  return { good, bad };
}

describe('typed CSV', () => {
  it('gives the rows and rejects of the reference, whatever the sizes of chunk and window', async () => {
    const sizes = fc.record({
      chunkBytes: fc.constantFrom(1, 13, 1024, 1 << 22),
      windowBytes: fc.constantFrom(4, 64, 1024, 1 << 20),
    });
    await fc.assert(
      fc.asyncProperty(tableOf, sizes, async ({ fields, rows, newline, bom }, size) => {
        const lines = [fields.map(({ name }) => name), ...rows.map((row) => row.map(encode))];
        const content = bom + lines.map((line) => line.join(',') + newline).join('');
        const read = await readText(content, { fields, ...size });
        const { good, bad } = expectedOf(fields, rows);
        const rejected = read.rejects.map(({ origin, problems }) => [
          origin.row,
          problems.map((problem) => [problem.field, problem.code, problem.value]),
        ]);
        assert.deepEqual(rejected, bad);
        assert.deepEqual(read.rows, good);
        assert.deepEqual(read.counts, { rows: rows.length, rejected: bad.length });
        for (const { origin } of read.rejects) {
          const before = Buffer.from(content).subarray(0, origin.byteOffset).toString();
          assert.equal(before.split('\n').length, origin.line);
          assert.equal(
            before + lines[origin.row].join(',') + newline,
            content.slice(0, before.length + lines[origin.row].join(',').length + newline.length),
          );
        }
      }),
      { numRuns: 500 },
    );
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import type { CsvOptions } from '../../../../runtime/formats/csv/options.js';
import { field, readText, textBatch, writeAll } from './support.js';

const dialect = fc
  .record({
    delimiter: fc.constantFrom(',', ';', '\t', '|', 'x'),
    quote: fc.constantFrom('"', "'"),
    separateEscape: fc.boolean(),
    newline: fc.constantFrom<CsvOptions['newline']>('\n', '\r\n'),
  })
  .map(({ separateEscape, ...rest }) => ({ ...rest, escape: separateEscape ? '\\' : rest.quote }));

const sizes = fc.record({
  chunkBytes: fc.constantFrom(1, 2, 3, 7, 64, 1 << 20),
  windowBytes: fc.constantFrom(4, 5, 8, 16, 61, 1 << 20),
});

const text = fc.string({
  unit: fc.constantFrom(
    'a',
    'b',
    '1',
    ' ',
    ',',
    ';',
    '\t',
    '|',
    'x',
    '"',
    "'",
    '\\',
    '\n',
    '\r',
    '\u00e9',
    '\ud83d\ude00',
    '\ufeff',
  ),
  maxLength: 8,
});

const table = (value: fc.Arbitrary<string | null>) =>
  fc
    .integer({ min: 1, max: 5 })
    .chain((columns) =>
      fc.array(fc.array(value, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 12 }),
    );

function namesOf(rows: readonly (readonly unknown[])[]): string[] {
  return rows[0].map((_, column) => `column${column + 1}`);
}

describe('csv-stringify and csv-parse agree with', () => {
  it('the reader, on what csv-stringify writes', async () => {
    await fc.assert(
      fc.asyncProperty(table(text), dialect, sizes, fc.boolean(), async (rows, options, size, quoted) => {
        const { newline, ...rest } = options;
        const content = stringify(rows, {
          ...rest,
          record_delimiter: newline,
          quoted,
          quoted_match: /[\r\n\ufeff]/,
          quoted_empty: true,
        });
        const read = await readText(content, { options: { ...options, header: false, nullText: 'NULL' }, ...size });
        assert.deepEqual(read.rejects, []);
        assert.deepEqual(read.rows, rows);
      }),
      { numRuns: 600 },
    );
  });

  it('the reader, on any text that csv-parse accepts', async () => {
    let accepted = 0;
    const content = fc.string({
      unit: fc.constantFrom('a', 'b', ',', ',', '"', '"', '\n', '\n', '\r\n', '\r', '\\', ' '),
      minLength: 1,
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(content, fc.constantFrom('"', '\\'), sizes, async (input, escaper, size) => {
        let expected: string[][];
        try {
          expected = parse(input, { escape: escaper, record_delimiter: ['\n', '\r\n'], relax_column_count: true });
        } catch {
          return;
        }
        accepted++;
        const width = Math.max(1, ...expected.map((row) => row.length));
        const fields = namesOf([Array(width).fill('')]).map((name) => field(name));
        const options = { escape: escaper, header: false, nullText: 'NULL', raggedRows: 'pad' as const };
        const read = await readText(input, { options, fields, ...size });
        assert.deepEqual(read.rejects, []);
        assert.deepEqual(
          read.rows.map((row) => row.filter((value) => value !== null)),
          expected,
        );
      }),
      { numRuns: 3000 },
    );
    assert.ok(accepted > 300, `${accepted} inputs were compared`);
  });

  it('the writer: csv-parse reads back what it writes', async () => {
    await fc.assert(
      fc.asyncProperty(
        table(text),
        dialect,
        fc.constantFrom<CsvOptions['quoteMode']>('minimal', 'all'),
        fc.constantFrom(3, 16, 1000),
        async (rows, options, quoteMode, buffer) => {
          const names = namesOf(rows);
          const fields = names.map((name) => field(name));
          const content = await writeAll(
            fields,
            [textBatch(names, rows)],
            { ...options, quoteMode, nullText: 'NULL' },
            buffer,
          );
          const { newline, ...rest } = options;
          const parsed = parse(content, { ...rest, record_delimiter: newline });
          assert.deepEqual(parsed, [names, ...rows]);
        },
      ),
      { numRuns: 600 },
    );
  });
});

describe('what the writer writes', () => {
  it('is what the reader reads, NULL and all, and is written the same again', async () => {
    const value = fc.oneof({ weight: 4, arbitrary: text }, fc.constant(null), fc.constantFrom('', 'NULL'));
    const choice = fc.record({
      header: fc.boolean(),
      bom: fc.boolean(),
      nullText: fc.constantFrom('', 'NULL'),
      quoteMode: fc.constantFrom<CsvOptions['quoteMode']>('minimal', 'all'),
    });
    await fc.assert(
      fc.asyncProperty(table(value), dialect, choice, sizes, async (rows, chosen, more, size) => {
        const options = { ...chosen, ...more };
        const names = namesOf(rows);
        const fields = names.map((name) => field(name));
        const content = await writeAll(fields, [textBatch(names, rows)], options, size.chunkBytes + 2);
        const read = await readText(content, { options, fields, ...size });
        assert.deepEqual(read.rejects, []);
        assert.deepEqual(read.rows, rows);
        assert.equal(await writeAll(fields, [textBatch(names, read.rows)], options), content);
      }),
      { numRuns: 800 },
    );
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { allRows, type Batch } from '../../../../runtime/batch/batch.js';
import { csvFormat } from '../../../../runtime/formats/csv/csv.js';
import type { CsvOptions } from '../../../../runtime/formats/csv/options.js';
import { csvReader } from '../../../../runtime/formats/csv/reader.js';
import { csvWriter } from '../../../../runtime/formats/csv/writer.js';
import { defaults, field, objectOf, textBatch, writeAll } from './support.js';

const ab = [field('a'), field('b')];

function written(rows: readonly (readonly (string | null)[])[], options = {}, bufferBytes?: number) {
  return writeAll(ab, [textBatch(['a', 'b'], rows)], options, bufferBytes);
}

/** Reads text as typed columns and writes what was read. */
async function copied(
  content: string,
  fields: ReturnType<typeof field>[],
  options = {},
  change?: (batch: Batch) => Batch,
) {
  const pieces: string[] = [];
  const settings = { transformation: 't', options: defaults, fields, maxRowBytes: 4096, reject: () => assert.fail() };
  const writer = csvWriter(fields, { ...defaults, ...options }, async (bytes) => {
    pieces.push(Buffer.from(bytes).toString());
  });
  await writer.begin();
  for await (const batch of csvReader(settings).read(objectOf(content), { rows: 0, rejected: 0 })) {
    await writer.write(change ? change(batch) : batch);
  }
  await writer.finish();
  return pieces.join('');
}

describe('written CSV', () => {
  it('has a header, also without rows, and ends each row with the newline', async () => {
    assert.equal(await written([]), 'a,b\n');
    assert.equal(await written([['1', '2']]), 'a,b\n1,2\n');
    assert.equal(await written([['1', '2']], { newline: '\r\n' }), 'a,b\r\n1,2\r\n');
    assert.equal(await written([], { header: false }), '');
  });

  it('quotes what would not be read back, and nothing else', async () => {
    const rows = [
      ['x,y', 'x"y'],
      ['x\ny', 'x\ry'],
      [' x ', "'"],
    ];
    assert.equal(await written(rows), 'a,b\n"x,y","x""y"\n"x\ny","x\ry"\n x ,\'\n');
  });

  it('quotes the names of the header by the same rules', async () => {
    const names = ['a,b', '', '\ufeffc'];
    const fields = names.map((name) => ({ name, type: field('x').type }));
    assert.equal(await writeAll(fields, []), '"a,b","",\ufeffc\n');
    assert.equal(await writeAll(fields.toReversed(), []), '"\ufeffc","","a,b"\n');
  });

  it('tells NULL from a string that looks like it', async () => {
    assert.equal(await written([[null, '']]), 'a,b\n,""\n');
    assert.equal(await written([[null, 'NA']], { nullText: 'NA' }), 'a,b\nNA,"NA"\n');
    assert.equal(await written([['', 'NAN']], { nullText: 'NA' }), 'a,b\n,NAN\n');
  });

  it('quotes everything but NULL in mode all', async () => {
    assert.equal(await written([[null, 'x"y']], { quoteMode: 'all' }), '"a","b"\n,"x""y"\n');
    const numbers = await copied('n\n1\n', [field('n:integer')], { quoteMode: 'all' });
    assert.equal(numbers, '"n"\n"1"\n');
  });

  it('uses the escape, and escapes it', async () => {
    assert.equal(await written([['x"\\,', '\\']], { escape: '\\', header: false }), '"x\\"\\\\,",\\\n');
  });

  it('begins with a byte order mark if asked, and never by accident', async () => {
    assert.equal(await written([['1', '2']], { bom: true }), '\ufeffa,b\n1,2\n');
    assert.equal(
      await written(
        [
          ['\ufeff1', '\ufeff2'],
          ['\ufeff3', '4'],
        ],
        { header: false },
      ),
      '"\ufeff1",\ufeff2\n\ufeff3,4\n',
    );
    assert.equal(await written([['\ufeff1', '2']], { header: false, bom: true }), '\ufeff\ufeff1,2\n');
  });

  it('is the same whatever the size of the buffer', async () => {
    const rows = Array.from({ length: 50 }, (_, n) => [`${'long,'.repeat(n % 7)}`, n % 3 === 0 ? null : '"'.repeat(n)]);
    const expected = await written(rows, { bom: true });
    for (const size of [3, 10, 64, 100, 1000]) assert.equal(await written(rows, { bom: true }, size), expected);
  });

  it('holds only the rows of the selection, and counts them', async () => {
    const batch = textBatch(
      ['a', 'b'],
      [
        ['1', '2'],
        ['3', '4'],
        ['5', '6'],
      ],
    );
    const pieces: string[] = [];
    const writer = csvFormat.writer(ab, defaults, async (bytes) => {
      pieces.push(Buffer.from(bytes).toString());
    });
    await writer.begin();
    assert.equal(writer.write({ ...batch, selection: Int32Array.of(0, 2), count: 2 }), undefined);
    await writer.finish();
    assert.equal(writer.rows, 2);
    assert.equal(pieces.join(''), 'a,b\n1,2\n5,6\n');
  });

  it('waits for its sink', async () => {
    const order: string[] = [];
    const sink = async () => {
      await Promise.resolve();
      order.push('taken');
    };
    const writer = csvWriter(ab, defaults, sink, 16);
    await writer.begin();
    await writer.write(textBatch(['a', 'b'], Array(20).fill(['12345', '6'])));
    order.push('written');
    assert.equal(order.at(-1), 'written');
    assert.ok(order.length > 10);
  });
});

describe('typed columns', () => {
  const content = 'n,d,t,f\n+1,1.5,2024-01-01 00:00:00Z,TRUE\n,,,\n2,2.50,2024-01-02T00:00:00,false\n';
  const fields = ['n:integer', 'd:decimal(4,2)', 't:datetime', 'f:boolean'].map(field);

  it('are written canonically', async () => {
    const expected = 'n,d,t,f\n1,1.50,2024-01-01T00:00:00,true\n,,,\n2,2.50,2024-01-02T00:00:00,false\n';
    assert.equal(await copied(content, fields), expected);
  });

  it('are the same, copied or formatted', async () => {
    const canonical = 'n,d,t,f\n1,1.50,2024-01-01T00:00:00,true\n';
    const formatted = (batch: Batch) => {
      for (const vector of batch.vectors) if (vector.kind !== 'text') vector.canonical = null;
      return batch;
    };
    assert.equal(await copied(canonical, fields), canonical);
    assert.equal(await copied(canonical, fields, {}, formatted), canonical);
  });

  it('are quoted where the dialect uses their characters', async () => {
    const line = await copied('n,d,t,f\n-1,1.50,2024-01-01,true\n', fields, { delimiter: '-', header: false });
    assert.equal(line, '"-1"-1.50-"2024-01-01T00:00:00"-true\n');
    assert.equal(await copied('n\n0\n1\n\n', [field('n:integer')], { nullText: '0' }), 'n\n"0"\n1\n0\n');
  });
});

describe('columns that lie side by side', () => {
  const rows = 'a,b,c\n1,2,3\n"x,1",,"y"\n4,5,6\n7,8,9\n,10,\n11,"",12\n';

  it('are written as they are, apart from needless quotes', async () => {
    const expected = 'a,b,c\n1,2,3\n"x,1",,y\n4,5,6\n7,8,9\n,10,\n11,"",12\n';
    assert.equal(await copied(rows, ['a', 'b', 'c'].map(field)), expected);
  });

  it('follow the dialect that is written', async () => {
    const fields = ['a', 'b', 'c'].map(field);
    const semicolons = 'a;b;c\r\n1;2;3\r\nx,1;NULL;y\r\n4;5;6\r\n7;8;9\r\nNULL;10;NULL\r\n11;;12\r\n';
    assert.equal(await copied(rows, fields, { delimiter: ';', nullText: 'NULL', newline: '\r\n' }), semicolons);
    const threes = await copied(rows, fields, { nullText: '3' });
    assert.ok(threes.startsWith('a,b,c\n1,2,"3"\n"x,1",3,y\n'));
    const single = await copied("a,b\nx',y\n'',z\n", ['a', 'b'].map(field), { quote: "'", escape: "'" });
    assert.equal(single, "a,b\n'x''',y\n'''''',z\n");
  });

  it('may be in another order, repeated, or selected', async () => {
    const fields = ['c', 'b', 'a'].map(field);
    assert.equal(await copied('a,b,c\n1,2,3\n4,5,6\n', fields), 'c,b,a\n3,2,1\n6,5,4\n');
    const some = (batch: Batch): Batch => ({ ...batch, selection: Int32Array.of(1), count: 1 });
    assert.equal(await copied('a,b,c\n1,2,3\n4,5,6\n', fields.toReversed(), {}, some), 'a,b,c\n4,5,6\n');
  });

  it('with a lone CR are quoted', async () => {
    assert.equal(await copied('a,b\n1,x\ry\n', ['a', 'b'].map(field)), 'a,b\n1,"x\ry"\n');
  });

  it('that were cut out of quoted text are looked at', async () => {
    const cut = (batch: Batch): Batch => {
      const [vector] = batch.vectors;
      assert.ok(vector.kind === 'text');
      const { bytes, start } = vector;
      const view = (from: number, to: number) => ({
        kind: 'text' as const,
        bytes,
        start: Int32Array.of(start[0] + from),
        end: Int32Array.of(start[0] + to),
        validity: null,
      });
      return { ...batch, vectors: [view(0, 1), view(2, 5)], selection: allRows };
    };
    assert.equal(await copied('a,b\n"p,q,r",x\n', ab, {}, cut), 'a,b\np,"q,r"\n');
  });

  it('give the same bytes as fields that are looked at one by one', async () => {
    const fields = ['a', 'n:integer', 'b', 'd:decimal(6,2)', 'c'].map(field);
    const text = fc.string({ unit: fc.constantFrom('x', '0', ',', ';', '"', "'", '\n', '\r', ' ', '-'), maxLength: 4 });
    const quoted = text.map((value) => `"${value.replaceAll('"', '""')}"`);
    const cell = fc.oneof(quoted, fc.constantFrom('', 'x', '0', 'NA', "it's", 'x;y', 'a-b', '\r'));
    const row = fc.tuple(
      cell,
      fc.constantFrom('', '0', '-5', '7'),
      cell,
      fc.constantFrom('', '0.00', '-1.50', '12.00'),
      cell,
    );
    const dialect = fc.record({
      delimiter: fc.constantFrom(',', ',', ';', '-'),
      quote: fc.constantFrom('"', '"', "'"),
      nullText: fc.constantFrom('', '', 'NA', '0'),
      newline: fc.constantFrom<CsvOptions['newline']>('\n', '\r\n'),
      header: fc.boolean(),
    });
    /** Copies of the vectors: nothing is known of how they came to be. */
    const forgotten = (batch: Batch): Batch => ({
      ...batch,
      vectors: batch.vectors.map((vector) => (vector.kind === 'text' ? { ...vector } : { ...vector, canonical: null })),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 12 }), dialect, async (rows, options) => {
        const content = `a,n,b,d,c\n${rows.map((cells) => `${cells.join(',')}\n`).join('')}`;
        assert.equal(await copied(content, fields, options), await copied(content, fields, options, forgotten));
      }),
      { numRuns: 1000 },
    );
  });
});

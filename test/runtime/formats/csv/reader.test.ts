import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CrossroleError } from '../../../../runtime/errors.js';
import { MAX_SEARCHED_BYTES } from '../../../../runtime/formats/csv/mark-kernel.js';
import { csvReader, discoverCsvFields } from '../../../../runtime/formats/csv/reader.js';
import { defaults, field, objectOf, type Reading, readAll, readText } from './support.js';

async function rowsOfText(content: string, reading: Reading = {}) {
  return (await readText(content, reading)).rows;
}

async function codes(content: string, reading: Reading = {}) {
  const { rejects } = await readText(content, reading);
  return rejects.map(({ origin, problems }) => [origin.row, ...problems.map(({ code }) => code)]);
}

function failsWith(code: string, message: RegExp, remedy = /./) {
  return (error: unknown) => {
    assert.ok(error instanceof CrossroleError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert.match(error.remedy, remedy);
    return true;
  };
}

describe('CSV rows', () => {
  it('take the columns that are wanted, in the order in which they are wanted', async () => {
    const fields = [field('c'), field('a')];
    assert.deepEqual(await rowsOfText('a,b,c\n1,2,3\n4,5,6\n', { fields }), [
      ['3', '1'],
      ['6', '4'],
    ]);
  });

  it('go by position without a header', async () => {
    const fields = [field('x:integer'), field('y')];
    assert.deepEqual(await rowsOfText('007,b\n', { fields, options: { header: false } }), [['7', 'b']]);
  });

  it('end at LF or CRLF, also mixed, and need no line end after the last', async () => {
    assert.deepEqual(await rowsOfText('a,b\r\n1,2\n3,4\r\n"5","6"\r\n7,8'), [
      ['1', '2'],
      ['3', '4'],
      ['5', '6'],
      ['7', '8'],
    ]);
  });

  it('keep a lone CR as data', async () => {
    assert.deepEqual(await rowsOfText('a,b\n1\r2,3\r\r\n4,5\r'), [
      ['1\r2', '3\r'],
      ['4', '5\r'],
    ]);
  });

  it('have quotes, doubled quotes, delimiters and line ends inside quotes', async () => {
    assert.deepEqual(await rowsOfText('a,b\n"x ""y"" z","1,2"\n"","p\r\nq\n"\n""""," "'), [
      ['x "y" z', '1,2'],
      ['', 'p\r\nq\n'],
      ['"', ' '],
    ]);
  });

  it('are none in an empty object, or one with a header or byte order mark alone', async () => {
    const fields = [field('a')];
    for (const text of ['', '\ufeff', 'a', 'a\n', '\ufeffa\r\n']) {
      const { rows, counts } = await readText(text, { fields });
      assert.deepEqual([rows, counts], [[], { rows: 0, rejected: 0 }], JSON.stringify(text));
    }
  });

  it('begin behind a byte order mark', async () => {
    assert.deepEqual(await rowsOfText('\ufeff1,\ufeff2\n', { options: { header: false } }), [['1', '\ufeff2']]);
  });

  it('pass bytes on that are no UTF-8', async () => {
    const content = Buffer.from([0x61, 0x0a, 0xff, 0xfe, 0x0a]);
    let seen: number[] = [];
    const reject = () => assert.fail('no row is bad');
    const settings = { transformation: 't', options: defaults, fields: undefined, maxRowBytes: 1024, reject };
    for await (const { vectors } of csvReader(settings).read(objectOf(content), { rows: 0, rejected: 0 })) {
      const [vector] = vectors;
      assert.ok(vector.kind === 'text');
      seen = [...vector.bytes.subarray(vector.start[0], vector.end[0])];
    }
    assert.deepEqual(seen, [0xff, 0xfe]);
  });

  it('fill several batches', async () => {
    const content = `n\n${Array.from({ length: 10_000 }, (_, n) => `${n}\n`).join('')}`;
    const { rows, counts } = await readText(content, { fields: [field('n:integer')] });
    assert.equal(counts.rows, 10_000);
    assert.ok(rows.every(([n], index) => n === String(index)));
  });

  it('are the same wherever in them a search for marks ends', async () => {
    const tricky = '"p,""q""\r\n,",\rr\r,""\r\nb"d,2\n"x"y,2,3\n"n\n,",,"m"\n';
    for (let shift = 0; shift <= tricky.length + 8; shift++) {
      const first = 'f'.repeat(MAX_SEARCHED_BYTES - tricky.length - 8 + shift);
      const { rows, rejects } = await readText(`a,b,c\n${first},2,3\n${tricky}7,8,9`);
      assert.deepEqual(rows, [
        [first, '2', '3'],
        ['p,"q"\r\n,', '\rr\r', ''],
        ['n\n,', null, 'm'],
        ['7', '8', '9'],
      ]);
      assert.deepEqual(
        rejects.map(({ origin, problems: [{ code, value }] }) => [origin.line, code, value]),
        [
          [5, 'CSV_BAD_QUOTE', 'b"d,2'],
          [6, 'CSV_BAD_QUOTE', '"x"y,2,3'],
        ],
      );
    }
  });

  it('of thousands of columns come in shorter batches', async () => {
    const names = Array.from({ length: 5000 }, (_, n) => `c${n}`);
    const line = `${names.join(',')}\n`;
    const { rows } = await readText(line.repeat(401));
    assert.equal(rows.length, 400);
    assert.deepEqual(rows[399], names);
  });
});

describe('NULL', () => {
  it('is an unquoted empty field; a quoted one is an empty string', async () => {
    assert.deepEqual(await rowsOfText('a,b\n,""\n"",\n'), [
      [null, ''],
      ['', null],
    ]);
  });

  it('is an unquoted nullText; then an empty field is a string', async () => {
    const options = { nullText: '\\N' };
    assert.deepEqual(await rowsOfText('a,b,c\n\\N,"\\N",\n', { options }), [[null, '\\N', '']]);
  });

  it('is no error in a typed column, but a quoted empty text is', async () => {
    const fields = [field('n:integer'), field('d:decimal(4,2)')];
    const { rows, rejects } = await readText('n,d\n,\n"",1\n5,\n', { fields });
    assert.deepEqual(rows, [
      [null, null],
      ['5', null],
    ]);
    assert.deepEqual(rejects[0].problems, [
      { field: 'n', code: 'INVALID_INTEGER', reason: 'is not a valid integer', value: '' },
    ]);
  });

  it('is an empty line of a file with one column', async () => {
    assert.deepEqual(await rowsOfText('a\nx\n\n\ny\n'), [['x'], [null], [null], ['y']]);
  });
});

describe('rejected rows', () => {
  it('name every bad field once, in the order of the fields, with their origin', async () => {
    const content = 'id,n,d,s\n1,1,1,a\n2,x,"9\n9",b\n3,3,3,c\n';
    const fields = [field('d:date'), field('n:integer'), field('s')];
    const { rejects, counts } = await readText(content, {
      fields: [field('s'), field('n:integer'), field('d:integer')],
    });
    assert.deepEqual(counts, { rows: 3, rejected: 1 });
    assert.deepEqual(rejects, [
      {
        transformation: 'orders',
        origin: { object: 'file:///in.csv', row: 2, line: 3, byteOffset: 17 },
        problems: [
          { field: 'n', code: 'INVALID_INTEGER', reason: 'is not a valid integer', value: 'x' },
          { field: 'd', code: 'INVALID_INTEGER', reason: 'is not a valid integer', value: '9\n9' },
        ],
      },
    ]);
    const inOtherOrder = await readText(content, { fields });
    assert.deepEqual(
      inOtherOrder.rejects[1].problems.map((problem) => problem.field),
      ['d', 'n'],
    );
  });

  it('count lines inside quotes, CRLF and a byte order mark in their origin', async () => {
    const content = '\ufeff"a\nb",n\r\n"x\r\ny\n",1\r\nz,bad\r\n';
    const { rejects } = await readText(content, { fields: [field('n:integer')] });
    const { row, line, byteOffset } = rejects[0].origin;
    assert.deepEqual([row, line, byteOffset], [2, 6, Buffer.from(content).indexOf('z,bad')]);
  });

  it('have text behind a quote or a quote inside text; reading goes on at the next line', async () => {
    const { rows, rejects } = await readText('a,b\n1,x"y\n2,"x"y,"\n3,ok\n4,"x" \n5,ok\n');
    assert.deepEqual(rows, [
      ['3', 'ok'],
      ['5', 'ok'],
    ]);
    assert.deepEqual(
      rejects.map(({ problems: [{ field: name, code, value }], origin }) => [
        origin.row,
        origin.line,
        name,
        code,
        value,
      ]),
      [
        [1, 2, undefined, 'CSV_BAD_QUOTE', '1,x"y'],
        [2, 3, undefined, 'CSV_BAD_QUOTE', '2,"x"y,"'],
        [4, 5, undefined, 'CSV_BAD_QUOTE', '4,"x" '],
      ],
    );
  });

  it('have a quote that is never closed', async () => {
    const { rows, rejects } = await readText('a,b\n1,2\n3,"x\n4,5\n');
    assert.deepEqual(rows, [['1', '2']]);
    assert.equal(rejects[0].problems[0].code, 'CSV_UNTERMINATED_QUOTE');
    assert.equal(rejects[0].problems[0].value, '3,"x\n4,5\n');
  });

  it('are too long for maxRowBytes, and the next row is read', async () => {
    const long = `"${'x'.repeat(300)}\n""${'y'.repeat(300)}"`;
    const content = `a,b\n1,${long}\n2,3\n4,${'z'.repeat(40)}\n5,6`;
    for (const windowBytes of [16, 32, 64, 1024]) {
      const { rows, rejects, counts } = await readText(content, { maxRowBytes: 32, windowBytes, chunkBytes: 7 });
      assert.deepEqual(rows, [
        ['2', '3'],
        ['5', '6'],
      ]);
      assert.deepEqual(counts, { rows: 4, rejected: 2 });
      assert.deepEqual(
        rejects.map(({ problems, origin }) => [problems[0].code, origin.row, origin.line, origin.byteOffset]),
        [
          ['ROW_TOO_LONG', 1, 2, 4],
          ['ROW_TOO_LONG', 3, 5, content.indexOf('4,zzz')],
        ],
      );
    }
  });

  it('are measured without their line end, be it LF, CRLF or none', async () => {
    const fits = `1,${'x'.repeat(30)}`;
    const content = `a,b\n${fits}\r\n${fits}x\r\n${fits}\n${fits}x\n${fits}\r\n${fits}`;
    for (const windowBytes of [16, 34, 1024]) {
      const { rows, rejects } = await readText(content, { maxRowBytes: fits.length, windowBytes });
      assert.deepEqual(rows, Array(4).fill(fits.split(',')), `window of ${windowBytes}`);
      assert.deepEqual(
        rejects.map(({ problems, origin }) => [problems[0].code, origin.row]),
        [
          ['ROW_TOO_LONG', 2],
          ['ROW_TOO_LONG', 4],
        ],
      );
    }
  });

  it('of an unclosed quote are found without holding the rest of the object', async () => {
    const content = `a,b\n1,"${'x\n'.repeat(5000)}`;
    const result = await codes(content, { maxRowBytes: 100, windowBytes: 64 });
    assert.deepEqual(result, [[1, 'CSV_UNTERMINATED_QUOTE']]);
  });

  it('carry no more of a long value than a message needs', async () => {
    const { rejects } = await readText(`n\n${'9'.repeat(100_000)}\n`, { fields: [field('n:bigint')] });
    assert.equal(rejects[0].problems[0].value?.length, 2048);
  });
});

describe('ragged rows', () => {
  const content = 'a,b,c\n1,2\n1,2,3\n1,2,3,4\n\n';

  it('are rejected', async () => {
    const { rows, rejects } = await readText(content);
    assert.deepEqual(rows, [['1', '2', '3']]);
    assert.deepEqual(
      rejects.map(({ origin, problems }) => [origin.row, problems[0].code, problems[0].reason]),
      [
        [1, 'CSV_RAGGED_ROW', 'has 2 fields where there are 3 columns'],
        [3, 'CSV_RAGGED_ROW', 'has 4 fields where there are 3 columns'],
        [4, 'CSV_RAGGED_ROW', 'has 1 field where there are 3 columns'],
      ],
    );
  });

  it('are padded with NULL, whatever its text; too many fields are still rejected', async () => {
    for (const nullText of ['', 'NULL']) {
      const { rows, rejects } = await readText(content, { options: { raggedRows: 'pad', nullText } });
      assert.deepEqual(rows, [
        ['1', '2', null],
        ['1', '2', '3'],
        [nullText === '' ? null : '', null, null],
      ]);
      assert.deepEqual(
        rejects.map(({ origin }) => origin.row),
        [3],
      );
    }
  });

  it('fail the run', async () => {
    await assert.rejects(
      readText(content, { options: { raggedRows: 'error' } }),
      failsWith('CSV_RAGGED_ROW', /line 2 has 2 fields where there are 3 columns/),
    );
  });
});

describe('the header', () => {
  it('must have every field that is wanted', async () => {
    const fields = [field('id'), field('amuont')];
    await assert.rejects(
      readText('id,amount\n', { fields }),
      failsWith('SOURCE_FIELD_MISSING', /no column "amuont"/, /Did you mean "amount"\?/),
    );
    await assert.rejects(
      readText('x,y\n', { fields }),
      failsWith('SOURCE_FIELD_MISSING', /no column "id" \(and 1 more\)/, /The columns are: "x", "y"/),
    );
  });

  it('must not have a wanted field twice; others may be', async () => {
    await assert.rejects(
      readText('a,b,a\n', { fields: [field('a')] }),
      failsWith('SOURCE_FIELD_DUPLICATE', /"a" stands twice/),
    );
    assert.deepEqual(await rowsOfText('b,a,b\n1,2,3\n', { fields: [field('a')] }), [['2']]);
  });

  it('must name every column, and each differently, where all are read', async () => {
    await assert.rejects(readText('a,,b\n'), failsWith('CSV_HEADER_INVALID', /column 2 has no name/));
    await assert.rejects(readText('a,b,a\n'), failsWith('SOURCE_FIELD_DUPLICATE', /"a" stands twice/));
  });

  it('may be quoted, with escapes and line ends, and longer than the window', async () => {
    const { names, rows } = await readText('"a ""b""\n","c,d",é\r\n1,2,3\n', { windowBytes: 4, chunkBytes: 1 });
    assert.deepEqual(names, ['a "b"\n', 'c,d', 'é']);
    assert.deepEqual(rows, [['1', '2', '3']]);
  });

  it('must be well-formed and within maxRowBytes', async () => {
    await assert.rejects(readText('a,b"c\n'), failsWith('CSV_HEADER_INVALID', /field 2 .* inside an unquoted field/));
    await assert.rejects(readText('a,"b"c\n'), failsWith('CSV_HEADER_INVALID', /field 2 .* follows a closing quote/));
    await assert.rejects(readText('a,"b\n'), failsWith('CSV_HEADER_INVALID', /field 2 .* not closed/));
    const long = readText(`${'a'.repeat(100)}\n`, { maxRowBytes: 32, windowBytes: 16 });
    await assert.rejects(long, failsWith('CSV_HEADER_INVALID', /longer than 32 bytes/));
  });
});

describe('several objects', () => {
  it('may have their columns in another order', async () => {
    const { rows } = await readAll([objectOf('a,b\n1,2\n'), objectOf(''), objectOf('b,a\n3,4\n')]);
    assert.deepEqual(rows, [
      ['1', '2'],
      ['4', '3'],
    ]);
  });

  it('must have the columns of the first', async () => {
    const first = objectOf('a,b\n1,2\n');
    await assert.rejects(readAll([first, objectOf('a\n')]), failsWith('SOURCE_FIELD_MISSING', /no column "b"/));
    await assert.rejects(readAll([first, objectOf('a,b,c\n')]), failsWith('SOURCE_FIELD_UNEXPECTED', /"c"/));
  });

  it('begin to count rows and lines anew', async () => {
    const { rejects } = await readAll([objectOf('n\nx\n'), objectOf('n\n1\ny\n', 4, 'file:///other.csv')], {
      fields: [field('n:integer')],
    });
    assert.deepEqual(
      rejects.map(({ origin }) => origin),
      [
        { object: 'file:///in.csv', row: 1, line: 2, byteOffset: 2 },
        { object: 'file:///other.csv', row: 2, line: 3, byteOffset: 4 },
      ],
    );
  });
});

describe('fields are discovered', () => {
  it('from the header, or by counting', async () => {
    const names = async (text: string, header: boolean) =>
      (await discoverCsvFields(objectOf(text), { ...defaults, header })).map(
        ({ name, type }) => `${name}:${type.kind}`,
      );
    assert.deepEqual(await names('\ufeffa,"b"\r\n1,2\n', true), ['a:string', 'b:string']);
    assert.deepEqual(await names('x,y,\n', false), ['column1:string', 'column2:string', 'column3:string']);
    assert.deepEqual(await names('', true), []);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rowErrors } from '../../../runtime/expression/errors.js';
import { compileExpression } from '../../../runtime/expression/expression.js';
import { functionDeclarations } from '../../../runtime/expression/functions/functions.js';
import { rowProblems } from '../../../runtime/expression/row-problems.js';
import { batchOf, constant, evaluate, mistakes, type Outcome, textAt, typed } from './evaluating.js';

function check(cases: readonly (readonly [string, Outcome])[]): void {
  for (const [text, expected] of cases) it(text, () => assert.deepEqual(constant(text), expected));
}

describe('declarations', () => {
  for (const {
    name,
    signature,
    summary,
    nulls,
    rowErrors: codes,
    examples,
    arguments: count,
  } of functionDeclarations) {
    it(`of ${name} is complete and its examples hold`, () => {
      assert.match(name, /^[A-Z][A-Z0-9_]*$/);
      assert.ok(signature.startsWith(`${name}(`) && summary.length > 0 && nulls.length > 0 && examples.length > 0);
      assert.ok(codes.every((code) => Object.hasOwn(rowErrors, code)));
      for (const { expression, result } of examples) assert.equal(constant(expression), result, expression);
      const tooMany = `${name}(${new Array(count.max + 1).fill('1').join(',')})`;
      const found = mistakes(tooMany).map(({ code }) => code);
      assert.ok(['WRONG_ARGUMENT_COUNT', 'EXPRESSION_TOO_LARGE'].includes(found[0]), found[0]);
      assert.equal(mistakes(`${name}()`)[0].code, 'WRONG_ARGUMENT_COUNT');
    });
  }

  it('have names of their own', () => {
    const names = functionDeclarations.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
  });
});

describe('IIF', () => {
  check([
    ["IIF(FALSE, 'a')", ''],
    ['IIF(FALSE, 1.50)', '0.00'],
    ['IIF(FALSE, 1e0)', '0'],
    ['IIF(FALSE, TRUE)', 'false'],
    ['IIF(FALSE, NULL)', null],
    ['IIF(TRUE, NULL, NULL) + 1', null],
    ['IIF(2, 1, 0)', '1'],
    ['IIF(TRUE, NULL, 0)', null],
    ['IIF(TRUE, 1, 2.55)', '1.00'],
    ['IIF(FALSE, TRUE, 5)', '5'],
    ['IIF(TRUE, TRUE, 5)', '1'],
  ]);

  it('without a third value gives NULL for dates', () => {
    const columns = {
      flag: ['boolean', 'true', 'false', null],
      day: ['date', '2026-01-01', '2026-01-01', '2026-01-01'],
    } as const;
    assert.deepEqual(evaluate('IIF(flag, day)', columns), ['2026-01-01', null, null]);
  });

  it('computes each value only for its rows', () => {
    const columns = { x: ['integer', '0', '4', null] } as const;
    assert.deepEqual(evaluate('IIF(x <> 0, 10 / x, 0)', columns), ['0.00000000000', '2.50000000000', '0.00000000000']);
    assert.deepEqual(evaluate('IIF(x <> 0, x, 10 / x)', columns), [
      { error: 'DIVISION_BY_ZERO' },
      '4.00000000000',
      null,
    ]);
  });

  it('mixes rows of narrow and of wide decimals', () => {
    const columns = {
      flag: ['boolean', 'true', 'false', 'true', 'false'],
      a: ['decimal(38,2)', '1.00', '2.00', '999999999999999999999999999999999999.99', '-0.01'],
      b: ['decimal(38,2)', '-1.00', '-2.00', '-3.00', '-4.00'],
    } as const;
    assert.deepEqual(evaluate('IIF(flag, a, b)', columns), [
      '1.00',
      '-2.00',
      '999999999999999999999999999999999999.99',
      '-4.00',
    ]);
  });

  it('mixes texts of one and of several buffers', () => {
    const columns = {
      flag: ['boolean', 'true', 'false', null],
      a: ['string', 'x', 'yy', null],
      b: ['string', '', 'z', 'ß'],
    } as const;
    assert.deepEqual(evaluate('IIF(flag, a, SUBSTR(a, 2))', columns), ['x', 'y', null]);
    assert.deepEqual(evaluate('IIF(flag, a, b)', columns), ['x', 'z', 'ß']);
    assert.deepEqual(evaluate('IIF(flag, UPPER(a), b)', columns), ['X', 'z', 'ß']);
  });

  it('keeps the nanoseconds of datetimes', () => {
    const columns = {
      flag: ['boolean', 'true', 'false'],
      at: ['datetime', '2026-01-01T00:00:00.000000001', '2026-01-01T00:00:00.000000002'],
      day: ['date', '1969-12-31', '0001-01-01'],
    } as const;
    assert.deepEqual(evaluate('IIF(flag, at, day)', columns), ['2026-01-01T00:00:00.000000001', '0001-01-01T00:00:00']);
    assert.deepEqual(evaluate('IIF(flag, day, at)', columns), ['1969-12-31T00:00:00', '2026-01-01T00:00:00.000000002']);
  });
});

describe('IN', () => {
  check([
    ["IN('a', NULL)", 'false'],
    ["IN('a', 'b', NULL, 'a')", 'true'],
    ["IN('Ä', 'ä', 0)", 'true'],
    ["IN('Ä', 'ä', 1)", 'false'],
    ["IN('A', 'a', FALSE)", 'true'],
    ["IN('', 'a', '')", 'true'],
    ['IN(1.0, 1)', 'true'],
    ['IN(1, 1.5, 1e0)', 'true'],
    ['IN(TRUE, 1)', 'true'],
    ['IN(NULL, NULL)', null],
    ['IN(1, 1, 1 / 0)', 'true'],
    ['IN(2, 1, 1 / 0)', { error: 'DIVISION_BY_ZERO' }],
  ]);

  it('looks texts up in lists of any length', () => {
    const list = Array.from({ length: 2_000 }, (_, index) => `'k${index * 7}'`).join(', ');
    const columns = { key: ['string', 'k0', 'k7', 'k8', 'k13993', 'k14000', '', 'K7', null] } as const;
    const expected = ['true', 'true', 'false', 'true', 'false', 'false', 'false', null];
    assert.deepEqual(evaluate(`IN(key, ${list})`, columns), expected);
    assert.deepEqual(evaluate(`IN(key, ${list}, 0)`, columns), [
      'true',
      'true',
      'false',
      'true',
      'false',
      'false',
      'true',
      null,
    ]);
  });

  it('compares with other fields', () => {
    const columns = {
      a: ['string', 'x', 'Y', 'z', null],
      b: ['string', 'X', 'y', null, 'x'],
      c: ['string', 'x', null, 'c', 'x'],
    } as const;
    assert.deepEqual(evaluate('IN(a, b, c)', columns), ['true', 'false', 'false', null]);
    assert.deepEqual(evaluate('IN(a, b, c, 0)', columns), ['true', 'true', 'false', null]);
  });
});

describe('ISNULL', () => {
  it('tells NULL from values of every type', () => {
    const columns = {
      s: ['string', null, ''],
      n: ['bigint', null, '0'],
      d: ['decimal(5,2)', null, '0'],
      day: ['date', null, '1970-01-01'],
      flag: ['boolean', null, 'false'],
    } as const;
    for (const name of Object.keys(columns))
      assert.deepEqual(evaluate(`ISNULL(${name})`, columns), ['true', 'false'], name);
    assert.deepEqual(evaluate('ISNULL(n + d)', columns), ['true', 'false']);
  });
});

describe('text functions', () => {
  check([
    ["UPPER('')", ''],
    ["UPPER('azAZ09{`@[')", 'AZAZ09{`@['],
    ["LOWER('azAZ09{`@[')", 'azaz09{`@['],
    ["UPPER('ŉ ﬁ ÿ')", 'ʼN FI Ÿ'],
    ["LOWER('İ')", 'i̇'],
    ["LOWER('ΑΣ')", 'ας'],
    ["UPPER('\ufeffa')", '\ufeffA'],
    ["LENGTH('😀é漢')", '3'],
    ["LENGTH('e\u0301')", '2'],
    ["SUBSTR('😀é漢a', 2, 2)", 'é漢'],
    ["SUBSTR('😀é漢a', -2)", '漢a'],
    ["SUBSTR('abc', 0, 2)", 'ab'],
    ["SUBSTR('abc', 1, 0)", ''],
    ["SUBSTR('abc', 1, -1)", ''],
    ["SUBSTR('abc', 3, 9)", 'c'],
    ["SUBSTR('abc', 4)", ''],
    ["SUBSTR('abc', -9, 2)", 'ab'],
    ["SUBSTR('abc', 9223372036854775807, 9223372036854775807)", ''],
    ["SUBSTR('', 1)", ''],
    ["SUBSTR('abc', 2, LENGTH('abc') - 2)", 'b'],
    ["SUBSTR('abc', NULL)", null],
    ["LTRIM('\ta')", '\ta'],
    ["LTRIM('   ')", ''],
    ["RTRIM('abcabc', 'cb')", 'abca'],
    ["LTRIM('ééa', 'é')", 'a'],
    ["LTRIM('èa', 'é')", 'èa'],
    ["RTRIM('a😀漢', '漢😀')", 'a'],
    ["LTRIM('ab', '')", 'ab'],
    ["RTRIM('AaAa', 'a')", 'AaA'],
    ["'a' || NULL || 'b'", 'ab'],
    ["NULL || ''", ''],
    ['TRUE || 1 || 2.50 || 1e21', 'true12.501e+21'],
    ["CONCAT('😀', 'é')", '😀é'],
  ]);

  it('work on columns, with NULLs between the rows', () => {
    const columns = { s: ['string', '  Größe ', null, '', 'x'], n: ['integer', '3', '1', null, '0'] } as const;
    assert.deepEqual(evaluate('UPPER(LTRIM(RTRIM(s)))', columns), ['GRÖSSE', null, '', 'X']);
    assert.deepEqual(evaluate('SUBSTR(s, n, 2)', columns), ['Gr', null, null, 'x']);
    assert.deepEqual(evaluate("s || '#' || n", columns), ['  Größe #3', '#1', '#', 'x#0']);
    assert.deepEqual(evaluate('LTRIM(s, n || s)', columns), ['', null, '', '']);
    assert.deepEqual(evaluate('LENGTH(s)', columns), ['8', null, '0', '1']);
  });

  it('keep bytes that are no UTF-8', () => {
    const batch = batchOf({ s: ['string', 'Mxller', 'ok'] });
    const [vector] = batch.vectors;
    assert.ok(vector.kind === 'text');
    vector.bytes[1] = 0xfc;
    const expression = typed('UPPER(s)', { fields: batch.fields, parameters: new Map() });
    const result = compileExpression(expression).evaluate(batch, batch.selection, batch.count, rowProblems());
    assert.ok(result.kind === 'text');
    assert.equal(Buffer.from(result.bytes).toString('latin1', result.start[0], result.end[0]), 'M\u00fcLLER');
    assert.equal(textAt(expression.type, result, 1), 'OK');
  });

  it('refuse texts that together exceed their bound', () => {
    const s = 'x'.repeat(40 * 1024 * 1024);
    const columns = { s: ['string', s, s, 'y'] } as const;
    assert.deepEqual(evaluate('LENGTH(UPPER(s))', columns), [String(s.length), { error: 'TEXT_TOO_LONG' }, '1']);
    assert.deepEqual(evaluate('LENGTH(s || s)', columns), [
      { error: 'TEXT_TOO_LONG' },
      { error: 'TEXT_TOO_LONG' },
      '2',
    ]);
  });
});

describe('case beyond ASCII', () => {
  it('has room for texts that grow', () => {
    const columns = { a: ['string', 'ɐ'.repeat(20_000), 'a', 'é'.repeat(3)] } as const;
    assert.deepEqual(evaluate('UPPER(a)', columns), ['Ɐ'.repeat(20_000), 'A', 'ÉÉÉ']);
  });
});

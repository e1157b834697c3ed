import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatDataType } from '../../../runtime/batch/data-type.js';
import { type Columns, fieldsOf, mistakes, parametersOf, typed, typeNamed } from './evaluating.js';

const columns: Columns = {
  name: ['string'],
  flag: ['boolean'],
  n: ['integer'],
  id: ['bigint'],
  x: ['double'],
  amount: ['decimal(12,2)'],
  rate: ['decimal(10,6)'],
  big: ['decimal(38,10)'],
  day: ['date'],
  at: ['datetime'],
};

function typeOf(text: string): string {
  const parameters = parametersOf({ min: ['decimal(12,2)', '500.00'], since: ['date', '2026-01-01'] });
  return formatDataType(typed(text, { fields: fieldsOf(columns), parameters }).type);
}

describe('types of results', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['500.00', 'decimal(5,2)'],
    ['.5', 'decimal(1,1)'],
    ['007', 'integer'],
    ['2147483647', 'integer'],
    ['2147483648', 'bigint'],
    ['-2147483648', 'integer'],
    ['9223372036854775808', 'decimal(19,0)'],
    ['-9223372036854775808', 'bigint'],
    ['1e3', 'double'],
    ['NULL', 'string'],
    ['n + n', 'bigint'],
    ['n * id', 'bigint'],
    ['-n', 'bigint'],
    ['n % n', 'integer'],
    ['n % id', 'bigint'],
    ['n / n', 'decimal(21,11)'],
    ['amount + n', 'decimal(13,2)'],
    ['amount - rate', 'decimal(17,6)'],
    ['amount * n', 'decimal(22,2)'],
    ['amount * 2', 'decimal(13,2)'],
    ['amount / 3', 'decimal(16,6)'],
    ['amount / rate', 'decimal(29,13)'],
    ['amount % rate', 'decimal(10,6)'],
    ['big * big', 'decimal(38,20)'],
    ['big + 1', 'decimal(38,10)'],
    ['big / big', 'decimal(38,6)'],
    ['amount * x', 'double'],
    ['n = amount', 'boolean'],
    ['day < at', 'boolean'],
    ['flag = 1', 'boolean'],
    ['$$min', 'decimal(12,2)'],
    ['day > $$since', 'boolean'],
    ['name || n', 'string'],
    ['IIF(flag, n, amount)', 'decimal(12,2)'],
    ['IIF(flag, n, id)', 'bigint'],
    ['IIF(flag, amount, 0)', 'decimal(12,2)'],
    ['IIF(flag, amount, 1.555)', 'decimal(13,3)'],
    ['IIF(flag, x, amount)', 'double'],
    ['IIF(flag, day, at)', 'datetime'],
    ['IIF(flag, NULL, day)', 'date'],
    ['ROUND(amount * n, 2)', 'decimal(22,2)'],
    ['ROUND(rate, 2)', 'decimal(7,2)'],
    ['ROUND(rate)', 'decimal(5,0)'],
    ['TRUNC(rate, 2)', 'decimal(6,2)'],
    ['ROUND(n, 3)', 'integer'],
    ['ROUND(n, -1)', 'bigint'],
    ['ROUND(rate, n)', 'decimal(11,6)'],
    ['ROUND(x, 2)', 'double'],
    ['ABS(amount)', 'decimal(12,2)'],
    ['ABS(n)', 'bigint'],
    ['LENGTH(name)', 'integer'],
    ['SUBSTR(name, LENGTH(name) - 1)', 'string'],
  ];
  for (const [text, expected] of cases) it(text, () => assert.equal(typeOf(text), expected));
});

describe('names', () => {
  const scope = {
    fields: ['Amount', 'amount', 'Country', 'naïve'].map((name) => ({ name, type: typeNamed('string') })),
    parameters: new Map(),
  };

  it('are found exactly first, then in any case', () => {
    const places = ['amount', 'Amount', 'COUNTRY', 'NAÏVE'].map((name) => {
      const { root } = typed(name, scope);
      return root.kind === 'field' ? root.index : undefined;
    });
    assert.deepEqual(places, [1, 0, 2, 3]);
  });

  it('that match several fields are refused', () => {
    const [error] = mistakes('AMOUNT', { Amount: ['string'], amount: ['string'] });
    assert.equal(error.code, 'AMBIGUOUS_FIELD');
  });

  it('come with a suggestion when unknown', () => {
    const found = mistakes('UPPR(nam) || $$mim || upper || zzzzzz', columns);
    assert.deepEqual(
      found.map(({ code, offset }) => [code, offset]),
      [
        ['UNKNOWN_FUNCTION', 0],
        ['UNKNOWN_FIELD', 5],
        ['UNKNOWN_PARAMETER', 13],
        ['UNKNOWN_FIELD', 22],
        ['UNKNOWN_FIELD', 31],
      ],
    );
    assert.deepEqual(
      found.map(({ remedy }) => remedy),
      [
        'Did you mean UPPER?',
        'Did you mean "name"?',
        'Declare it under "parameters".',
        'To call the function write UPPER(text).',
        'Name a field of the input.',
      ],
    );
  });
});

describe('mistakes in types', () => {
  const cases: readonly (readonly [string, string, number])[] = [
    ["name + 'a'", 'TYPE_MISMATCH', 0],
    ['name * 2', 'TYPE_MISMATCH', 0],
    ['2 - flag', 'TYPE_MISMATCH', 4],
    ['day + 1', 'TYPE_MISMATCH', 0],
    ['-name', 'TYPE_MISMATCH', 1],
    ['name = 1', 'TYPE_MISMATCH', 5],
    ['day = name', 'TYPE_MISMATCH', 4],
    ["NOT name = 'DE'", 'TYPE_MISMATCH', 4],
    ['flag AND name', 'TYPE_MISMATCH', 9],
    ['IIF(name, 1, 2)', 'TYPE_MISMATCH', 4],
    ["IIF(flag, 1, 'a')", 'TYPE_MISMATCH', 13],
    ["IN(n, 1, 'a')", 'TYPE_MISMATCH', 9],
    ["IN(name, 'a', n)", 'ARGUMENT_NOT_CONSTANT', 14],
    ['IN(name, 1)', 'WRONG_ARGUMENT_COUNT', 0],
    ['UPPER(n)', 'TYPE_MISMATCH', 6],
    ['ROUND(day)', 'TYPE_MISMATCH', 6],
    ['ROUND(amount, 1.5)', 'TYPE_MISMATCH', 14],
    ['SUBSTR(name, x)', 'TYPE_MISMATCH', 13],
    ['UPPER()', 'WRONG_ARGUMENT_COUNT', 0],
    ['SUBSTR(name)', 'WRONG_ARGUMENT_COUNT', 0],
    ['IIF(flag, 1, 2, 3)', 'WRONG_ARGUMENT_COUNT', 0],
    ['1e999', 'NUMBER_TOO_LARGE', 0],
    ['123456789012345678901234567890123456789', 'NUMBER_TOO_LARGE', 0],
  ];
  for (const [text, code, offset] of cases) {
    it(text, () => {
      const found = mistakes(text, columns);
      assert.deepEqual(
        found.map((error) => [error.code, error.offset]),
        [[code, offset]],
      );
    });
  }

  it('are all found at once, in the order of the text', () => {
    const found = mistakes("IIF(UPPER(1) = nam, LTRIM(2), 'a' + 1)", columns);
    assert.deepEqual(
      found.map(({ offset }) => offset),
      [10, 15, 26, 30],
    );
  });

  it('name the way out for NOT', () => {
    assert.match(mistakes("NOT name = 'DE'", columns)[0].remedy, /write NOT \(a = b\)/);
  });
});

describe('targets', () => {
  it('make a boolean of a number in a condition and refuse text', () => {
    const scope = { fields: fieldsOf(columns), parameters: new Map() };
    assert.equal(typed('n', scope, { kind: 'condition' }).type.kind, 'boolean');
    assert.equal(typed('NULL', scope, { kind: 'condition' }).type.kind, 'boolean');
    assert.equal(mistakes('name', columns, { kind: 'condition' })[0].code, 'TYPE_MISMATCH');
    assert.equal(mistakes('day', columns, { kind: 'condition' })[0].code, 'TYPE_MISMATCH');
  });

  it('refuse values that have no conversion', () => {
    const refused: readonly (readonly [string, string])[] = [
      ['at', 'date'],
      ['n', 'date'],
      ['day', 'bigint'],
      ['flag', 'datetime'],
      ['x', 'datetime'],
    ];
    for (const [text, type] of refused) {
      const [error] = mistakes(text, columns, { kind: 'field', type: typeNamed(type) });
      assert.equal(error.code, 'TYPE_MISMATCH', `${text} as ${type}`);
    }
  });
});

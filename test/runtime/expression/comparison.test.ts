import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { constant, evaluate, type Outcome } from './evaluating.js';

function check(cases: readonly (readonly [string, Outcome])[]): void {
  for (const [text, expected] of cases) it(text, () => assert.deepEqual(constant(text), expected));
}

/** What =, <>, <, <=, >, >= say of two values. */
function verdicts(left: string, right: string): string {
  return ['=', '<>', '<', '<=', '>', '>=']
    .filter((operator) => constant(`${left} ${operator} ${right}`) === 'true')
    .join(' ');
}

describe('comparison', () => {
  const pairs: readonly (readonly [string, string, 'less' | 'equal' | 'greater'])[] = [
    ['1', '2', 'less'],
    ['-1', '-1', 'equal'],
    ['9007199254740993', '9007199254740992', 'greater'],
    ['-9223372036854775808', '9223372036854775807', 'less'],
    ['1', '1.00', 'equal'],
    ['1.005', '1.01', 'less'],
    ['99999999999999999999999999999999999999', '0.00000000000000000000000000000000000001', 'greater'],
    ['9007199254740992', '9007199254740992.5', 'less'],
    ['1e3', '1000', 'equal'],
    ['0.1', '1e-1', 'equal'],
    ['TRUE', 'FALSE', 'greater'],
    ['TRUE', '1', 'equal'],
    ["'a'", "'b'", 'less'],
    ["'a'", "'a '", 'less'],
    ["'a'", "'A'", 'greater'],
    ["''", "''", 'equal'],
    ["'Z'", "'ä'", 'less'],
    ["'\uffff'", "'😀'", 'less'],
  ];
  const expected = { less: '<> < <=', equal: '= <= >=', greater: '<> > >=' };
  for (const [left, right, order] of pairs) {
    it(`${left} is ${order} ${right}`, () => assert.equal(verdicts(left, right), expected[order]));
  }

  check([
    ['NULL = NULL', null],
    ["NULL <> 'a'", null],
    ['1 < NULL', null],
    ["'a' != 'b'", 'true'],
    ["'a' ^= 'a'", 'false'],
  ]);

  it('of dates and datetimes goes by the instant, to the nanosecond', () => {
    const columns = {
      day: ['date', '2026-01-02', '2026-01-02', '0001-01-01', '9999-12-31', null],
      at: [
        'datetime',
        '2026-01-02T00:00:00',
        '2026-01-02T00:00:00.000000001',
        '0001-01-01T00:00:00',
        '9999-12-30T23:59:59.999999999',
        '2026-01-01T00:00:00',
      ],
    } as const;
    assert.deepEqual(evaluate('day = at', columns), ['true', 'false', 'true', 'false', null]);
    assert.deepEqual(evaluate('day < at', columns), ['false', 'true', 'false', 'false', null]);
    assert.deepEqual(evaluate('at <= day', columns), ['true', 'false', 'true', 'true', null]);
    assert.deepEqual(evaluate('day >= day', columns), ['true', 'true', 'true', 'true', null]);
  });
});

describe('AND, OR, NOT', () => {
  const truth = ['TRUE', 'FALSE', 'NULL'];
  const and = ['true', 'false', null, 'false', 'false', 'false', null, 'false', null];
  const or = ['true', 'true', 'true', 'true', 'false', null, 'true', null, null];
  it('follow ternary logic', () => {
    const pairs = truth.flatMap((a) => truth.map((b) => [a, b] as const));
    assert.deepEqual(
      pairs.map(([a, b]) => constant(`${a} AND ${b}`)),
      and,
    );
    assert.deepEqual(
      pairs.map(([a, b]) => constant(`${a} OR ${b}`)),
      or,
    );
    assert.deepEqual(
      truth.map((a) => constant(`NOT ${a}`)),
      ['false', 'true', null],
    );
  });

  it('follow it in columns too', () => {
    const columns = {
      a: ['boolean', 'true', 'true', 'true', 'false', 'false', 'false', null, null, null],
      b: ['boolean', 'true', 'false', null, 'true', 'false', null, 'true', 'false', null],
    } as const;
    assert.deepEqual(evaluate('a AND b', columns), and);
    assert.deepEqual(evaluate('a OR b', columns), or);
    assert.deepEqual(evaluate('a AND b AND a', columns), and);
  });

  check([
    ['1 AND 2.5', 'true'],
    ['0 OR 0e0', 'false'],
    ['NOT 9223372036854775807', 'false'],
    ['NOT 99999999999999999999', 'false'],
    ['NOT 0.00', 'true'],
    ['FALSE AND 1 / 0 = 1', 'false'],
    ['TRUE OR 1 / 0 = 1', 'true'],
    ['NULL AND 1 / 0 = 1', { error: 'DIVISION_BY_ZERO' }],
    ['1 / 0 = 1 AND FALSE', { error: 'DIVISION_BY_ZERO' }],
  ]);

  it('compute their right side only for rows that the left leaves open', () => {
    const columns = { x: ['integer', '0', '2', null] } as const;
    assert.deepEqual(evaluate('x <> 0 AND 10 / x > 4', columns), ['false', 'true', null]);
    assert.deepEqual(evaluate('x = 0 OR 10 / x > 5', columns), ['true', 'false', null]);
    assert.deepEqual(evaluate('10 / x > 4', columns), [{ error: 'DIVISION_BY_ZERO' }, 'true', null]);
  });
});

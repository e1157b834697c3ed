import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { constant, evaluate, type Outcome } from './evaluating.js';

const outOfRange = { error: 'NUMBER_OUT_OF_RANGE' };
const decimalOverflow = { error: 'DECIMAL_OVERFLOW' };
const invalid = { error: 'INVALID_VALUE' };

/** An expression assigned to a field of a type. */
function check(cases: readonly (readonly [text: string, type: string, expected: Outcome])[]): void {
  for (const [text, type, expected] of cases) {
    it(`${text} as ${type}`, () => assert.deepEqual(constant(text, type), expected));
  }
}

describe('numbers as numbers', () => {
  check([
    ['2147483647', 'bigint', '2147483647'],
    ['2147483648', 'integer', outOfRange],
    ['-2147483649', 'integer', outOfRange],
    ['-2147483648 + 0', 'integer', '-2147483648'],
    ['2.5', 'integer', '3'],
    ['-2.5', 'integer', '-3'],
    ['2147483647.5', 'integer', outOfRange],
    ['9223372036854775807.4', 'bigint', '9223372036854775807'],
    ['9223372036854775807.5', 'bigint', outOfRange],
    ['-9223372036854775808.4', 'bigint', '-9223372036854775808'],
    ['-9223372036854775808.5', 'bigint', outOfRange],
    ['1.005', 'decimal(5,2)', '1.01'],
    ['-1.005', 'decimal(5,2)', '-1.01'],
    ['999.995', 'decimal(5,2)', decimalOverflow],
    ['999.99', 'decimal(5,2)', '999.99'],
    ['1000', 'decimal(5,2)', decimalOverflow],
    ['1', 'decimal(38,37)', '1.0000000000000000000000000000000000000'],
    ['10', 'decimal(38,37)', decimalOverflow],
    ['12', 'double', '12'],
    ['9007199254740993', 'double', '9007199254740992'],
    ['0.1', 'double', '0.1'],
    ['123456789012345678.123456', 'double', '123456789012345680'],
    ['0.00000000000000000000000001', 'double', '1e-26'],
    ['2.5e0', 'integer', '3'],
    ['-2.5e0', 'integer', '-3'],
    ['49999999999999994e-17', 'integer', '0'],
    ['2147483648e0', 'integer', outOfRange],
    ['1e19', 'bigint', outOfRange],
    ['1e18', 'bigint', '1000000000000000000'],
    ['1.005e0', 'decimal(5,2)', '1.00'],
    ['1.125e0', 'decimal(5,2)', '1.13'],
    ['1e20', 'decimal(38,10)', '100000000000000000000.0000000000'],
    ['2e38', 'decimal(38,0)', decimalOverflow],
    ['5e-324', 'decimal(38,38)', '0.00000000000000000000000000000000000000'],
    ['1e-1', 'decimal(38,30)', '0.100000000000000005551115123126'],
    ['NULL', 'decimal(5,2)', null],
  ]);
});

describe('other types', () => {
  check([
    ['TRUE', 'integer', '1'],
    ['FALSE', 'decimal(3,1)', '0.0'],
    ['TRUE', 'double', '1'],
    ['2', 'boolean', 'true'],
    ['0.0', 'boolean', 'false'],
    ['1e-300', 'boolean', 'true'],
    ['4294967296', 'boolean', 'true'],
    ['-1.50', 'string', '-1.50'],
    ['1e21', 'string', '1e+21'],
    ['TRUE', 'string', 'true'],
    ["'12'", 'integer', '12'],
    ["'12x'", 'integer', invalid],
    ["''", 'bigint', invalid],
    ["'1.555'", 'decimal(5,2)', invalid],
    ["'1.50'", 'decimal(5,1)', '1.5'],
    ["'1e3'", 'double', '1000'],
    ["'NaN'", 'double', invalid],
    ["'2026-02-29'", 'date', invalid],
    ["'2024-02-29'", 'date', '2024-02-29'],
    ["'2024-02-29T23:59:59.5Z'", 'datetime', '2024-02-29T23:59:59.5'],
    ["'true'", 'boolean', 'true'],
  ]);

  it('of dates: midnight, or text', () => {
    const days = ['0001-01-01', '1969-12-31', '1970-01-01', '2026-11-23', '9999-12-31', null] as const;
    const columns = { day: ['date', ...days] } as const;
    assert.deepEqual(
      evaluate('day', columns, 'datetime'),
      days.map((day) => day && `${day}T00:00:00`),
    );
    assert.deepEqual(evaluate('day', columns, 'string'), days);
    assert.deepEqual(evaluate("day || ''", columns), [...days.slice(0, 5), '']);
  });

  it('writes canonical text also for values that were read in another notation', () => {
    assert.deepEqual(evaluate('x', { x: ['decimal(5,2)', '+1', '02.5', null] }, 'string'), ['1.00', '2.50', null]);
    assert.deepEqual(evaluate('x', { x: ['decimal(5,2)', '1.00', '2.50', null] }, 'string'), ['1.00', '2.50', null]);
  });
});

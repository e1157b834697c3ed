import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { constant, evaluate, type Outcome } from './evaluating.js';

function check(cases: readonly (readonly [string, Outcome])[]): void {
  for (const [text, expected] of cases) it(text, () => assert.deepEqual(constant(text), expected));
}

const overflow = { error: 'OVERFLOW' };
const decimalOverflow = { error: 'DECIMAL_OVERFLOW' };
const divisionByZero = { error: 'DIVISION_BY_ZERO' };

describe('integers', () => {
  check([
    ['8+5-2*8', '-3'],
    ['2147483647 + 1', '2147483648'],
    ['-2147483648 - 1', '-2147483649'],
    ['2147483647 * 2147483647', '4611686014132420609'],
    ['9007199254740991 + 1', '9007199254740992'],
    ['9007199254740993 * 3', '27021597764222979'],
    ['9223372036854775806 + 1', '9223372036854775807'],
    ['9223372036854775807 + 1', overflow],
    ['-9223372036854775807 - 1', '-9223372036854775808'],
    ['-9223372036854775808 - 1', overflow],
    ['-(-9223372036854775807 - 1)', overflow],
    ['-(-2147483648)', '2147483648'],
    ['ABS(-2147483648)', '2147483648'],
    ['3037000500 * 3037000500', overflow],
    ['7 % 3', '1'],
    ['-7 % 3', '-1'],
    ['7 % -3', '1'],
    ['9223372036854775807 % 10', '7'],
    ['0 * -5', '0'],
    ['5 % 0', divisionByZero],
    ['NULL + 1', null],
  ]);
});

describe('decimals', () => {
  check([
    ['0.1 + 0.2', '0.3'],
    ['1.50 - 2', '-0.50'],
    ['0.00 * -5.1', '0.000'],
    ['1.005 * 100', '100.500'],
    ['1 / 3', '0.333333'],
    ['2 / 3', '0.666667'],
    ['-2 / 3', '-0.666667'],
    ['1.00 / 8.000', '0.1250000'],
    ['1 / 0.00', divisionByZero],
    ['0 / 5', '0.000000'],
    ['5.5 % 2', '1.5'],
    ['-5.5 % 2.25', '-1.00'],
    ['5.5 % 0', divisionByZero],
    ['90071992547409.91 + 0.01', '90071992547409.92'],
    ['90071992547409.91 * 10', '900719925474099.10'],
    ['12345678901234567890123456789012345678 + 1', '12345678901234567890123456789012345679'],
    ['99999999999999999999999999999999999999 + 1', decimalOverflow],
    ['-99999999999999999999999999999999999999 - 1', decimalOverflow],
    ['9999999999999999999 * 9999999999999999999', '99999999999999999980000000000000000001'],
    ['99999999999999999999 * 99999999999999999999', decimalOverflow],
    ['0.00000000000000000001 * 0.00000000000000000005', '0.00000000000000000000000000000000000000'],
    ['0.00000000000000000005 * 0.0000000000000000001', '0.00000000000000000000000000000000000001'],
    ['12345678901234567890123456789012.345678 / 1', '12345678901234567890123456789012.345678'],
    ['1 / 99999999999999999999999999999999999999', '0.0000000000000000000000000000000000000'],
  ]);
});

describe('doubles', () => {
  check([
    ['1e0 / 4', '0.25'],
    ['1e308 * 10', overflow],
    ['-1e308 - 1e308', overflow],
    ['1e0 / 0', divisionByZero],
    ['0e0 / 0', divisionByZero],
    ['5.5e0 % 2', '1.5'],
    ['5e0 % 0', divisionByZero],
    ['-0e0 * 1', '0'],
    ['-(5e-1)', '-0.5'],
    ['ABS(-5e-1)', '0.5'],
    ['9007199254740993 + 0e0', '9007199254740992'],
    ['0.1 + 0e0', '0.1'],
    ['12345678901234567890.12 * 1e0', '12345678901234567000'],
  ]);
});

describe('ROUND and TRUNC', () => {
  check([
    ['ROUND(2.5)', '3'],
    ['ROUND(-2.5)', '-3'],
    ['ROUND(2.4999)', '2'],
    ['ROUND(0.05, 1)', '0.1'],
    ['ROUND(9.99, 1)', '10.0'],
    ['ROUND(1.2, 5)', '1.2'],
    ['ROUND(15, -1)', '20'],
    ['ROUND(-14, -1)', '-10'],
    ['ROUND(4, -1)', '0'],
    ['ROUND(5, -2)', '0'],
    ['ROUND(99.9, -2)', '100'],
    ['ROUND(9223372036854775807, -1)', overflow],
    ['ROUND(9223372036854775804, -1)', '9223372036854775800'],
    ['ROUND(5, -50)', '0'],
    ['ROUND(5, -2000000000)', '0'],
    ['ROUND(12345678901234567890.125, 2)', '12345678901234567890.13'],
    ['ROUND(1.25, 0 + 1)', '1.30'],
    ['ROUND(12345, 0 - 2)', '12300'],
    ['ROUND(12345, 1 - 9223372036854775807)', '0'],
    ['ROUND(2.5e0)', '3'],
    ['ROUND(-2.5e0)', '-3'],
    ['ROUND(49999999999999994e-17)', '0'],
    ['ROUND(1.25e0, 1)', '1.3'],
    ['ROUND(1250e0, -2)', '1300'],
    ['ROUND(1e300, 10)', '1e+300'],
    ['ROUND(17e307, -308)', overflow],
    ['ROUND(5e0, -400)', '0'],
    ['TRUNC(2.99)', '2'],
    ['TRUNC(-2.99, 1)', '-2.9'],
    ['TRUNC(1999, -3)', '1000'],
    ['TRUNC(-0.5)', '0'],
    ['TRUNC(-2.99e0, 1)', '-2.9'],
    ['TRUNC(2.5, NULL)', null],
  ]);
});

describe('columns', () => {
  it('are computed the same whether or not one row makes the vector wide', () => {
    const small = ['0.01', '-12.50', '9999.99'];
    const text = 'ROUND(amount * quantity / 7, 2) - amount % 3 + ABS(-amount)';
    const quantities = ['3', '-2', '2147483647'] as const;
    const alone = evaluate(text, { amount: ['decimal(30,2)', ...small], quantity: ['integer', ...quantities] });
    const beside = evaluate(text, {
      amount: ['decimal(30,2)', ...small, '9999999999999999999999999999.99'],
      quantity: ['integer', ...quantities, '1'],
    });
    assert.deepEqual(beside.slice(0, 3), alone);
    assert.deepEqual(alone, ['0.00', '16.57', '3067830723593.79']);
  });

  it('have a value, NULL or an error row by row', () => {
    const columns = { a: ['integer', '6', null, '5', '4'], b: ['integer', '3', '0', '0', null] } as const;
    assert.deepEqual(evaluate('a / b', columns), ['2.00000000000', null, divisionByZero, null]);
    assert.deepEqual(evaluate('a % b', columns), ['0', null, divisionByZero, null]);
  });
});

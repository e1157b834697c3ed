import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compileExpression } from '../../../runtime/expression/expression.js';
import { rowProblems } from '../../../runtime/expression/row-problems.js';
import { batchOf, type Columns, fieldsOf, type Outcome, readOutcomes, typed, typeNamed } from './evaluating.js';
import { evaluateRow, formatValue, RowFault, readValue } from './reference.js';

const pools: Readonly<Record<string, readonly [type: string, ...texts: string[]]>> = {
  n: ['integer', '0', '1', '-1', '7', '-13', '1000', '2147483647', '-2147483648'],
  id: ['bigint', '0', '3', '-8', '9007199254740991', '9007199254740993', '9223372036854775807', '-9223372036854775808'],
  amount: ['decimal(12,2)', '0.00', '0.01', '-0.50', '12.35', '-99.95', '9999999999.99'],
  rate: ['decimal(9,6)', '0.000000', '0.000001', '-0.500000', '1.234567', '999.999999'],
  big: [
    'decimal(38,10)',
    '0.0000000000',
    '0.0000000005',
    '-1234567890123456789012345678.9',
    '9007199254740993.0000000001',
  ],
  x: ['double', '0', '0.5', '-1.25', '1e300', '-3e-310', '123456789.125'],
  flag: ['boolean', 'true', 'false'],
  s: ['string', '', 'a', 'ab ', ' Zß', 'éé😀', '0012', 'aXa'],
  t: ['string', 'a', '', 'b', 'ß', 'ab '],
};

const names = (...kinds: string[]) =>
  Object.keys(pools).filter((name) => kinds.includes(typeNamed(pools[name][0]).kind));

/** Expressions of one kind in which everything has a type, so that most pass the checker. */
const grammar = fc.letrec<Record<'number' | 'text' | 'condition', string>>((tie) => {
  const binary = (operators: readonly string[], operand: fc.Arbitrary<string>) =>
    fc.tuple(operand, fc.constantFrom(...operators), operand).map(([a, operator, b]) => `(${a} ${operator} ${b})`);
  const call = (name: string, ...operands: fc.Arbitrary<string>[]) =>
    fc.tuple(...operands).map((texts) => `${name}(${texts.join(', ')})`);
  const [number, text, condition] = [tie('number'), tie('text'), tie('condition')];
  const limits = { depthSize: 'small' as const, withCrossShrink: true };
  return {
    number: fc.oneof(
      limits,
      fc.constantFrom(
        ...names('integer', 'bigint', 'decimal', 'double'),
        '0',
        '2',
        '-7',
        '0.05',
        '12.345',
        '1e2',
        'NULL',
      ),
      binary(['+', '-', '*', '/', '%'], number),
      call('-', number),
      call('ABS', number),
      call('IIF', condition, number, number),
      call('LENGTH', text),
      call(
        'TRUNC',
        fc.constantFrom('n', 'amount', 'big', 'amount * rate', 'big / rate'),
        fc.constantFrom('n % 4', 'id % 3'),
      ),
      call(
        'ROUND',
        fc.constantFrom('n', 'amount', 'big', 'amount * rate', 'big / rate'),
        fc.constantFrom('0', '1', 'n % 4'),
      ),
    ),
    text: fc.oneof(
      limits,
      fc.constantFrom(...names('string'), "''", "'ab'", "'ß'", 'NULL'),
      binary(['||'], text),
      call('UPPER', text),
      call('LOWER', text),
      call('LTRIM', text),
      call('RTRIM', text, text),
      call('SUBSTR', text, fc.constantFrom('n', '2', '-1'), fc.constantFrom('id', '1', '0')),
      call('CONCAT', text, fc.oneof(number, condition)),
      call('IIF', condition, text, text),
    ),
    condition: fc.oneof(
      limits,
      fc.constantFrom(...names('boolean'), 'TRUE', 'FALSE', 'NULL'),
      binary(['=', '<>', '<', '<=', '>', '>='], number),
      binary(['=', '<>', '<', '<=', '>', '>='], text),
      binary(['AND', 'OR'], fc.oneof(condition, number)),
      call('NOT', condition),
      call('ISNULL', fc.oneof(number, text, condition)),
      call('IN', number, number, number, number),
      call('IN', text, text, fc.constant('t')),
    ),
  };
});

const MAX_ROWS = 24;
const columns = fc.tuple(
  ...Object.entries(pools).map(([name, [type, ...texts]]) =>
    fc
      .array(fc.option(fc.constantFrom(...texts), { freq: 5 }), { minLength: MAX_ROWS, maxLength: MAX_ROWS })
      .map((column) => [name, [type, ...column]] as const),
  ),
);
const selections = fc
  .array(fc.nat({ max: MAX_ROWS - 1 }), { maxLength: MAX_ROWS })
  .map((rows) => [...new Set(rows)].sort((a, b) => a - b));

describe('compiled expressions', () => {
  const scope = { fields: fieldsOf(pools), parameters: new Map() };

  it('agree with the row-at-a-time reference, batch after batch', () => {
    const expression = fc.oneof(grammar.number, grammar.text, grammar.condition);
    const batches = fc.array(fc.tuple(columns, selections), { minLength: 2, maxLength: 2 });
    fc.assert(
      fc.property(expression, batches, (text, runs) => {
        const checked = typed(text, scope);
        const compiled = compileExpression(checked);
        const problems = rowProblems();
        for (const [pairs, rows] of runs) {
          const data: Columns = Object.fromEntries(pairs);
          const batch = batchOf(data, rows);
          const vector = compiled.evaluate(batch, batch.selection, batch.count, problems);
          assert.deepEqual(
            readOutcomes(checked.type, vector, batch, problems),
            rows.map((row) => expected(checked, data, row)),
          );
        }
      }),
      { numRuns: 1_500 },
    );
  });
});

function expected({ root, type }: ReturnType<typeof typed>, data: Columns, row: number): Outcome {
  const values = Object.values(data).map(([fieldType, ...texts]) => {
    const text = texts[row];
    return text === null ? null : readValue(typeNamed(fieldType), text);
  });
  try {
    const value = evaluateRow(root, values);
    return value === null ? null : formatValue(type, value);
  } catch (error) {
    if (error instanceof RowFault) return { error: error.code };
    throw error;
  }
}

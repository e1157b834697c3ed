import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { allRows, BATCH_ROWS } from '../../../runtime/batch/batch.js';
import {
  checkExpression,
  compileExpression,
  parseExpression,
  selectTrue,
} from '../../../runtime/expression/expression.js';
import { functionDeclarations } from '../../../runtime/expression/functions/functions.js';
import { rowProblems } from '../../../runtime/expression/row-problems.js';
import {
  batchOf,
  type Columns,
  fieldsOf,
  outcomes,
  parametersOf,
  readOutcomes,
  typed,
  typeNamed,
} from './evaluating.js';

const columns: Columns = {
  x: ['integer', '0', '1', '2', null, '4'],
  s: ['string', 'a', 'b', null, 'd', 'e'],
  amount: ['decimal(12,2)', '1.00', '2.50', null, '4.00', '5.00'],
};
const scope = { fields: fieldsOf(columns), parameters: new Map() };

describe('a compiled expression', () => {
  it('answers for the selected rows only', () => {
    const problems = rowProblems();
    const batch = batchOf(columns, [1, 2, 4]);
    const expression = typed('10 / x', scope);
    const vector = compileExpression(expression).evaluate(batch, batch.selection, batch.count, problems);
    assert.equal(problems.count, 0);
    assert.deepEqual(readOutcomes(expression.type, vector, batch, problems), [
      '10.00000000000',
      '5.00000000000',
      '2.50000000000',
    ]);
    assert.deepEqual(outcomes(expression, batchOf(columns, [])), []);
  });

  it('forgets the batch before: its values, NULLs and failures', () => {
    const expression = typed("IIF(10 / x > 4, UPPER(s), s || '!')", scope);
    const compiled = compileExpression(expression);
    const problems = rowProblems();
    const run = (data: Columns) => {
      const batch = batchOf(data);
      const vector = compiled.evaluate(batch, batch.selection, batch.count, problems);
      return readOutcomes(expression.type, vector, batch, problems);
    };
    const expected = [{ error: 'DIVISION_BY_ZERO' }, 'B', null, 'd!', 'e!'];
    assert.deepEqual(run(columns), expected);
    const other: Columns = {
      x: ['integer', '1', '9', '1'],
      s: ['string', 'ß', '', 'long text'],
      amount: ['decimal(12,2)', '0', '0', '0'],
    };
    assert.deepEqual(run(other), ['SS', '!', 'LONG TEXT']);
    assert.deepEqual(run(columns), expected);
  });

  it('leaves the vectors of the batch as they are', () => {
    for (const text of ['IN(x, 10 / x, 3)', 'x', 'ISNULL(x)', 'IIF(10 / x = 1, x, x)']) {
      const batch = batchOf(columns);
      const validity = Array.from(batch.vectors[0].validity ?? []);
      compileExpression(typed(text, scope)).evaluate(batch, batch.selection, batch.count, rowProblems());
      assert.deepEqual(Array.from(batch.vectors[0].validity ?? []), validity, text);
    }
  });

  it('leaves nothing in the slots of NULLs and failures', () => {
    const problems = rowProblems();
    const data: Columns = {
      x: ['integer', '7', '0', null],
      s: ['string', '7', 'x', null],
      amount: ['decimal(12,2)', '7', '7', null],
    };
    const check = (text: string, type: string) => {
      const batch = batchOf(data);
      const target = { kind: 'field', type: typeNamed(type) } as const;
      const vector = compileExpression(typed(text, scope, target)).evaluate(batch, allRows, 3, problems);
      assert.deepEqual([...problems.rows()], [1], text);
      for (const row of [1, 2]) {
        const slot = vector.kind === 'text' ? vector.end[row] - vector.start[row] : Number(vector.values[row]);
        assert.equal(slot, 0, `${text}, row ${row}`);
      }
    };
    check('s', 'integer');
    check('s', 'double');
    check('s', 'decimal(38,30)');
    check('IIF(10 / x > 1, 5, NULL)', 'bigint');
    check('amount / x || s', 'string');
    check('10 / x > 1 OR FALSE', 'boolean');
    check('1e0 / x', 'double');
    check('IIF(10 / x > 1, UPPER(s), NULL)', 'string');
  });

  it('gives one problem a row, the first', () => {
    const problems = rowProblems();
    const batch = batchOf({ x: ['integer', '0'], s: ['string', 'a'], amount: ['decimal(12,2)', '1.00'] });
    const text = '(9223372036854775807 + 1) / x = 1 AND 1 / x = 1 OR 1 % x = 1';
    compileExpression(typed(text, scope)).evaluate(batch, batch.selection, batch.count, problems);
    const found = [...problems.failures()].map(([row, { code }]) => [row, code]);
    assert.deepEqual(found, [[0, 'OVERFLOW']]);
  });

  it('takes parameters as values, never as code', () => {
    const parameters = parametersOf({
      min: ['decimal(12,2)', '2.50'],
      text: ['string', "b' OR 'a' = 'a"],
      yes: ['boolean', '1'],
      no: ['boolean', 'FALSE'],
    });
    const run = (text: string) => outcomes(typed(text, { fields: scope.fields, parameters }), batchOf(columns));
    assert.deepEqual(run('amount > $$min'), ['false', 'false', null, 'true', 'true']);
    assert.deepEqual(run('s = $$text'), ['false', 'false', null, 'false', 'false']);
    assert.deepEqual(run('$$yes AND x = $$min * 2 - 4'), ['false', 'true', 'false', null, 'false']);
    assert.deepEqual(run("IN(s, 'A', 'E', $$no)"), ['true', 'false', null, 'false', 'true']);
  });

  it('runs full batches', () => {
    const rows = Array.from({ length: BATCH_ROWS }, (_, row) => String(row));
    const data: Columns = { x: ['integer', ...rows], s: ['string', ...rows], amount: ['decimal(12,2)', ...rows] };
    const answers = outcomes(typed("x * 2 || s || '.' || amount", scope), batchOf(data));
    assert.deepEqual(
      answers,
      rows.map((row) => `${2 * Number(row)}${row}.${row}.00`),
    );
  });
});

describe('selectTrue', () => {
  it('keeps TRUE and drops FALSE and NULL, into the selection itself if asked', () => {
    const batch = batchOf(columns);
    const condition = compileExpression(typed('x', scope, { kind: 'condition' }));
    const vector = condition.evaluate(batch, batch.selection, batch.count, rowProblems());
    assert.equal(selectTrue(vector, batch.selection, batch.count, batch.selection), 3);
    assert.deepEqual(Array.from(batch.selection.subarray(0, 3)), [1, 2, 4]);
  });
});

describe('any words in any order', () => {
  const word = fc.constantFrom(
    ...[
      'x',
      's',
      'amount',
      'unknown',
      '1',
      '2.5',
      '1e3',
      "'t'",
      'NULL',
      'TRUE',
      '$$p',
      '(',
      ')',
      ',',
      ',',
      '+',
      '-',
      '*',
      '/',
      '%',
    ],
    ...['||', '=', '<', 'AND', 'OR', 'NOT', ...functionDeclarations.map(({ name }) => `${name}(`)],
  );

  it('are refused with places, or run', () => {
    const batch = batchOf(columns);
    fc.assert(
      fc.property(fc.array(word, { maxLength: 16 }), (words) => {
        const text = words.join(' ');
        const parsed = parseExpression(text);
        const checked = parsed.ok ? checkExpression(parsed.ast, scope) : parsed;
        if (checked.ok) {
          compileExpression(checked.typed).evaluate(batch, allRows, 5, rowProblems());
          return;
        }
        assert.ok(checked.errors.length > 0);
        for (const { offset } of checked.errors) assert.ok(offset >= 0 && offset <= text.length);
      }),
      { numRuns: 3_000 },
    );
  });
});

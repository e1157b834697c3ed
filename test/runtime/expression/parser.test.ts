import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Ast } from '../../../runtime/expression/ast.js';
import {
  MAX_EXPRESSION_DEPTH,
  MAX_EXPRESSION_LENGTH,
  MAX_EXPRESSION_NODES,
  parseExpression,
} from '../../../runtime/expression/parser.js';

/** The syntax with all parentheses written out. */
function shape(text: string): string {
  const parsed = parseExpression(text);
  assert.ok(parsed.ok, text);
  return show(parsed.ast);
}

function show(ast: Ast): string {
  switch (ast.kind) {
    case 'number':
      return ast.text;
    case 'text':
      return `'${ast.value}'`;
    case 'boolean':
      return String(ast.value).toUpperCase();
    case 'null':
      return 'NULL';
    case 'field':
      return ast.name;
    case 'parameter':
      return `$$${ast.name}`;
    case 'unary':
      return `(${ast.operator} ${show(ast.operand)})`;
    case 'binary':
      return `(${show(ast.left)} ${ast.operator} ${show(ast.right)})`;
    case 'chain':
      return `(${ast.operands.map(show).join(` ${ast.operator} `)})`;
    case 'call':
      return `${ast.name}(${ast.operands.map(show).join(', ')})`;
  }
}

function mistake(text: string): { code: string; offset: number; remedy: string } {
  const parsed = parseExpression(text);
  assert.ok(!parsed.ok, text);
  const [{ code, offset, remedy }] = parsed.errors;
  return { code, offset, remedy };
}

describe('the grammar', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['8+5-2*8', '((8 + 5) - (2 * 8))'],
    ['a - b - c', '((a - b) - c)'],
    ['a / b % c * d', '(((a / b) % c) * d)'],
    ['-a + b', '((- a) + b)'],
    ['- - a', '(- (- a))'],
    ['NOT a = b', '((NOT a) = b)'],
    ['NOT (a = b)', '(NOT (a = b))'],
    ['a < b = c > d', '((a < b) = (c > d))'],
    ['a = b = c', '((a = b) = c)'],
    ['a + b || c - d', '((a + b) || (c - d))'],
    ["a || 'x' < b", "((a || 'x') < b)"],
    ['a OR b AND c OR d', '(a OR (b AND c) OR d)'],
    ['a and b aNd c', '(a AND b AND c)'],
    ['(a || b) || c', '((a || b) || c)'],
    ['a != b', '(a <> b)'],
    ['a ^= b', '(a <> b)'],
    ['iif(true, null, False)', 'iif(TRUE, NULL, FALSE)'],
    ['f()', 'f()'],
    ['f (a, (b))', 'f(a, b)'],
    ['upper', 'upper'],
    ['$$min * größe_2', '($$min * größe_2)'],
    ['1.5 + .5 + 1e3 + 2E-1', '(((1.5 + .5) + 1e3) + 2E-1)'],
    ['a -- b\n+ c // d', '(a + c)'],
    ["'-- no // comment'", "'-- no // comment'"],
    ["''", "''"],
  ];
  for (const [text, expected] of cases) it(JSON.stringify(text), () => assert.equal(shape(text), expected));
});

describe('mistakes in the grammar', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['', 0],
    ['-- nothing', 10],
    ['a +', 3],
    ['a b', 2],
    ['a AND OR b', 6],
    ['(a', 0],
    ['f(a, b', 1],
    ['f(a b)', 4],
    ['f(,a)', 2],
    ['a)', 1],
    ['x IN (1)', 2],
    ["'abc", 0],
    ["'it''s'", 4],
    ["'\ud800'", 0],
    ['"a"', 0],
    ['1.2.3', 3],
    ['1abc', 1],
    ['1.', 1],
    ['$a', 0],
    ['a | b', 2],
    ['a && b', 2],
    ['a 😀', 2],
  ];
  for (const [text, offset] of cases) {
    it(JSON.stringify(text), () => {
      const found = mistake(text);
      assert.deepEqual([found.code, found.offset], ['EXPRESSION_SYNTAX', offset]);
      assert.notEqual(found.remedy, '');
    });
  }
});

describe('bounds', () => {
  const nest = (levels: number) => `${'('.repeat(levels)}a${')'.repeat(levels)}`;

  it('allow the deepest expression and refuse the next', () => {
    assert.equal(shape(nest(MAX_EXPRESSION_DEPTH - 1)), 'a');
    assert.equal(mistake(nest(MAX_EXPRESSION_DEPTH)).code, 'EXPRESSION_TOO_DEEP');
  });

  it('hold for every way to nest', () => {
    const n = 16_000;
    const texts = [
      '-'.repeat(n).replaceAll('-', '- '),
      'NOT '.repeat(n),
      '('.repeat(n),
      'f('.repeat(n),
      'a+('.repeat(n),
      'a OR b AND ('.repeat(5_000),
    ];
    for (const text of texts) assert.equal(mistake(text).code, 'EXPRESSION_TOO_DEEP', text.slice(0, 20));
  });

  it('count a long sum as deep and a long list of conditions as flat', () => {
    assert.equal(mistake(`a${' + a'.repeat(MAX_EXPRESSION_DEPTH)}`).code, 'EXPRESSION_TOO_DEEP');
    for (const operator of ['OR', 'AND', '||']) assert.ok(parseExpression(`a${` ${operator} a`.repeat(2_000)}`).ok);
  });

  it('limit length and number of parts', () => {
    assert.ok(parseExpression(`a${' '.repeat(MAX_EXPRESSION_LENGTH - 1)}`).ok);
    assert.equal(mistake(`a${' '.repeat(MAX_EXPRESSION_LENGTH)}`).code, 'EXPRESSION_TOO_LONG');
    assert.ok(parseExpression(`f(a${',a'.repeat(MAX_EXPRESSION_NODES - 2)})`).ok);
    assert.equal(mistake(`f(a${',a'.repeat(MAX_EXPRESSION_NODES - 1)})`).code, 'EXPRESSION_TOO_LARGE');
  });
});

describe('any text at all', () => {
  const pieces = fc.constantFrom(
    ...[
      'a',
      'B1',
      '12',
      '1.5',
      '1e3',
      "'x'",
      "'",
      '$$p',
      '$',
      '(',
      ')',
      ',',
      '+',
      '-',
      '--',
      '\n',
      '//',
      '*',
      '/',
      '%',
      '||',
    ],
    ...[
      '|',
      '=',
      '<>',
      '<',
      '<=',
      '!',
      '^=',
      'AND',
      'or',
      'NOT',
      'NULL',
      'TRUE',
      'IIF',
      ' ',
      '.',
      '"',
      'ß',
      '😀',
      '\u0000',
    ],
  );
  const text = fc.oneof(
    fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
    fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(' ')),
    fc.string({ unit: 'binary', maxLength: 60 }),
  );

  it('is parsed, or refused with a place inside it', () => {
    fc.assert(
      fc.property(text, (source) => {
        const parsed = parseExpression(source);
        if (parsed.ok) {
          // What was read means the same when written with all its parentheses.
          assert.equal(shape(show(parsed.ast)), show(parsed.ast));
          return;
        }
        for (const { offset, message, remedy } of parsed.errors) {
          assert.ok(offset >= 0 && offset <= source.length);
          assert.ok(message.length > 0 && message.length < 200 && remedy.length > 0);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});

import type { Ast, BinaryOperator, ChainOperator, UnaryOperator } from './ast.js';
import { type ExpressionError, expressionError } from './errors.js';
import { shorten, type Token, tokenize } from './lexer.js';

export const MAX_EXPRESSION_LENGTH = 65_536;
export const MAX_EXPRESSION_DEPTH = 200;
export const MAX_EXPRESSION_NODES = 5_000;

export type Parsed =
  | { readonly ok: true; readonly ast: Ast }
  | { readonly ok: false; readonly errors: readonly ExpressionError[] };

/** How tightly operators bind; equal ones from left to right (Informatica transformation language, "Operator precedence"). */
const binding: Readonly<Record<BinaryOperator | ChainOperator, number>> = {
  OR: 1,
  AND: 2,
  '=': 3,
  '<>': 3,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  '||': 5,
  '+': 6,
  '-': 6,
  '*': 7,
  '/': 7,
  '%': 7,
};

function isChain(operator: BinaryOperator | ChainOperator): operator is ChainOperator {
  return operator === 'AND' || operator === 'OR' || operator === '||';
}

function infixOf(token: Token): BinaryOperator | ChainOperator | undefined {
  if (token.kind !== 'symbol' && token.kind !== 'name') return undefined;
  const written = token.value.toUpperCase();
  if (written === '!=' || written === '^=') return '<>';
  return isInfix(written) ? written : undefined;
}

function isInfix(written: string): written is BinaryOperator | ChainOperator {
  return Object.hasOwn(binding, written);
}

function prefixOf(token: Token): UnaryOperator | undefined {
  const written = token.kind === 'symbol' || token.kind === 'name' ? token.value.toUpperCase() : '';
  return written === '+' || written === '-' || written === 'NOT' ? written : undefined;
}

/** Ends the parse at the first mistake: what follows one is guesswork. Caught by `parseExpression` alone. */
class Mistake extends Error {
  readonly error: ExpressionError;
  constructor(error: ExpressionError) {
    super(error.message);
    this.error = error;
  }
}

/** Reads the text of an expression, or says where it breaks the grammar; never throws, whatever the text. */
export function parseExpression(text: string): Parsed {
  if (text.length > MAX_EXPRESSION_LENGTH) {
    const message = `the expression has ${text.length} characters, at most ${MAX_EXPRESSION_LENGTH} are allowed`;
    return { ok: false, errors: [expressionError('EXPRESSION_TOO_LONG', MAX_EXPRESSION_LENGTH, message)] };
  }
  const tokens = tokenize(text);
  if ('code' in tokens) return { ok: false, errors: [tokens] };
  try {
    return { ok: true, ast: parseTokens(tokens) };
  } catch (error) {
    if (error instanceof Mistake) return { ok: false, errors: [error.error] };
    throw error;
  }
}

function parseTokens(tokens: readonly Token[]): Ast {
  let position = 0;
  let nodes = 0;
  /** Depth of the finished nodes, to bound left-deep chains such as a + a + a …, which recurse in the checker only. */
  const depths = new WeakMap<Ast, number>();

  const whole = infix(1, 1);
  const rest = tokens[position];
  if (rest.kind !== 'end') throw unexpected(rest, 'an operator');
  return whole;

  /**
   * Operators that bind at least as tightly as `minimum` (precedence climbing). `depth` counts parentheses, calls and
   * prefixes; between two of those there are at most seven levels of operators.
   */
  function infix(minimum: number, depth: number): Ast {
    let left = prefix(depth);
    for (;;) {
      const token = tokens[position];
      const operator = infixOf(token);
      if (operator === undefined || binding[operator] < minimum) return left;
      position++;
      const right = infix(binding[operator] + 1, depth);
      left = isChain(operator)
        ? chain(operator, token.offset, [left, right], depth)
        : binary(operator, token.offset, left, right);
    }
  }

  /** Takes in all further operands of the same operator; no other operator binds as tightly as a chain's. */
  function chain(operator: ChainOperator, offset: number, operands: Ast[], depth: number): Ast {
    while (infixOf(tokens[position]) === operator) {
      position++;
      operands.push(infix(binding[operator] + 1, depth));
    }
    return node({ kind: 'chain', offset, operator, operands }, operands);
  }

  function binary(operator: BinaryOperator, offset: number, left: Ast, right: Ast): Ast {
    return node({ kind: 'binary', offset, operator, left, right }, [left, right]);
  }

  function prefix(depth: number): Ast {
    const token = tokens[position];
    if (depth > MAX_EXPRESSION_DEPTH) throw tooDeep(token.offset);
    const operator = prefixOf(token);
    if (operator === undefined) return primary(depth);
    position++;
    const operand = prefix(depth + 1);
    return node({ kind: 'unary', offset: token.offset, operator, operand }, [operand]);
  }

  function primary(depth: number): Ast {
    const token = tokens[position++];
    const { offset, value } = token;
    switch (token.kind) {
      case 'number':
        return node({ kind: 'number', offset, text: value }, []);
      case 'text':
        return node({ kind: 'text', offset, value }, []);
      case 'parameter':
        return node({ kind: 'parameter', offset, name: value }, []);
      case 'name':
        return named(token, depth);
      case 'symbol': {
        if (value !== '(') throw unexpected(token, 'a value');
        const inner = infix(1, depth + 1);
        close(token);
        return inner;
      }
      case 'end':
        throw unexpected(token, 'a value');
    }
  }

  function named(token: Token, depth: number): Ast {
    const { offset, value } = token;
    if (infixOf(token)) throw unexpected(token, 'a value');
    if (tokens[position].value === '(' && tokens[position].kind === 'symbol') return call(token, depth);
    switch (value.toUpperCase()) {
      case 'TRUE':
      case 'FALSE':
        return node({ kind: 'boolean', offset, value: value.toUpperCase() === 'TRUE' }, []);
      case 'NULL':
        return node({ kind: 'null', offset }, []);
      default:
        return node({ kind: 'field', offset, name: value }, []);
    }
  }

  function call(name: Token, depth: number): Ast {
    const open = tokens[position++];
    const operands: Ast[] = [];
    if (!isSymbol(')')) {
      operands.push(infix(1, depth + 1));
      while (isSymbol(',')) {
        position++;
        operands.push(infix(1, depth + 1));
      }
    }
    close(open);
    return node({ kind: 'call', offset: name.offset, name: name.value, operands }, operands);
  }

  function isSymbol(symbol: string): boolean {
    return tokens[position].kind === 'symbol' && tokens[position].value === symbol;
  }

  function close(open: Token): void {
    if (isSymbol(')')) {
      position++;
      return;
    }
    const token = tokens[position];
    if (token.kind !== 'end') throw unexpected(token, 'an operator, a comma or )');
    throw new Mistake(expressionError('EXPRESSION_SYNTAX', open.offset, 'this parenthesis is never closed', 'Add ).'));
  }

  function node(made: Ast, children: readonly Ast[]): Ast {
    if (++nodes > MAX_EXPRESSION_NODES) {
      const message = `the expression has more than ${MAX_EXPRESSION_NODES} parts`;
      throw new Mistake(expressionError('EXPRESSION_TOO_LARGE', made.offset, message));
    }
    let depth = 1;
    for (const child of children) depth = Math.max(depth, 1 + (depths.get(child) ?? 0));
    if (depth > MAX_EXPRESSION_DEPTH) throw tooDeep(made.offset);
    depths.set(made, depth);
    return made;
  }
}

function tooDeep(offset: number): Mistake {
  const message = `the expression is nested more than ${MAX_EXPRESSION_DEPTH} levels deep`;
  return new Mistake(expressionError('EXPRESSION_TOO_DEEP', offset, message));
}

function unexpected(token: Token, wanted: string): Mistake {
  const found = token.kind === 'end' ? 'the expression ends' : `there is ${JSON.stringify(shorten(token.value))}`;
  const message = `${found} where ${wanted} should stand`;
  return new Mistake(expressionError('EXPRESSION_SYNTAX', token.offset, message, remedyFor(token)));
}

/** For what other languages write in another way. */
function remedyFor(token: Token): string | undefined {
  if (token.kind === 'name' && token.value.toUpperCase() === 'IN') return 'Write IN(value, a, b, …).';
  if (token.kind === 'name' && token.value.toUpperCase() === 'IS') return 'Write ISNULL(value) or NOT ISNULL(value).';
  return token.kind === 'symbol' && token.value === '=' ? 'Compare with a single =.' : undefined;
}

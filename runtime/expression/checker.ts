import { type DataType, type Field, MAX_DECIMAL_PRECISION } from '../batch/data-type.js';
import { nearestName } from '../nearest-name.js';
import type { Ast, BinaryOperator } from './ast.js';
import { convert } from './conversions/convert.js';
import { type ExpressionError, expressionError } from './errors.js';
import { type Call, callOf, describeType } from './functions/declaration.js';
import { functionDeclarations, functionNamed } from './functions/functions.js';
import { resolveJoin } from './functions/text-joining.js';
import { shorten } from './lexer.js';
import { booleanType, isNumeric, stringType } from './numeric-types.js';
import { resolveArithmetic, resolveNegation } from './operators/arithmetic.js';
import { resolveComparison } from './operators/comparison.js';
import { resolveLogic, resolveNot } from './operators/logic.js';
import { isNull, type LiteralNode, type TypedNode } from './typed.js';

/** A value of a declared type, in a notation that a source's values may have. */
export interface TypedValue {
  readonly type: DataType;
  readonly text: string;
}

/** What the names in an expression stand for. */
export interface ExpressionScope {
  readonly fields: readonly Field[];
  readonly parameters: ReadonlyMap<string, TypedValue>;
}

/** What the value is for: a condition becomes a boolean, a field's value takes on its type. */
export type ExpressionTarget = { readonly kind: 'condition' } | { readonly kind: 'field'; readonly type: DataType };

/** An expression that can be run. */
export interface TypedExpression {
  readonly type: DataType;
  readonly root: TypedNode;
}

export type Checked =
  | { readonly ok: true; readonly typed: TypedExpression }
  | { readonly ok: false; readonly errors: readonly ExpressionError[] };

/**
 * Resolves names and types; finds all mistakes, in the order of their places. Without a `target` the value keeps the type
 * that it has (NULL alone is text).
 */
export function checkExpression(ast: Ast, scope: ExpressionScope, target?: ExpressionTarget): Checked {
  const errors: ExpressionError[] = [];
  const report = (error: ExpressionError): undefined => {
    errors.push(error);
  };
  const node = typeNode(ast, scope, report);
  const root = node && aimAt(node, target, report);
  if (root && errors.length === 0) return { ok: true, typed: { type: root.type, root } };
  return { ok: false, errors: errors.sort((a, b) => a.offset - b.offset) };
}

type Report = (error: ExpressionError) => undefined;

function aimAt(node: TypedNode, target: ExpressionTarget | undefined, report: Report): TypedNode | undefined {
  if (target === undefined) return node;
  const isTruth = isNull(node) || node.type.kind === 'boolean' || isNumeric(node.type);
  if (target.kind === 'condition' && !isTruth) {
    const message = `a condition is TRUE or FALSE, this is ${describeType(node.type)}`;
    return report(expressionError('TYPE_MISMATCH', node.offset, message, 'Compare it with something.'));
  }
  const converted = convert(node, target.kind === 'condition' ? booleanType : target.type);
  return 'code' in converted ? report(converted) : converted;
}

function typeNode(ast: Ast, scope: ExpressionScope, report: Report): TypedNode | undefined {
  const { offset } = ast;
  switch (ast.kind) {
    case 'number':
      return numberLiteral(ast.text, offset, report);
    case 'text':
      return { kind: 'literal', offset, type: stringType, text: ast.value };
    case 'boolean':
      return { kind: 'literal', offset, type: booleanType, text: String(ast.value) };
    case 'null':
      return { kind: 'literal', offset, type: stringType, text: null };
    case 'field':
      return resolveField(ast.name, offset, scope, report);
    case 'parameter':
      return resolveParameter(ast.name, offset, scope, report);
    case 'unary':
      return typeUnary(ast, scope, report);
    case 'binary':
      return typeCall(ast.operator, offset, [ast.left, ast.right], scope, report, (call) =>
        resolveBinary(ast.operator, call),
      );
    case 'chain':
      return typeCall(ast.operator, offset, ast.operands, scope, report, (call) =>
        ast.operator === '||' ? resolveJoin(call) : resolveLogic(ast.operator, call),
      );
    case 'call':
      return typeFunction(ast, scope, report);
  }
}

/** Types the operands, all of them, so that mistakes in each are found; then the whole. */
function typeCall(
  name: string,
  offset: number,
  operands: readonly Ast[],
  scope: ExpressionScope,
  report: Report,
  resolve: (call: Call) => TypedNode | undefined,
): TypedNode | undefined {
  const typed: TypedNode[] = [];
  for (const operand of operands) {
    const node = typeNode(operand, scope, report);
    if (node) typed.push(node);
  }
  return typed.length < operands.length ? undefined : resolve(callOf(name, offset, typed, report));
}

function resolveBinary(operator: BinaryOperator, call: Call): TypedNode | undefined {
  switch (operator) {
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return resolveArithmetic(operator, call);
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return resolveComparison(operator, call);
  }
}

function typeUnary(
  ast: Extract<Ast, { kind: 'unary' }>,
  scope: ExpressionScope,
  report: Report,
): TypedNode | undefined {
  const { operator, operand, offset } = ast;
  // A sign in front of a number is part of it, so that -2147483648 is an integer.
  if (operand.kind === 'number' && operator !== 'NOT')
    return numberLiteral(`${operator}${operand.text}`, offset, report);
  return typeCall(operator, offset, [operand], scope, report, (call) => {
    if (operator === 'NOT') return resolveNot(call);
    return operator === '-' ? resolveNegation(call) : call.number(0);
  });
}

function typeFunction(
  ast: Extract<Ast, { kind: 'call' }>,
  scope: ExpressionScope,
  report: Report,
): TypedNode | undefined {
  const declaration = functionNamed(ast.name);
  if (!declaration) {
    const meant = nearestName(
      ast.name,
      functionDeclarations.map(({ name }) => name),
    );
    const message = `there is no function ${shorten(ast.name)}`;
    report(expressionError('UNKNOWN_FUNCTION', ast.offset, message, meant && `Did you mean ${meant}?`));
  }
  return typeCall(declaration?.name ?? ast.name, ast.offset, ast.operands, scope, report, (call) => {
    if (!declaration) return undefined;
    const { min, max } = declaration.arguments;
    const count = ast.operands.length;
    if (count >= min && count <= max) return declaration.resolve(call);
    const wanted = min === max ? `${min}` : count < min ? `at least ${min}` : `at most ${max}`;
    const message = `${declaration.name} takes ${wanted} ${wanted === '1' ? 'argument' : 'arguments'}, here are ${count}`;
    return report(expressionError('WRONG_ARGUMENT_COUNT', ast.offset, message, `Write ${declaration.signature}.`));
  });
}

/** Digits make an integer, bigint or decimal, whichever is the first that has room; a point a decimal; an exponent a double. */
function numberLiteral(written: string, offset: number, report: Report): LiteralNode | undefined {
  const literal = (type: DataType, text: string): LiteralNode => ({ kind: 'literal', offset, type, text });
  if (/e/i.test(written)) {
    const value = Number(written);
    if (Number.isFinite(value)) return literal({ kind: 'double' }, String(value));
    return report(expressionError('NUMBER_TOO_LARGE', offset, `${shorten(written)} is beyond the range of a double`));
  }
  const [, sign, whole, fraction] = /^([+-]?)0*([0-9]*)(?:\.([0-9]+))?$/.exec(written) ?? [];
  const scale = fraction?.length ?? 0;
  const precision = Math.max(1, whole.length + scale);
  if (precision > MAX_DECIMAL_PRECISION) {
    const message = `${shorten(written)} has ${precision} digits, at most ${MAX_DECIMAL_PRECISION} are possible`;
    return report(expressionError('NUMBER_TOO_LARGE', offset, message));
  }
  const text = `${sign === '-' ? '-' : ''}${whole || '0'}${fraction === undefined ? '' : `.${fraction}`}`;
  if (fraction !== undefined) return literal({ kind: 'decimal', precision, scale }, text);
  const value = BigInt(text);
  if (BigInt.asIntN(32, value) === value) return literal({ kind: 'integer' }, text);
  if (BigInt.asIntN(64, value) === value) return literal({ kind: 'bigint' }, text);
  return literal({ kind: 'decimal', precision, scale: 0 }, text);
}

/** An exact match counts before one that differs in case, of which there may be only one. */
function resolveField(name: string, offset: number, scope: ExpressionScope, report: Report): TypedNode | undefined {
  const { fields } = scope;
  const exact = fields.findIndex((field) => field.name === name);
  const folded = name.toLowerCase();
  const similar = exact >= 0 ? [fields[exact]] : fields.filter((field) => field.name.toLowerCase() === folded);
  if (similar.length === 1) {
    const [field] = similar;
    return { kind: 'field', offset, type: field.type, name: field.name, index: fields.indexOf(field) };
  }
  if (similar.length > 1) {
    const names = similar.map((field) => `"${field.name}"`).join(', ');
    return report(expressionError('AMBIGUOUS_FIELD', offset, `"${shorten(name)}" may mean any of ${names}`));
  }
  return report(unknownField(name, offset, fields));
}

function unknownField(name: string, offset: number, fields: readonly Field[]): ExpressionError {
  const message = `the input has no field "${shorten(name)}"`;
  if (functionNamed(name)) {
    const signature = functionNamed(name)?.signature;
    return expressionError('UNKNOWN_FIELD', offset, message, `To call the function write ${signature}.`);
  }
  const meant = nearestName(
    name,
    fields.map((field) => field.name),
  );
  return expressionError('UNKNOWN_FIELD', offset, message, meant && `Did you mean "${meant}"?`);
}

function resolveParameter(name: string, offset: number, scope: ExpressionScope, report: Report): TypedNode | undefined {
  const value = scope.parameters.get(name);
  if (value) return { kind: 'literal', offset, type: value.type, text: value.text };
  const meant = nearestName(name, scope.parameters.keys());
  const message = `there is no parameter "${shorten(name)}"`;
  return report(expressionError('UNKNOWN_PARAMETER', offset, message, meant && `Did you mean $$${meant}?`));
}

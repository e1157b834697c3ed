import type { DataType } from '../../batch/data-type.js';
import { convert } from '../conversions/convert.js';
import { type ExpressionError, expressionError, type RowErrorCode } from '../errors.js';
import { type Kernel, strict } from '../evaluation.js';
import { integerType, isNumeric, type NumericType, stringType } from '../numeric-types.js';
import { isNull, type Program, type TypedNode } from '../typed.js';

export type FunctionFamily = 'Conditional' | 'String' | 'Numeric';

/** A function of the expression language: what the checker, the documentation and the kernels know of it, in one place. */
export interface FunctionDeclaration {
  /** In capitals; calls may write it in any case. */
  readonly name: string;
  readonly family: FunctionFamily;
  /** For people, for example `SUBSTR(text, start [, length])`. */
  readonly signature: string;
  readonly summary: string;
  /** What NULL arguments make of the result. */
  readonly nulls: string;
  /** Codes of the row errors that it can cause, apart from those of its arguments. */
  readonly rowErrors: readonly RowErrorCode[];
  /** Each runs as a test: `expression` without fields, `result` as canonical text. */
  readonly examples: readonly { readonly expression: string; readonly result: string | null }[];
  readonly arguments: { readonly min: number; readonly max: number };
  /** Types a call whose number of arguments is right; undefined after a mistake was reported. */
  resolve(call: Call): TypedNode | undefined;
}

/** A call under check. The methods that name an argument by its index report a mistake at its place and answer undefined. */
export interface Call {
  readonly name: string;
  readonly offset: number;
  readonly operands: readonly TypedNode[];
  report(error: ExpressionError): undefined;
  /** `operand`, converted to `type`. */
  converted(operand: TypedNode, type: DataType): TypedNode | undefined;
  /** The argument, which must be text (NULL is). */
  text(index: number): TypedNode | undefined;
  /** The argument, which must be a number (NULL is an integer). */
  number(index: number): NumericNode | undefined;
  /** The argument as a whole number in a double, for positions and counts. */
  wholeNumber(index: number): TypedNode | undefined;
  /** The argument as a boolean; numbers are true unless 0. */
  condition(index: number): TypedNode | undefined;
  /** A node that computes its result by a kernel which sees only rows without NULL. */
  strict(type: DataType, operands: readonly TypedNode[], makeKernel: () => Kernel): TypedNode;
  node(type: DataType, operands: readonly TypedNode[], program: Program): TypedNode;
}

export type NumericNode = TypedNode & { readonly type: NumericType };

export function callOf(
  name: string,
  offset: number,
  operands: readonly TypedNode[],
  report: (error: ExpressionError) => undefined,
): Call {
  const call: Call = {
    name,
    offset,
    operands,
    report,
    converted(operand, type) {
      const node = convert(operand, type);
      return 'code' in node ? report(node) : node;
    },
    text(index) {
      const operand = operands[index];
      if (isNull(operand)) return { ...operand, type: stringType };
      if (operand.type.kind === 'string') return operand;
      return report(wrongType(name, operand, 'text', "Join it to an empty text to make it one: value || ''."));
    },
    number(index) {
      const operand = operands[index];
      if (isNull(operand)) return { ...operand, type: integerType };
      if (isNumericNode(operand)) return operand;
      return report(wrongType(name, operand, 'a number'));
    },
    wholeNumber(index) {
      const operand = operands[index];
      const { type } = operand;
      const whole =
        isNull(operand) ||
        type.kind === 'integer' ||
        type.kind === 'bigint' ||
        (type.kind === 'decimal' && type.scale === 0);
      if (whole) return call.converted(operand, { kind: 'double' });
      return report(wrongType(name, operand, 'a whole number', 'Round it: ROUND(value) or TRUNC(value) of a decimal.'));
    },
    condition(index) {
      const operand = operands[index];
      const { kind } = operand.type;
      if (isNull(operand) || kind === 'boolean' || isNumeric(operand.type))
        return call.converted(operand, { kind: 'boolean' });
      return report(wrongType(name, operand, 'a condition', 'Compare it with something.'));
    },
    strict: (type, inputs, makeKernel) => call.node(type, inputs, strict(type, makeKernel)),
    node: (type, inputs, program) => ({ kind: 'call', offset, type, name, operands: inputs, program }),
  };
  return call;
}

function isNumericNode(node: TypedNode): node is NumericNode {
  return isNumeric(node.type);
}

/** How a type is called in messages that say it does not fit. */
export function wrongType(taker: string, operand: TypedNode, wanted: string, remedy?: string): ExpressionError {
  return expressionError(
    'TYPE_MISMATCH',
    operand.offset,
    `${taker} takes ${wanted}, this is ${describeType(operand.type)}`,
    remedy,
  );
}

export function describeType(type: DataType): string {
  switch (type.kind) {
    case 'string':
      return 'text';
    case 'integer':
      return 'an integer';
    case 'decimal':
      return `a decimal(${type.precision},${type.scale})`;
    case 'boolean':
    case 'bigint':
    case 'double':
    case 'date':
    case 'datetime':
      return `a ${type.kind}`;
  }
}

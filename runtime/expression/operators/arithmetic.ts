import type { BinaryOperator } from '../ast.js';
import type { Kernel } from '../evaluation.js';
import { type Call, type NumericNode, wrongType } from '../functions/declaration.js';
import {
  addDoubles,
  divideDoubles,
  multiplyDoubles,
  negateDoubles,
  remainderDoubles,
  subtractDoubles,
} from '../kernels/double-arithmetic.js';
import { type ExactOperation, exactKernel } from '../kernels/exact.js';
import { negation, product, quotient, remainder, sum } from '../kernels/exact-arithmetic.js';
import {
  asDecimal,
  bigintType,
  doubleType,
  type ExactType,
  isExact,
  productType,
  quotientType,
  remainderType,
  sumType,
  widerNumeric,
} from '../numeric-types.js';
import { isNull, type TypedNode } from '../typed.js';

export type ArithmeticOperator = Extract<BinaryOperator, '+' | '-' | '*' | '/' | '%'>;

/** Types `a + b` and its like; a double if either is one, else exact. */
export function resolveArithmetic(operator: ArithmeticOperator, call: Call): TypedNode | undefined {
  const text = call.operands.find((operand) => operand.type.kind === 'string' && !isNull(operand));
  if (operator === '+' && text) return call.report(wrongType('+', text, 'numbers', 'Join texts with ||.'));
  const a = call.number(0);
  const b = call.number(1);
  if (!a || !b) return undefined;
  if (!isExact(a.type) || !isExact(b.type)) {
    const x = call.converted(a, doubleType);
    const y = call.converted(b, doubleType);
    return x && y && call.strict(doubleType, [x, y], () => doubleKernelOf(operator));
  }
  const type = exactTypeOf(operator, a, b, a.type, b.type);
  const operation = exactOperationOf(operator, a.type, b.type, type);
  return call.strict(type, [a, b], () => exactKernel(type, operation));
}

function exactTypeOf(
  operator: ArithmeticOperator,
  left: NumericNode,
  right: NumericNode,
  a: ExactType,
  b: ExactType,
): ExactType {
  const integral = a.kind !== 'decimal' && b.kind !== 'decimal';
  const [digitsA, digitsB] = [asDecimal(a, left), asDecimal(b, right)];
  switch (operator) {
    case '+':
    case '-':
      return integral ? bigintType : sumType(digitsA, digitsB);
    case '*':
      return integral ? bigintType : productType(digitsA, digitsB);
    case '/':
      return quotientType(digitsA, digitsB);
    case '%': {
      const wider = widerNumeric(a, b);
      return integral && isExact(wider) ? wider : remainderType(digitsA, digitsB);
    }
  }
}

function exactOperationOf(operator: ArithmeticOperator, a: ExactType, b: ExactType, type: ExactType): ExactOperation {
  switch (operator) {
    case '+':
      return sum(a, b, type, 1);
    case '-':
      return sum(a, b, type, -1);
    case '*':
      return product(a, b, type);
    case '/':
      return quotient(a, b, type);
    case '%':
      return remainder(a, b, type);
  }
}

function doubleKernelOf(operator: ArithmeticOperator): Kernel {
  switch (operator) {
    case '+':
      return addDoubles;
    case '-':
      return subtractDoubles;
    case '*':
      return multiplyDoubles;
    case '/':
      return divideDoubles;
    case '%':
      return remainderDoubles;
  }
}

/** Types `-a`, where a is no literal. */
export function resolveNegation(call: Call): TypedNode | undefined {
  const operand = call.number(0);
  if (!operand) return undefined;
  const { type } = operand;
  if (!isExact(type)) return call.strict(doubleType, [operand], () => negateDoubles);
  const result = type.kind === 'integer' ? bigintType : type;
  return call.strict(result, [operand], () => exactKernel(result, negation(result)));
}

import type { DataType } from '../../batch/data-type.js';
import { expressionError } from '../errors.js';
import type { Kernel } from '../evaluation.js';
import { type Call, describeType } from '../functions/declaration.js';
import {
  type ComparisonOperator,
  compareBooleans,
  compareDatetimes,
  compareDoubles,
  compareExact,
  compareInt32,
  compareTexts,
} from '../kernels/comparison.js';
import { booleanType, commonType, integerType, isExact, scaleOf } from '../numeric-types.js';
import { isNull, type TypedNode } from '../typed.js';

/** Types `a = b` and its like. */
export function resolveComparison(operator: ComparisonOperator, call: Call): TypedNode | undefined {
  const sides = comparable(call, call.operands[0], call.operands[1]);
  if (!sides) return undefined;
  const [a, b] = sides;
  return call.strict(booleanType, [a, b], () => comparisonKernel(operator, a.type, b.type));
}

/** Two operands brought to types that one kernel compares; exact numbers keep their scales. */
function comparable(call: Call, left: TypedNode, right: TypedNode): [TypedNode, TypedNode] | undefined {
  const common = commonTypeOf(left, right);
  if (!common) {
    const remedy = "Compare values of one kind; || '' makes a text of any value.";
    const message = `${describeType(left.type)} can not be compared with ${describeType(right.type)}`;
    return call.report(expressionError('TYPE_MISMATCH', call.offset, message, remedy));
  }
  if (isExact(common)) {
    const a = exactOperand(call, left);
    const b = exactOperand(call, right);
    return a && b && [a, b];
  }
  const a = call.converted(left, common);
  const b = call.converted(right, common);
  return a && b && [a, b];
}

/** A number as it is; a boolean as 1 or 0. */
export function exactOperand(call: Call, operand: TypedNode): TypedNode | undefined {
  return isExact(operand.type) && !isNull(operand) ? operand : call.converted(operand, integerType);
}

/** NULL takes the other operand's type; two NULLs are integers. */
function commonTypeOf(left: TypedNode, right: TypedNode): DataType | undefined {
  if (isNull(left)) return isNull(right) ? integerType : right.type;
  return isNull(right) ? left.type : commonType(left.type, right.type);
}

/** The kernel for operands that `comparable` has brought together. */
export function comparisonKernel(operator: ComparisonOperator, a: DataType, b: DataType): Kernel {
  switch (a.kind) {
    case 'string':
      return compareTexts(operator);
    case 'boolean':
      return compareBooleans(operator);
    case 'double':
      return compareDoubles(operator);
    case 'date':
      return compareInt32(operator);
    case 'datetime':
      return compareDatetimes(operator);
    case 'integer':
      if (b.kind === 'integer') return compareInt32(operator);
      return compareExact(operator, 0, isExact(b) ? scaleOf(b) : 0);
    case 'bigint':
    case 'decimal':
      return compareExact(operator, scaleOf(a), isExact(b) ? scaleOf(b) : 0);
  }
}

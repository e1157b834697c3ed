import { type DataType, formatDataType } from '../../batch/data-type.js';
import { type ExpressionError, expressionError } from '../errors.js';
import { type Kernel, strict } from '../evaluation.js';
import { exactKernel, type Fault } from '../kernels/exact.js';
import { rescaled } from '../kernels/exact-arithmetic.js';
import { type ExactType, integerType, isExact, isNumeric, scaleOf } from '../numeric-types.js';
import { isNull, type TypedNode } from '../typed.js';
import { datesToDatetimes } from './moment-conversions.js';
import { booleansToIntegers, doublesToExact, exactToDoubles, numbersToBooleans } from './number-conversions.js';
import { textsToValues, valuesToTexts } from './text-conversions.js';

/** The value of `node` as a `to`, with the conversion written out as a node; an error when there is no such conversion. */
export function convert(node: TypedNode, to: DataType): TypedNode | ExpressionError {
  const from = node.type;
  if (isNull(node) || isSubtype(from, to)) return { ...node, type: to };
  if (from.kind === 'boolean' && isNumeric(to) && to.kind !== 'integer') {
    return convert(conversion(node, integerType, booleansToIntegers), to);
  }
  const kernel = conversionKernel(from, to);
  return kernel ? conversion(node, to, kernel) : noConversion(node, to);
}

/** True when every value of `from` is one of `to` in the same layout. */
function isSubtype(from: DataType, to: DataType): boolean {
  if (from.kind === 'decimal' && to.kind === 'decimal')
    return from.scale === to.scale && from.precision <= to.precision;
  return from.kind === to.kind;
}

function conversion(node: TypedNode, to: DataType, makeKernel: () => Kernel): TypedNode {
  return {
    kind: 'call',
    offset: node.offset,
    type: to,
    name: 'convert',
    operands: [node],
    program: strict(to, makeKernel),
  };
}

function conversionKernel(from: DataType, to: DataType): (() => Kernel) | undefined {
  if (to.kind === 'string') return () => valuesToTexts(from);
  if (from.kind === 'string') return () => textsToValues(to);
  if (isExact(from) && isExact(to)) {
    return () => exactKernel(to, rescaled(from, to, scaleOf(to), 'half-away', doesNotFit(to)));
  }
  if (isExact(from) && to.kind === 'double') return () => exactToDoubles(scaleOf(from));
  if (from.kind === 'double' && isExact(to)) return () => doublesToExact(to, doesNotFit(to));
  if (from.kind === 'boolean' && to.kind === 'integer') return booleansToIntegers;
  if (isNumeric(from) && to.kind === 'boolean') return numbersToBooleans;
  if (from.kind === 'date' && to.kind === 'datetime') return () => datesToDatetimes;
  return undefined;
}

function doesNotFit(to: ExactType): Fault {
  const code = to.kind === 'decimal' ? 'DECIMAL_OVERFLOW' : 'NUMBER_OUT_OF_RANGE';
  return { code, reason: `the number does not fit ${formatDataType(to)}` };
}

function noConversion(node: TypedNode, to: DataType): ExpressionError {
  const message = `a ${formatDataType(node.type)} can not become a ${formatDataType(to)}`;
  return expressionError('TYPE_MISMATCH', node.offset, message);
}

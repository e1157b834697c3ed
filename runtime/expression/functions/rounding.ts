import { absoluteDoubles } from '../kernels/double-arithmetic.js';
import { roundDoubles } from '../kernels/double-rounding.js';
import { exactKernel } from '../kernels/exact.js';
import { type Cut, magnitude, overflowOf, rescaled } from '../kernels/exact-arithmetic.js';
import { roundedToPlaces } from '../kernels/exact-rounding.js';
import { bigintType, decimalType, doubleType, type ExactType, isExact, scaleOf } from '../numeric-types.js';
import { isNull, type TypedNode } from '../typed.js';
import type { Call, FunctionDeclaration, NumericNode } from './declaration.js';

export const round: FunctionDeclaration = {
  name: 'ROUND',
  family: 'Numeric',
  signature: 'ROUND(number [, places])',
  summary:
    'The number rounded half away from zero to a number of places behind the point, 0 if none is given; negative places ' +
    'round before the point. Decimals are rounded exactly, and a constant number of places becomes their scale.',
  nulls: 'NULL if any argument is.',
  rowErrors: ['OVERFLOW', 'DECIMAL_OVERFLOW'],
  examples: [
    { expression: 'ROUND(12.345, 2)', result: '12.35' },
    { expression: 'ROUND(-2.5)', result: '-3' },
    { expression: 'ROUND(1250, -2)', result: '1300' },
    { expression: 'ROUND(NULL, 2)', result: null },
  ],
  arguments: { min: 1, max: 2 },
  resolve: (call) => resolveRounding(call, 'half-away'),
};

export const trunc: FunctionDeclaration = {
  name: 'TRUNC',
  family: 'Numeric',
  signature: 'TRUNC(number [, places])',
  summary:
    'The number cut toward zero to a number of places behind the point, 0 if none is given; negative places cut before the ' +
    'point. Decimals are cut exactly, and a constant number of places becomes their scale.',
  nulls: 'NULL if any argument is.',
  rowErrors: [],
  examples: [
    { expression: 'TRUNC(12.349, 2)', result: '12.34' },
    { expression: 'TRUNC(-2.9)', result: '-2' },
    { expression: 'TRUNC(1290, -2)', result: '1200' },
    { expression: 'TRUNC(NULL)', result: null },
  ],
  arguments: { min: 1, max: 2 },
  resolve: (call) => resolveRounding(call, 'toward-zero'),
};

function resolveRounding(call: Call, cut: Cut): TypedNode | undefined {
  const number = call.number(0);
  const whole: TypedNode = { kind: 'literal', offset: call.offset, type: { kind: 'integer' }, text: '0' };
  const places = call.operands[1] ?? whole;
  if (call.operands.length > 1 && !call.wholeNumber(1)) return undefined;
  if (!number) return undefined;
  const { type } = number;
  if (!isExact(type)) {
    const doublePlaces = call.converted(places, doubleType);
    return doublePlaces && call.strict(doubleType, [number, doublePlaces], () => roundDoubles(cut));
  }
  if (places.kind === 'literal' && !isNull(places))
    return roundToConstant(call, number, type, Number(places.text), cut);
  const exactPlaces = isNull(places) ? call.converted(places, bigintType) : places;
  const result = type.kind === 'decimal' ? decimalType(type.precision + 1, type.scale) : bigintType;
  return (
    exactPlaces &&
    call.strict(result, [number, exactPlaces], () => exactKernel(result, roundedToPlaces(type, result, cut)))
  );
}

function roundToConstant(call: Call, number: NumericNode, type: ExactType, places: number, cut: Cut): TypedNode {
  if (places >= scaleOf(type)) return number;
  const result = roundedType(type, places, cut);
  return call.strict(result, [number], () =>
    exactKernel(result, rescaled(type, result, places, cut, overflowOf(result))),
  );
}

/** Rounding up can add a digit. */
function roundedType(type: ExactType, places: number, cut: Cut): ExactType {
  if (type.kind !== 'decimal') return bigintType;
  const scale = Math.max(0, places);
  return decimalType(type.precision - type.scale + scale + (cut === 'half-away' ? 1 : 0), scale);
}

export const abs: FunctionDeclaration = {
  name: 'ABS',
  family: 'Numeric',
  signature: 'ABS(number)',
  summary: 'The number without its sign.',
  nulls: 'NULL gives NULL.',
  rowErrors: ['OVERFLOW'],
  examples: [
    { expression: 'ABS(-12.50)', result: '12.50' },
    { expression: 'ABS(NULL)', result: null },
  ],
  arguments: { min: 1, max: 1 },
  resolve(call) {
    const number = call.number(0);
    if (!number) return undefined;
    const { type } = number;
    if (!isExact(type)) return call.strict(doubleType, [number], () => absoluteDoubles);
    const result = type.kind === 'integer' ? bigintType : type;
    return call.strict(result, [number], () => exactKernel(result, magnitude(result)));
  },
};

import assert from 'node:assert/strict';
import { type DataType, formatDataType } from '../../../runtime/batch/data-type.js';
import type { TypedNode } from '../../../runtime/expression/typed.js';

/** A value one row at a time: an unscaled integer, a double, a text, a boolean, or NULL. */
export type Value = bigint | number | string | boolean | null;

/** Ends a row. */
export class RowFault extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/**
 * The language as plainly as it can be said, one row and one value at a time, over checked expressions of the exact types,
 * double, text and boolean. It shares the checker with what it is compared to, and nothing else.
 */
export function evaluateRow(node: TypedNode, fields: readonly Value[]): Value {
  switch (node.kind) {
    case 'field':
      return fields[node.index];
    case 'literal':
      return node.text === null ? null : readValue(node.type, node.text);
    case 'call':
      return evaluateCall(node, fields);
  }
}

type CallNode = Extract<TypedNode, { kind: 'call' }>;

function evaluateCall(node: CallNode, fields: readonly Value[]): Value {
  const { name, operands } = node;
  const value = (index: number) => evaluateRow(operands[index], fields);
  switch (name) {
    case 'AND':
    case 'OR': {
      let result: Value = name === 'AND';
      for (let index = 0; index < operands.length; index++) {
        const next = value(index);
        if (next === (name === 'OR')) return next;
        if (next === null) result = null;
      }
      return result;
    }
    case 'IIF':
      return value(0) === true ? value(1) : value(2);
    case 'ISNULL':
      return value(0) === null;
    case 'CONCAT':
    case '||': {
      const texts = operands.map((_, index) => value(index)).filter((text) => text !== null);
      return texts.length === 0 ? null : texts.join('');
    }
    case 'IN': {
      const sought = value(0);
      if (sought === null) return null;
      // A list of constant texts is not among the operands; such expressions are not generated.
      for (let index = 1; index < operands.length; index++) {
        const member = value(index);
        if (member !== null && compare(operands[0], sought, operands[index], member) === 0) return true;
      }
      return false;
    }
    default: {
      const values = operands.map((_, index) => value(index));
      const known = values.filter((each) => each !== null);
      return known.length < values.length ? null : compute(node, known);
    }
  }
}

function compute(node: CallNode, values: readonly NonNullable<Value>[]): Value {
  const [a, b] = values;
  const [left, right] = node.operands;
  switch (node.name) {
    case 'NOT':
      return a === false;
    case 'convert':
      return convertValue(left.type, node.type, a);
    case '=':
      return compare(left, a, right, b) === 0;
    case '<>':
      return compare(left, a, right, b) !== 0;
    case '<':
      return compare(left, a, right, b) < 0;
    case '<=':
      return compare(left, a, right, b) <= 0;
    case '>':
      return compare(left, a, right, b) > 0;
    case '>=':
      return compare(left, a, right, b) >= 0;
    case 'UPPER':
      return String(a).toUpperCase();
    case 'LOWER':
      return String(a).toLowerCase();
    case 'LENGTH':
      return BigInt([...String(a)].length);
    case 'LTRIM':
    case 'RTRIM':
      return trim(node.name, String(a), String(b));
    case 'SUBSTR':
      return substring(String(a), Number(b), values.length === 3 ? Number(values[2]) : Number.POSITIVE_INFINITY);
    default:
      return typeof a === 'number' ? computeDouble(node.name, a, Number(b)) : computeExact(node, BigInt(a), b ?? 0n);
  }
}

function trim(name: 'LTRIM' | 'RTRIM', text: string, characters: string): string {
  const set = new Set(characters);
  const points = [...text];
  while (points.length > 0 && set.has(points[name === 'LTRIM' ? 0 : points.length - 1])) {
    if (name === 'LTRIM') points.shift();
    else points.pop();
  }
  return points.join('');
}

function substring(text: string, start: number, size: number): string {
  const points = [...text];
  const first = start > 0 ? start - 1 : start === 0 ? 0 : Math.max(0, points.length + start);
  return points.slice(first, first + Math.max(0, size)).join('');
}

function computeDouble(name: string, a: number, b: number): number {
  if ((name === '/' || name === '%') && b === 0) throw new RowFault('DIVISION_BY_ZERO');
  const result = doubleResult(name, a, b);
  if (!Number.isFinite(result)) throw new RowFault('OVERFLOW');
  return result;
}

function doubleResult(name: string, a: number, b: number): number {
  switch (name) {
    case '+':
      return a + b;
    case '-':
      // The unary one has no b.
      return Number.isNaN(b) ? -a : a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
    case 'ABS':
      return Math.abs(a);
    default:
      return assert.fail(`no reference for ${name} of doubles`);
  }
}

/** By fractions: a / 10^scale. */
function computeExact(node: CallNode, a: bigint, b: Exclude<Value, null>): bigint {
  const [left, right] = node.operands;
  const unary = node.operands.length === 1;
  const scaleA = scaleOf(left.type);
  const scaleB = unary ? 0 : scaleOf(right.type);
  const scale = scaleOf(node.type);
  const y = BigInt(b);
  const finer = Math.max(scaleA, scaleB);
  const [alignedA, alignedB] = [a * ten(finer - scaleA), y * ten(finer - scaleB)];
  if ((node.name === '/' || node.name === '%') && y === 0n) throw new RowFault('DIVISION_BY_ZERO');
  switch (node.name) {
    case '+':
      return fit(node.type, rescale(alignedA + alignedB, finer, scale, true));
    case '-':
      return fit(node.type, unary ? -a : rescale(alignedA - alignedB, finer, scale, true));
    case '*':
      return fit(node.type, rescale(a * y, scaleA + scaleB, scale, true));
    case '/':
      return fit(node.type, divide(alignedA * ten(scale), alignedB, true));
    case '%':
      return fit(node.type, rescale(alignedA % alignedB, finer, scale, true));
    case 'ABS':
      return fit(node.type, a < 0n ? -a : a);
    case 'ROUND':
    case 'TRUNC': {
      // A constant number of places shows in the result's scale, unless it is negative; such calls are not generated.
      const places = unary ? scale : Number(y);
      const cut = places >= scaleA ? a : divide(a, ten(scaleA - places), node.name === 'ROUND') * ten(scaleA - places);
      return fit(node.type, rescale(cut, scaleA, scale, true));
    }
    default:
      return assert.fail(`no reference for ${node.name} of ${formatDataType(left.type)}`);
  }
}

function convertValue(from: DataType, to: DataType, value: NonNullable<Value>): Value {
  if (to.kind === 'string') return formatValue(from, value);
  if (to.kind === 'boolean') return Number(value) !== 0;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (to.kind === 'double') return typeof value === 'number' ? value : Number(formatValue(from, value));
  if (typeof value === 'bigint') {
    return fit(
      to,
      rescale(value, scaleOf(from), scaleOf(to), true),
      to.kind === 'decimal' ? undefined : 'NUMBER_OUT_OF_RANGE',
    );
  }
  return assert.fail(`no reference for ${formatDataType(from)} as ${formatDataType(to)}`);
}

function compare(left: TypedNode, a: NonNullable<Value>, right: TypedNode, b: NonNullable<Value>): number {
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(String(b)));
  const [scaleA, scaleB] = [scaleOf(left.type), scaleOf(right.type)];
  const [x, y] = typeof a === 'bigint' ? [a * ten(scaleB), BigInt(b) * ten(scaleA)] : [a, b];
  return x < y ? -1 : x > y ? 1 : 0;
}

function fit(type: DataType, value: bigint, code?: string): bigint {
  const magnitude = value < 0n ? -value : value;
  if (type.kind === 'decimal') {
    if (magnitude >= ten(type.precision)) throw new RowFault(code ?? 'DECIMAL_OVERFLOW');
  } else if (BigInt.asIntN(type.kind === 'integer' ? 32 : 64, value) !== value) throw new RowFault(code ?? 'OVERFLOW');
  return value;
}

function rescale(value: bigint, from: number, to: number, rounds: boolean): bigint {
  return to >= from ? value * ten(to - from) : divide(value, ten(from - to), rounds);
}

function divide(n: bigint, d: bigint, rounds: boolean): bigint {
  const negative = n < 0n !== d < 0n;
  const [size, unit] = [n < 0n ? -n : n, d < 0n ? -d : d];
  const quotient = (rounds ? 2n * size + unit : 2n * size) / (2n * unit);
  return negative ? -quotient : quotient;
}

function ten(digits: number): bigint {
  return 10n ** BigInt(digits);
}

function scaleOf(type: DataType): number {
  return type.kind === 'decimal' ? type.scale : 0;
}

export function readValue(type: DataType, text: string): Value {
  switch (type.kind) {
    case 'string':
      return text;
    case 'boolean':
      return text === 'true';
    case 'double':
      return Number(text);
    default: {
      const [whole, fraction = ''] = text.split('.');
      return BigInt(whole + fraction.padEnd(scaleOf(type), '0'));
    }
  }
}

export function formatValue(type: DataType, value: NonNullable<Value>): string {
  if (typeof value !== 'bigint') return Object.is(value, -0) ? '0' : String(value);
  const scale = scaleOf(type);
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${value < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`;
}

import { BATCH_ROWS } from '../../batch/batch.js';
import { type Bitmap, bitmapOf, getBit } from '../../batch/bitmap.js';
import type { DataType } from '../../batch/data-type.js';
import { type BooleanVector, type Vector, vectorOf } from '../../batch/vector.js';
import { expressionError } from '../errors.js';
import { type Kernel, strict } from '../evaluation.js';
import { isMember } from '../kernels/text-set.js';
import { TRUE, truthAt } from '../kernels/truth.js';
import { booleanOf } from '../kernels/vectors.js';
import { booleanType, commonType, integerType, isExact, isNumeric } from '../numeric-types.js';
import { comparisonKernel, exactOperand } from '../operators/comparison.js';
import { isNull, type LiteralNode, type Program, type TypedNode } from '../typed.js';
import { lower } from './case.js';
import { type Call, callOf, describeType, type FunctionDeclaration } from './declaration.js';

export const isIn: FunctionDeclaration = {
  name: 'IN',
  family: 'Conditional',
  signature: 'IN(value, a, b, … [, caseFlag])',
  summary:
    'Whether a value equals one of those listed. For texts a last argument that is a number is the case flag: ' +
    '0 or FALSE takes upper and lower case for equal, any other keeps them apart, as does no flag.',
  nulls: 'NULL if the value is; a NULL in the list equals nothing.',
  rowErrors: [],
  examples: [
    { expression: "IN('DE', 'AT', 'DE')", result: 'true' },
    { expression: "IN('de', 'AT', 'DE')", result: 'false' },
    { expression: "IN('de', 'AT', 'DE', 0)", result: 'true' },
    { expression: 'IN(2, 1, 3)', result: 'false' },
    { expression: 'IN(NULL, 1, 3)', result: null },
  ],
  arguments: { min: 2, max: 5_000 },
  resolve(call) {
    const flag = caseFlagOf(call);
    if (flag === 'mistaken') return undefined;
    const given = flag ? call.operands.slice(0, -1) : call.operands;
    const [value, ...list] = flag && isFalse(flag) ? foldCase(call, given) : given;
    if (list.length === 0) {
      const message = 'IN has nothing to look in but a case flag';
      return call.report(
        expressionError('WRONG_ARGUMENT_COUNT', call.offset, message, 'Give at least one value to look for.'),
      );
    }
    const type = typeOfAll(call, value, list);
    if (!type) return undefined;
    const operands: TypedNode[] = [];
    for (const operand of [value, ...list]) {
      const node = isExact(type) ? exactOperand(call, operand) : call.converted(operand, type);
      if (node) operands.push(node);
    }
    if (operands.length < 1 + list.length) return undefined;
    return lookUp(call, operands[0], operands.slice(1));
  },
};

/** The last argument, if the value is text and it is none. */
function caseFlagOf(call: Call): LiteralNode | 'mistaken' | undefined {
  const { operands } = call;
  const last = operands[operands.length - 1];
  const takesFlag = operands[0].type.kind === 'string' && !isNull(operands[0]) && !isNull(last);
  if (!takesFlag || operands.length < 2 || !(isNumeric(last.type) || last.type.kind === 'boolean')) return undefined;
  if (last.kind === 'literal' && (last.type.kind === 'integer' || last.type.kind === 'boolean')) return last;
  call.report(
    expressionError('ARGUMENT_NOT_CONSTANT', last.offset, 'the case flag of IN must be a constant', 'Write 0 or 1.'),
  );
  return 'mistaken';
}

/** A parameter may be written in any notation of its type. */
function isFalse({ text }: LiteralNode): boolean {
  return text !== null && (Number(text) === 0 || text.toLowerCase() === 'false');
}

function foldCase(call: Call, operands: readonly TypedNode[]): TypedNode[] {
  return operands.map((operand) => {
    if (operand.type.kind !== 'string' || isNull(operand)) return operand;
    if (operand.kind === 'literal') return { ...operand, text: operand.text?.toLowerCase() ?? null };
    return lower.resolve(callOf(call.name, operand.offset, [operand], call.report)) ?? operand;
  });
}

function typeOfAll(call: Call, value: TypedNode, list: readonly TypedNode[]): DataType | undefined {
  let type = isNull(value) ? undefined : value.type;
  for (const member of list) {
    if (isNull(member)) continue;
    const wider: DataType | undefined = type ? commonType(type, member.type) : member.type;
    if (!wider) {
      const message = `${describeType(value.type)} can not be compared with ${describeType(member.type)}`;
      return call.report(expressionError('TYPE_MISMATCH', member.offset, message, 'List values of the same kind.'));
    }
    type = wider;
  }
  return type ?? integerType;
}

function lookUp(call: Call, value: TypedNode, list: readonly TypedNode[]): TypedNode {
  const texts: string[] = [];
  for (const member of list) {
    if (member.kind === 'literal' && member.type.kind === 'string' && member.text !== null) texts.push(member.text);
  }
  if (texts.length === list.length) return call.strict(booleanType, [value], () => isMember(texts));
  const kernels = list.map((member) => () => comparisonKernel('=', value.type, member.type));
  return call.node(booleanType, [value, ...list], searchProgram(kernels));
}

/** Compares the value with one member after another, each for the rows that have found none yet. */
function searchProgram(makeKernels: readonly (() => Kernel)[]): Program {
  return ([value, ...list]) => {
    let sought: Vector | undefined;
    const comparisons = list.map((member, index) => strict(booleanType, makeKernels[index])([soughtValue, member]));
    const out = booleanOf(vectorOf(booleanType, BATCH_ROWS));
    const validity = bitmapOf(BATCH_ROWS);
    const open = new Int32Array(BATCH_ROWS);
    return (frame, rows, count) => {
      sought = value(frame, rows, count);
      out.validity = copyOf(sought.validity, validity);
      let left = 0;
      for (let k = 0; k < count; k++) {
        out.values[rows[k]] = 0;
        if (isValid(sought, rows[k])) open[left++] = rows[k];
      }
      for (let index = 0; index < comparisons.length && left > 0; index++) {
        left = takeFound(booleanOf(comparisons[index](frame, open, left)), out, open, left);
      }
      return out;
    };

    function soughtValue(): Vector {
      if (!sought) throw new TypeError('a list was searched before its value was computed');
      return sought;
    }
  };
}

/** A bitmap of one's own: rows that fail later are taken out of it. */
function copyOf(bitmap: Bitmap | null, into: Bitmap): Bitmap | null {
  if (bitmap === null) return null;
  into.set(bitmap.subarray(0, into.length));
  return into;
}

function isValid(vector: Vector, row: number): boolean {
  return vector.validity === null || getBit(vector.validity, row) === 1;
}

/** Marks the rows that were found and keeps the others in `open`; the number of those. */
function takeFound(found: BooleanVector, out: BooleanVector, open: Int32Array, count: number): number {
  let left = 0;
  for (let k = 0; k < count; k++) {
    const row = open[k];
    if (truthAt(found, row) === TRUE) out.values[row] = 1;
    else open[left++] = row;
  }
  return left;
}

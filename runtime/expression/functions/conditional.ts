import { BATCH_ROWS } from '../../batch/batch.js';
import { bitmapOf, getBit } from '../../batch/bitmap.js';
import type { DataType } from '../../batch/data-type.js';
import { vectorOf } from '../../batch/vector.js';
import { expressionError } from '../errors.js';
import { rowMerger } from '../kernels/row-merger.js';
import { TRUE, truthAt } from '../kernels/truth.js';
import { booleanOf } from '../kernels/vectors.js';
import { asDecimal, booleanType, commonType, isExact, isNumeric, stringType, widerDecimal } from '../numeric-types.js';
import { isNull, type LiteralNode, type Program, type TypedNode } from '../typed.js';
import { type Call, describeType, type FunctionDeclaration } from './declaration.js';

export const iif: FunctionDeclaration = {
  name: 'IIF',
  family: 'Conditional',
  signature: 'IIF(condition, value [, otherwise])',
  summary:
    "One of two values. Without the third argument it is 0 for numbers, FALSE for booleans, '' for text and NULL for dates. " +
    'Each value is computed only for the rows that take it.',
  nulls: 'A condition that is NULL takes the third argument.',
  rowErrors: [],
  examples: [
    { expression: "IIF(3 > 2, 'more', 'less')", result: 'more' },
    { expression: "IIF(NULL, 'a', 'b')", result: 'b' },
    { expression: 'IIF(FALSE, 12)', result: '0' },
    { expression: 'IIF(1 = 0, 1 / 0, 5)', result: '5.000000' },
  ],
  arguments: { min: 2, max: 3 },
  resolve(call) {
    const condition = call.condition(0);
    const whenTrue = call.operands[1];
    const otherwise = call.operands[2] ?? defaultFor(whenTrue, call.offset);
    // NULL in any case, and so free to take on the type that is wanted around it.
    if (isNull(whenTrue) && isNull(otherwise)) return condition && whenTrue;
    const type = unify(call, whenTrue, otherwise);
    const a = type && call.converted(whenTrue, type);
    const b = type && call.converted(otherwise, type);
    return condition && a && b && call.node(type, [condition, a, b], chooseProgram(type));
  },
};

function defaultFor(value: TypedNode, offset: number): LiteralNode {
  const type = isNull(value) ? stringType : value.type;
  const common = { kind: 'literal', offset, type } as const;
  if (isNumeric(type)) return { ...common, type: { kind: 'integer' }, text: '0' };
  switch (type.kind) {
    case 'boolean':
      return { ...common, text: 'false' };
    case 'string':
      return { ...common, text: isNull(value) ? null : '' };
    default:
      return { ...common, text: null };
  }
}

/** The type that both values take; a literal counts with the digits that it has. */
function unify(call: Call, left: TypedNode, right: TypedNode): DataType | undefined {
  if (isNull(left)) return right.type;
  if (isNull(right)) return left.type;
  const [a, b] = [left.type, right.type];
  if (a.kind === 'decimal' && isExact(b)) return widerDecimal(a, asDecimal(b, right));
  if (b.kind === 'decimal' && isExact(a)) return widerDecimal(b, asDecimal(a, left));
  const type = commonType(a, b);
  if (type) return type;
  const message = `${call.name} can not choose between ${describeType(a)} and ${describeType(b)}`;
  return call.report(expressionError('TYPE_MISMATCH', right.offset, message, 'Give values of one kind.'));
}

function chooseProgram(type: DataType): Program {
  return ([condition, whenTrue, otherwise]) => {
    const merge = rowMerger(type);
    const trueRows = new Int32Array(BATCH_ROWS);
    const otherRows = new Int32Array(BATCH_ROWS);
    return (frame, rows, count) => {
      const chosen = booleanOf(condition(frame, rows, count));
      let trueCount = 0;
      let otherCount = 0;
      for (let k = 0; k < count; k++) {
        const row = rows[k];
        if (truthAt(chosen, row) === TRUE) trueRows[trueCount++] = row;
        else otherRows[otherCount++] = row;
      }
      const first = { vector: whenTrue(frame, trueRows, trueCount), rows: trueRows, count: trueCount };
      const second = { vector: otherwise(frame, otherRows, otherCount), rows: otherRows, count: otherCount };
      return merge(first, second, frame.failures.add);
    };
  };
}

export const isnull: FunctionDeclaration = {
  name: 'ISNULL',
  family: 'Conditional',
  signature: 'ISNULL(value)',
  summary: 'Whether a value is NULL; an empty text is not.',
  nulls: 'Never NULL.',
  rowErrors: [],
  examples: [
    { expression: 'ISNULL(NULL)', result: 'true' },
    { expression: "ISNULL('')", result: 'false' },
  ],
  arguments: { min: 1, max: 1 },
  resolve: (call) => call.node(booleanType, [call.operands[0]], isNullProgram),
};

const isNullProgram: Program = ([operand]) => {
  const out = booleanOf(vectorOf(booleanType, BATCH_ROWS));
  const allValid = bitmapOf(BATCH_ROWS).fill(255);
  return (frame, rows, count) => {
    const validity = operand(frame, rows, count).validity ?? allValid;
    // The root of an expression makes rows that failed NULL.
    out.validity = null;
    for (let k = 0; k < count; k++) out.values[rows[k]] = 1 - getBit(validity, rows[k]);
    return out;
  };
};

import { BATCH_ROWS } from '../../batch/batch.js';
import { bitmapOf, clearBit, setBit } from '../../batch/bitmap.js';
import { type BooleanVector, vectorOf } from '../../batch/vector.js';
import { expressionError } from '../errors.js';
import type { Kernel } from '../evaluation.js';
import type { Call } from '../functions/declaration.js';
import { FALSE, TRUE, truthAt, UNKNOWN } from '../kernels/truth.js';
import { booleanOf } from '../kernels/vectors.js';
import { booleanType } from '../numeric-types.js';
import { isNull, type Program, type TypedNode } from '../typed.js';

/** Types a chain of AND or of OR, in SQL's ternary logic. */
export function resolveLogic(operator: 'AND' | 'OR', call: Call): TypedNode | undefined {
  const conditions: TypedNode[] = [];
  for (let index = 0; index < call.operands.length; index++) {
    const condition = call.condition(index);
    if (condition) conditions.push(condition);
  }
  if (conditions.length < call.operands.length) return undefined;
  return call.node(booleanType, conditions, chainProgram(operator === 'AND' ? FALSE : TRUE));
}

/** `deciding` ends the chain for a row: FALSE for AND, TRUE for OR. An operand is evaluated for undecided rows only. */
function chainProgram(deciding: typeof FALSE | typeof TRUE): Program {
  const neutral = deciding === FALSE ? TRUE : FALSE;
  return (operands) => {
    const out = vectorOf(booleanType, BATCH_ROWS);
    const result = booleanOf(out);
    const validity = bitmapOf(BATCH_ROWS);
    const open = new Int32Array(BATCH_ROWS);
    return (frame, rows, count) => {
      validity.fill(255);
      result.validity = null;
      begin(result.values, neutral, open, rows, count);
      let left = count;
      for (let index = 0; index < operands.length && left > 0; index++) {
        left = settle(booleanOf(operands[index](frame, open, left)), deciding, result, validity, open, left);
      }
      return result;
    };
  };
}

/** No row is decided yet. A function of its own, because a loop in a closure made per expression is compiled late. */
function begin(values: Uint8Array, neutral: number, open: Int32Array, rows: Int32Array, count: number): void {
  for (let k = 0; k < count; k++) {
    values[rows[k]] = neutral;
    open[k] = rows[k];
  }
}

/** Takes one operand into the result; keeps in `open` the rows that it does not decide, and answers how many. */
function settle(
  operand: BooleanVector,
  deciding: number,
  result: BooleanVector,
  validity: Uint8Array,
  open: Int32Array,
  count: number,
): number {
  let left = 0;
  for (let k = 0; k < count; k++) {
    const row = open[k];
    const truth = truthAt(operand, row);
    if (truth === deciding) {
      result.values[row] = deciding;
      setBit(validity, row);
      continue;
    }
    if (truth === UNKNOWN) {
      result.values[row] = 0;
      clearBit(validity, row);
      result.validity = validity;
    }
    open[left++] = row;
  }
  return left;
}

/** Types `NOT a`. */
export function resolveNot(call: Call): TypedNode | undefined {
  const [operand] = call.operands;
  if (operand.type.kind === 'string' && !isNull(operand)) {
    const remedy = 'NOT binds tighter than comparison: write NOT (a = b).';
    return call.report(expressionError('TYPE_MISMATCH', operand.offset, 'NOT takes a condition, this is text', remedy));
  }
  const condition = call.condition(0);
  return condition && call.strict(booleanType, [condition], () => negate);
}

const negate: Kernel = (operands, out, rows, count) => {
  const from = booleanOf(operands[0]).values;
  const to = booleanOf(out).values;
  for (let k = 0; k < count; k++) to[rows[k]] = 1 - from[rows[k]];
};

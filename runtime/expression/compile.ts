import { allRows, BATCH_ROWS, type Batch } from '../batch/batch.js';
import { bitmapOf } from '../batch/bitmap.js';
import type { Vector } from '../batch/vector.js';
import type { TypedExpression } from './checker.js';
import { nullifyFailed } from './evaluation.js';
import { literalVector } from './kernels/literals.js';
import type { RowProblems } from './row-problems.js';
import type { Evaluate, Failures, Frame, TypedNode } from './typed.js';

export interface CompiledExpression {
  /**
   * The value for rows[0..count), ascending; only those are evaluated. Rows without a value are NULL and stand in `problems`,
   * which is emptied first. The vector holds until the next call; that of a plain field is the batch's own.
   */
  evaluate(batch: Batch, rows: Int32Array, count: number, problems: RowProblems): Vector;
}

/** Makes the kernels and buffers of an expression. What it returns is for one thread and one batch at a time. */
export function compileExpression({ root }: TypedExpression): CompiledExpression {
  const evaluateRoot = compileNode(root);
  const validity = bitmapOf(BATCH_ROWS);
  return {
    evaluate(batch, rows, count, problems) {
      problems.clear();
      const failures = failuresInto(problems);
      const frame: Frame = { batch, failures };
      const result = evaluateRoot(frame, rows, count);
      nullifyFailed(frame, 0, result, validity);
      return result;
    },
  };
}

function failuresInto(problems: RowProblems): Failures {
  const rows: number[] = [];
  return {
    rows,
    add(row, code, reason) {
      rows.push(row);
      problems.add(row, code, reason);
    },
  };
}

function compileNode(node: TypedNode): Evaluate {
  switch (node.kind) {
    case 'field':
      return ({ batch }) => batch.vectors[node.index];
    case 'literal':
      return lazily(() => literalVector(node.type, node.text));
    case 'call': {
      const evaluate = node.program(node.operands.map(compileNode));
      return node.operands.every(isConstant) ? once(evaluate) : evaluate;
    }
  }
}

/** Many constants are never looked at as vectors: a list's members, the places of ROUND. */
function lazily(make: () => Vector): Evaluate {
  let vector: Vector | undefined;
  return () => {
    vector ??= make();
    return vector;
  };
}

function isConstant(node: TypedNode): boolean {
  return node.kind === 'literal' || (node.kind === 'call' && node.operands.every(isConstant));
}

/** Computes a constant for all rows of all batches at the first of them, unless it fails: a failure belongs to each row. */
function once(evaluate: Evaluate): Evaluate {
  let constant: Vector | undefined;
  let fails = false;
  return (frame, rows, count) => {
    if (constant) return constant;
    if (fails || count === 0) return evaluate(frame, rows, count);
    const failed: number[] = [];
    const failures: Failures = { rows: failed, add: (row) => failed.push(row) };
    const vector = evaluate({ batch: frame.batch, failures }, allRows, BATCH_ROWS);
    if (failed.length === 0) {
      constant = vector;
      return vector;
    }
    fails = true;
    return evaluate(frame, rows, count);
  };
}

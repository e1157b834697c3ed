/** The expression language: text → syntax (`parseExpression`) → types (`checkExpression`) → kernels (`compileExpression`). */
import type { Vector } from '../batch/vector.js';
import { TRUE, truthAt } from './kernels/truth.js';
import { booleanOf } from './kernels/vectors.js';

export type { Ast } from './ast.js';
export {
  type Checked,
  checkExpression,
  type ExpressionScope,
  type ExpressionTarget,
  type TypedExpression,
  type TypedValue,
} from './checker.js';
export { type CompiledExpression, compileExpression } from './compile.js';
export type { ExpressionError } from './errors.js';
export { type Parsed, parseExpression } from './parser.js';

/**
 * Writes those of rows[0..count) for which a condition is TRUE to `out`, which may be `rows` itself, and answers how many;
 * FALSE and NULL drop a row.
 */
export function selectTrue(condition: Vector, rows: Int32Array, count: number, out: Int32Array): number {
  const truths = booleanOf(condition);
  let selected = 0;
  for (let k = 0; k < count; k++) {
    const row = rows[k];
    if (truthAt(truths, row) === TRUE) out[selected++] = row;
  }
  return selected;
}

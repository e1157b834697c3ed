import { BATCH_ROWS } from '../batch/batch.js';
import { compileExpression, selectTrue, type TypedExpression } from '../expression/expression.js';
import { rowProblems } from '../expression/row-problems.js';
import { rejectFailedRows } from './reject-failed-rows.js';
import type { RowOperator, RowTransformation, RowTransformationBase } from './row-transformation.js';

interface FilterFile extends RowTransformationBase {
  readonly type: 'filter';
  readonly condition: string;
}

/** Keeps the rows whose condition is TRUE; FALSE and NULL drop them (Informatica transformation language, filter). */
export const filterTransformation: RowTransformation<FilterFile> = {
  type: 'filter',
  description: 'Keeps the rows for which a condition is true.',
  properties: {
    condition: {
      type: 'string',
      minLength: 1,
      description: 'Rows for which it is TRUE stay; FALSE and NULL drop them.',
    },
  },
  required: ['condition'],
  plan(_file, context) {
    const condition = context.expression(['condition'], { kind: 'condition' });
    return { fields: context.input, operator: condition && (() => filterOperator(context.transformation, condition)) };
  },
};

function filterOperator(transformation: string, condition: TypedExpression): RowOperator {
  const compiled = compileExpression(condition);
  const problems = rowProblems();
  const failures = [{ field: undefined, problems }];
  const selection = new Int32Array(BATCH_ROWS);
  return {
    process(batch, reject) {
      const result = compiled.evaluate(batch, batch.selection, batch.count, problems);
      const rejected = rejectFailedRows(transformation, batch, failures, reject);
      const count = selectTrue(result, batch.selection, batch.count, selection);
      return { batch: { ...batch, selection, count }, dropped: batch.count - count - rejected, rejected };
    },
  };
}

import { BATCH_ROWS } from '../batch/batch.js';
import type { Field } from '../batch/data-type.js';
import { compileExpression, type TypedExpression } from '../expression/expression.js';
import { rowProblems } from '../expression/row-problems.js';
import { rejectFailedRows } from './reject-failed-rows.js';
import type { RowOperator, RowTransformation, RowTransformationBase } from './row-transformation.js';

interface ExpressionFile extends RowTransformationBase {
  readonly type: 'expression';
  readonly fields: readonly { readonly name: string; readonly type: string; readonly expression: string }[];
}

interface OutputField extends Field {
  readonly expression: TypedExpression;
}

/** Passes its input through and adds fields, or replaces those of the same name in their place. */
export const expressionTransformation: RowTransformation<ExpressionFile> = {
  type: 'expression',
  description: 'Adds fields computed from the input, or replaces fields of the same name.',
  properties: {
    fields: {
      type: 'array',
      minItems: 1,
      description: 'The fields to compute; each sees the fields of the input, not one another.',
      items: {
        type: 'object',
        properties: {
          name: { type: 'string', minLength: 1, maxLength: 1024, description: 'The name of the field.' },
          type: { type: 'string', description: 'The type of the field; the value is converted to it.' },
          expression: { type: 'string', minLength: 1, description: 'An expression over the fields of the input.' },
        },
        required: ['name', 'type', 'expression'],
        additionalProperties: false,
      },
    },
  },
  required: ['fields'],
  plan(file, context) {
    const outputs: OutputField[] = [];
    const computed: Field[] = [];
    const names = new Set<string>();
    file.fields.forEach(({ name }, index) => {
      if (names.has(name)) context.duplicateField(['fields', index, 'name'], name);
      names.add(name);
      const type = context.dataType(['fields', index, 'type']);
      if (!type) return;
      computed.push({ name, type });
      const expression = context.expression(['fields', index, 'expression'], { kind: 'field', type });
      if (expression) outputs.push({ name, type, expression });
    });
    if (computed.length < names.size) return { fields: undefined, operator: undefined };

    const added = computed.filter((output) => !context.input.some((field) => field.name === output.name));
    const replaced = context.input.map((field) => computed.find((output) => output.name === field.name) ?? field);
    const fields = [...replaced, ...added];
    const sound = outputs.length === file.fields.length && names.size === file.fields.length;
    return { fields, operator: sound ? () => expressionOperator(context.transformation, outputs, fields) : undefined };
  },
};

function expressionOperator(
  transformation: string,
  outputs: readonly OutputField[],
  fields: readonly Field[],
): RowOperator {
  const slots = outputs.map((output) => fields.findIndex((field) => field.name === output.name));
  const compiled = outputs.map((output) => compileExpression(output.expression));
  const failures = outputs.map(({ name }) => ({ field: name, problems: rowProblems() }));
  const kept = new Int32Array(BATCH_ROWS);
  return {
    process(batch, reject) {
      const vectors = [...batch.vectors];
      compiled.forEach((expression, index) => {
        vectors[slots[index]] = expression.evaluate(batch, batch.selection, batch.count, failures[index].problems);
      });
      const whole = { ...batch, fields, vectors };
      if (failures.every(({ problems }) => problems.count === 0)) return { batch: whole, dropped: 0, rejected: 0 };
      const failed = new Set(failures.flatMap(({ problems }) => [...problems.rows()]));
      const rejected = rejectFailedRows(transformation, batch, failures, reject);
      let count = 0;
      for (let k = 0; k < batch.count; k++) if (!failed.has(batch.selection[k])) kept[count++] = batch.selection[k];
      return { batch: { ...whole, selection: kept, count }, dropped: 0, rejected };
    },
  };
}

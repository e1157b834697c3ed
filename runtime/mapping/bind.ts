import type { DataType, Field } from '../batch/data-type.js';
import { parseDataType } from '../batch/data-type.js';
import type { SourceSide, TargetSide } from '../connector-api.js';
import { CrossroleError } from '../errors.js';
import {
  checkExpression,
  type ExpressionTarget,
  parseExpression,
  type TypedExpression,
} from '../expression/expression.js';
import { nearestName } from '../nearest-name.js';
import type { PlanContext } from '../transformations/row-transformation.js';
import { type RowTransformationFile, rowTransformationOf } from '../transformations/transformations.js';
import { mappingError } from './errors.js';
import type { JsonDocument, JsonPath } from './json-document.js';
import type { MaxRejects, TargetFile, TransformationFile } from './mapping-file.js';
import type { Parameters } from './parameters.js';
import type { FormatPlan, MappingPlan, RowNodePlan, SourcePlan, TargetPlan } from './plan.js';

/** A mapping whose every part is sound by itself; names and types between the parts are still to be bound. */
export interface SoundMapping {
  readonly name: string;
  readonly document: JsonDocument;
  readonly parameters: Parameters;
  /** Inputs before their users. */
  readonly ordered: readonly TransformationFile[];
  /** Where each transformation stands in the file. */
  readonly paths: ReadonlyMap<string, JsonPath>;
  readonly sources: readonly SoundSource[];
  readonly targets: readonly SoundTarget[];
  readonly rejects: TargetSide | undefined;
  readonly maxRejects: MaxRejects;
  readonly maxRowBytes: number;
}

export interface SoundSource extends FormatPlan {
  readonly name: string;
  readonly side: SourceSide;
  readonly declared: readonly Field[] | undefined;
}

export interface SoundTarget extends FormatPlan {
  readonly file: TargetFile;
  readonly path: JsonPath;
  readonly side: TargetSide;
}

/**
 * Binds fields along the mapping; mistakes are added to `errors`. Where a source's fields are not in `sourceFields`, what
 * hangs on it is checked for syntax only, and there is no plan yet.
 */
export function bindMapping(
  mapping: SoundMapping,
  sourceFields: ReadonlyMap<string, readonly Field[]>,
  errors: CrossroleError[],
): MappingPlan | undefined {
  const fieldsOf = new Map<string, readonly Field[]>(sourceFields);
  const rows: RowNodePlan[] = [];
  const targets: TargetPlan[] = [];
  for (const node of mapping.ordered) {
    const path = mapping.paths.get(node.name) ?? [];
    if (node.type === 'source') continue;
    const input = fieldsOf.get(node.input);
    if (node.type === 'target') {
      const target = mapping.targets.find(({ file }) => file === node);
      const bound = input && bindTargetFields(node, input, path, mapping.document, errors);
      if (target && bound) targets.push({ ...target, ...bound, name: node.name, input: node.input });
      continue;
    }
    const plan = rowTransformationOf(node).plan(node, planContext(mapping, node, path, input, errors));
    if (!input) continue;
    if (plan.fields) fieldsOf.set(node.name, plan.fields);
    if (plan.operator) rows.push({ name: node.name, type: node.type, input: node.input, operator: plan.operator });
  }
  const sources = mapping.sources.flatMap((source): SourcePlan[] => {
    const fields = fieldsOf.get(source.name);
    return fields ? [{ ...source, fields }] : [];
  });
  const whole = sources.length + rows.length + targets.length === mapping.ordered.length;
  if (!whole || errors.length > 0) return undefined;
  const { name, rejects, maxRejects, maxRowBytes } = mapping;
  return { name, sources, rows, targets, rejects, maxRejects, maxRowBytes };
}

function planContext(
  mapping: SoundMapping,
  node: RowTransformationFile,
  path: JsonPath,
  input: readonly Field[] | undefined,
  errors: CrossroleError[],
): PlanContext {
  const { document } = mapping;
  const valueAt = (at: JsonPath): unknown => at.reduce<unknown>(step, node);
  return {
    transformation: node.name,
    input: input ?? [],
    expression(at: JsonPath, target: ExpressionTarget): TypedExpression | undefined {
      const parsed = parseExpression(String(valueAt(at)));
      if (parsed.ok && !input) return undefined;
      const scope = { fields: input ?? [], parameters: mapping.parameters };
      const checked = parsed.ok ? checkExpression(parsed.ast, scope, target) : parsed;
      if (checked.ok) return checked.typed;
      for (const { code, message, remedy, offset } of checked.errors) {
        const place = document.placeInText([...path, ...at], offset);
        errors.push(new CrossroleError(code, message, remedy, { ...place, transformation: node.name }));
      }
      return undefined;
    },
    dataType(at: JsonPath): DataType | undefined {
      const text = String(valueAt(at));
      const type = parseDataType(text);
      if (!type)
        errors.push(
          mappingError('UNKNOWN_DATA_TYPE', `there is no data type "${text}"`, {
            ...document.place([...path, ...at]),
            transformation: node.name,
          }),
        );
      return type;
    },
    duplicateField(at: JsonPath, name: string): void {
      errors.push(
        mappingError('DUPLICATE_NAME', `a second field is called "${name}"`, {
          ...document.place([...path, ...at]),
          transformation: node.name,
        }),
      );
    },
  };
}

function step(value: unknown, key: string | number): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function bindTargetFields(
  target: TargetFile,
  input: readonly Field[],
  path: JsonPath,
  document: JsonDocument,
  errors: CrossroleError[],
): { fields: Field[]; columns: number[] } {
  if (!target.fields) return { fields: [...input], columns: input.map((_, index) => index) };
  const fields: Field[] = [];
  const columns: number[] = [];
  const names = new Set<string>();
  target.fields.forEach((entry, index) => {
    const { name, from = name } = typeof entry === 'string' ? { name: entry } : entry;
    const at = [...path, 'fields', index];
    const column = input.findIndex((field) => field.name === from);
    if (names.has(name)) {
      errors.push(
        mappingError('DUPLICATE_NAME', `a second field is called "${name}"`, {
          ...document.place(at),
          transformation: target.name,
        }),
      );
    } else if (column < 0) {
      const known = input.map((field) => field.name);
      const meant = nearestName(from, known);
      errors.push(
        mappingError('UNKNOWN_FIELD_NAME', `"${target.input}" has no field "${from}"`, {
          ...document.place(at),
          transformation: target.name,
          remedy: meant ? `Did you mean "${meant}"?` : `Name one of: ${known.join(', ')}.`,
        }),
      );
    } else {
      fields.push({ name, type: input[column].type });
      columns.push(column);
    }
    names.add(name);
  });
  return { fields, columns };
}

import { expressionTransformation } from './expression.js';
import { filterTransformation } from './filter.js';
import type { RowTransformation, RowTransformationBase } from './row-transformation.js';

/** Every transformation of single rows: add one by a file beside this one and a line here. */
const registered = [filterTransformation, expressionTransformation] as const;

type FileOf<T> = T extends RowTransformation<infer File> ? File : never;

export type RowTransformationFile = FileOf<(typeof registered)[number]>;

export const rowTransformations: readonly RowTransformation<RowTransformationBase>[] = registered;

/** The transformation that a mapping file's entry asks for. */
export function rowTransformationOf(file: RowTransformationFile): RowTransformation<RowTransformationBase> {
  const found = rowTransformations.find((transformation) => transformation.type === file.type);
  if (!found) throw new Error(`the schema admitted the transformation ${file.type}`);
  return found;
}

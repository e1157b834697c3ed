import type { Batch } from '../batch/batch.js';
import type { DataType } from '../batch/data-type.js';
import type { Vector } from '../batch/vector.js';
import type { RowErrorCode } from './errors.js';

/** Notes that a row has no value; kernels may call it more than once for a row, the first reason counts. */
export type Fail = (row: number, code: RowErrorCode, reason: string) => void;

/** The failures of one evaluation, in the order in which they were found. */
export interface Failures {
  readonly add: Fail;
  readonly rows: readonly number[];
}

export interface Frame {
  readonly batch: Batch;
  readonly failures: Failures;
}

/** Computes a value for rows[0..count), ascending. The vector is the node's own and holds until its next call. */
export type Evaluate = (frame: Frame, rows: Int32Array, count: number) => Vector;

/** Joins the evaluation of operands to that of the whole; called once for every compiled expression. */
export type Program = (operands: readonly Evaluate[]) => Evaluate;

/** A sub-expression whose names are resolved, whose type is known and whose conversions are all written out. */
export type TypedNode = LiteralNode | FieldNode | CallNode;

export interface LiteralNode {
  readonly kind: 'literal';
  readonly offset: number;
  readonly type: DataType;
  /** In the notation that a source's values have; null for NULL, which takes on any type. */
  readonly text: string | null;
}

export interface FieldNode {
  readonly kind: 'field';
  readonly offset: number;
  readonly type: DataType;
  readonly name: string;
  /** Its place among the fields of the batch. */
  readonly index: number;
}

/** An operator, a function, or a conversion. */
export interface CallNode {
  readonly kind: 'call';
  readonly offset: number;
  readonly type: DataType;
  /** For `explain`: the operator, the function's name, or `convert`. */
  readonly name: string;
  readonly operands: readonly TypedNode[];
  readonly program: Program;
}

export function isNull(node: TypedNode): node is LiteralNode & { readonly text: null } {
  return node.kind === 'literal' && node.text === null;
}

import type { Batch, RejectedRow } from '../batch/batch.js';
import type { Field } from '../batch/data-type.js';
import type { ExpressionTarget, TypedExpression } from '../expression/expression.js';

/** What every transformation file says besides its own properties. */
export interface RowTransformationBase {
  readonly name: string;
  readonly input: string;
}

/** What a transformation may ask of the mapping while it is planned. */
export interface PlanContext {
  readonly transformation: string;
  /** The fields that come in. */
  readonly input: readonly Field[];
  /**
   * Checks the expression at `path` of the transformation; mistakes are reported with their place in the mapping file, and
   * the answer is then undefined.
   */
  expression(path: readonly (string | number)[], target: ExpressionTarget): TypedExpression | undefined;
  /** Reads a type such as `decimal(12,2)` at `path`; undefined after the mistake was reported. */
  dataType(path: readonly (string | number)[]): Field['type'] | undefined;
  duplicateField(path: readonly (string | number)[], name: string): void;
}

/** Runs on batches, on one thread; made anew for every worker. */
export interface RowOperator {
  /** The rows that stay, with their fields; what it rejects goes to `reject`. */
  process(batch: Batch, reject: (row: RejectedRow) => void): ProcessedBatch;
}

export interface ProcessedBatch {
  readonly batch: Batch;
  /** Rows left out on purpose (a filter's), apart from those rejected. */
  readonly dropped: number;
  readonly rejected: number;
}

/** A transformation as far as it is sound: what hangs on it can be checked even when an expression of its own is wrong. */
export interface RowPlan {
  /** The fields that go out; undefined where a mistake leaves them unknown. */
  readonly fields: readonly Field[] | undefined;
  /** Undefined after mistakes were reported to the context. */
  readonly operator: (() => RowOperator) | undefined;
}

/**
 * A transformation that looks at one row at a time. Registered in `transformations.ts`; `File` is what its schema admits.
 */
export interface RowTransformation<File extends RowTransformationBase> {
  readonly type: string;
  readonly description: string;
  /** JSON Schema of its own properties. */
  readonly properties: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly required: readonly string[];
  plan(file: File, context: PlanContext): RowPlan;
}

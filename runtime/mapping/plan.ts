import type { Field } from '../batch/data-type.js';
import type { SourceSide, TargetSide, Warning } from '../connector-api.js';
import type { Format } from '../formats/format.js';
import type { RowOperator } from '../transformations/row-transformation.js';
import type { MaxRejects } from './mapping-file.js';

/** A mapping with names bound and types checked: all that the engine needs to run it. Nothing in it has touched the network. */
export interface MappingPlan {
  readonly name: string;
  readonly sources: readonly SourcePlan[];
  /** In an order in which inputs come before their users. */
  readonly rows: readonly RowNodePlan[];
  readonly targets: readonly TargetPlan[];
  readonly rejects: TargetSide | undefined;
  readonly maxRejects: MaxRejects;
  /** Bytes. */
  readonly maxRowBytes: number;
}

export interface FormatPlan {
  readonly format: Format<object>;
  readonly options: object;
}

export interface SourcePlan extends FormatPlan {
  readonly name: string;
  readonly side: SourceSide;
  /** As the mapping declares them; undefined when the objects themselves say what they hold. */
  readonly declared: readonly Field[] | undefined;
  /** What goes out: the declared fields, or those found in the objects. */
  readonly fields: readonly Field[];
}

export interface RowNodePlan {
  readonly name: string;
  readonly type: string;
  readonly input: string;
  /** Makes the operator of one thread. */
  operator(): RowOperator;
}

export interface TargetPlan extends FormatPlan {
  readonly name: string;
  readonly input: string;
  readonly side: TargetSide;
  /** The fields as written. */
  readonly fields: readonly Field[];
  /** For each of `fields` its position among the input's fields. */
  readonly columns: readonly number[];
}

/** The name under which the rejects object and its session appear in reports. */
export const REJECTS_NAME = 'rejects';

/** A mapping whose files are read and found sound; its names are bound once the fields of all sources are known. */
export interface LoadedMapping {
  readonly name: string;
  readonly warnings: readonly Warning[];
  /** Everything that the mapping reads or writes, by transformation; rejects come last. */
  readonly sides: readonly MappingSide[];
  /** Sources whose fields only their objects can tell. */
  readonly undiscovered: readonly UndiscoveredSource[];
  /**
   * Binds names and checks types, given the fields of the sources named in `undiscovered`. Throws every mistake found.
   */
  bind(discovered: ReadonlyMap<string, readonly Field[]>): MappingPlan;
}

export type MappingSide =
  | { readonly kind: 'source'; readonly transformation: string; readonly side: SourceSide }
  | { readonly kind: 'target'; readonly transformation: string; readonly side: TargetSide };

export interface UndiscoveredSource extends FormatPlan {
  readonly name: string;
  readonly side: SourceSide;
}

import type { RowTransformationFile } from '../transformations/transformations.js';

/** A mapping file as its schema admits it; `schemas/mapping.schema.json` holds the same for editors. */
export interface MappingFile {
  readonly name: string;
  readonly description?: string;
  readonly parameters?: Readonly<Record<string, ParameterDeclaration>>;
  readonly rejects?: RejectsFile;
  readonly maxRejects?: MaxRejects;
  readonly maxRowBytes?: number;
  readonly transformations: readonly TransformationFile[];
}

export type MaxRejects = number | 'unlimited';

export interface ParameterDeclaration {
  readonly type: string;
  readonly default?: string | number | boolean;
  readonly description?: string;
}

/** Where rejected rows go; a side of its own, with its own session. */
export interface RejectsFile {
  readonly connection: string;
  readonly object: string;
  readonly advanced?: Readonly<Record<string, unknown>>;
}

export type TransformationFile = SourceFile | TargetFile | RowTransformationFile;

export interface SourceFile {
  readonly name: string;
  readonly type: 'source';
  readonly connection: string;
  readonly object: string;
  readonly format: FormatFile;
  readonly fields?: readonly FieldFile[];
  readonly advanced?: Readonly<Record<string, unknown>>;
}

export interface TargetFile {
  readonly name: string;
  readonly type: 'target';
  readonly input: string;
  readonly connection: string;
  readonly object: string;
  readonly format: FormatFile;
  readonly fields?: readonly (string | TargetFieldFile)[];
  readonly advanced?: Readonly<Record<string, unknown>>;
}

export interface FieldFile {
  readonly name: string;
  readonly type: string;
}

export interface TargetFieldFile {
  readonly name: string;
  /** The input's field, where it has another name. */
  readonly from?: string;
}

export interface FormatFile {
  readonly type: string;
  readonly [option: string]: unknown;
}

/** A connection file as its schema admits it. */
export interface ConnectionFile {
  readonly name: string;
  readonly type: string;
  readonly description?: string;
  readonly properties: Readonly<Record<string, ConnectionValue>>;
}

export type ConnectionValue =
  | string
  | number
  | boolean
  | ValueSource
  | Readonly<Record<string, unknown>>
  | readonly unknown[];

/** A value that stands outside the connection file: in an environment variable or a file of its own. */
export type ValueSource = { readonly env: string } | { readonly file: string };

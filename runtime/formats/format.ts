import type { Batch, RejectedRow } from '../batch/batch.js';
import type { Field } from '../batch/data-type.js';

/** What a reader is told about the object whose bytes it reads. */
export interface ReadableObject {
  readonly uri: string;
  /** Bytes. */
  readonly size: number;
  /** The bytes from `start` to the end, complete and in order; a chunk is valid until the next is asked for. */
  read(start: number): AsyncIterable<Uint8Array>;
}

/** Where a reader puts the rows that are not valid under their declared types. */
export type RejectSink = (row: RejectedRow) => void;

export interface ReaderCounts {
  /** Data rows met, valid or not. */
  rows: number;
  rejected: number;
}

/** Turns the bytes of objects into batches; one reader reads the objects of a source one after the other. */
export interface FormatReader {
  /**
   * A batch, and the bytes that its texts point to, hold until the next is asked for. Counts are complete when the iteration
   * is. Errors that concern the whole object (a missing column) throw.
   */
  read(object: ReadableObject, counts: ReaderCounts): AsyncIterable<Batch>;
}

/** Takes encoded bytes; the caller may reuse them once the promise is fulfilled. */
export type ByteSink = (bytes: Uint8Array) => Promise<void>;

/** Turns batches into the bytes of one object. */
export interface FormatWriter {
  /** Data rows encoded so far. */
  readonly rows: number;
  /** Whatever precedes the first row. */
  begin(): Promise<void>;
  /** Undefined when nothing had to be handed on, so that most batches cost no turn of the event loop. */
  write(batch: Batch): Promise<void> | undefined;
  /** Hands on all that is still held. */
  finish(): Promise<void>;
}

export interface ReaderSettings<Options> {
  readonly transformation: string;
  readonly options: Options;
  /** The columns wanted, in this order; all of them (as string) when undefined. */
  readonly fields: readonly Field[] | undefined;
  readonly maxRowBytes: number;
  readonly reject: RejectSink;
}

/**
 * A file format: registered in `runtime/formats/formats.ts`. `Options` is what `schema` admits, with defaults put in.
 */
export interface Format<Options> {
  readonly type: string;
  /** One line for an editor's hover text. */
  readonly description: string;
  /** JSON Schema of the `format` object's properties apart from `type`, with defaults and descriptions. */
  readonly optionsSchema: Readonly<Record<string, unknown>>;
  /** Contradictions that a schema can't say; empty when sound. */
  checkOptions(options: Options): readonly string[];
  /** The fields of a source without `fields`, learned from the first bytes of an object. */
  discoverFields(object: ReadableObject, options: Options): Promise<readonly Field[]>;
  reader(settings: ReaderSettings<Options>): FormatReader;
  writer(fields: readonly Field[], options: Options, sink: ByteSink): FormatWriter;
}

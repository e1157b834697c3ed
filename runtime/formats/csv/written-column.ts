import type { Bitmap } from '../../batch/bitmap.js';
import type { DataType, Field } from '../../batch/data-type.js';
import { formatterOf } from '../../batch/values/format.js';
import type { FormatValue } from '../../batch/values/parse-values.js';
import type { TextView, Vector } from '../../batch/vector.js';
import { byteSet } from './byte-set.js';
import type { Dialect } from './dialect.js';
import { isScannedFor } from './scanned-text.js';

/** Every byte that canonical text of a type other than string may have. */
const typedAlphabet = Buffer.from('0123456789+-.:Teefalstru');
const noText: TextView = { bytes: new Uint8Array(0), start: new Int32Array(0), end: new Int32Array(0) };

/** What a writer needs to know of a column while it writes a batch; all columns have the same shape, for the loop's sake. */
export interface WrittenColumn {
  vector: Vector;
  validity: Bitmap | null;
  /** Whether the texts of `bytes`, `start` and `end` are what is written; otherwise each value is formatted. */
  isText: boolean;
  bytes: Uint8Array;
  /** A view of all of `bytes`. */
  words: DataView;
  start: Int32Array;
  end: Int32Array;
  readonly format: FormatValue<Vector>;
  /** Whether no text of the column can need quotes in the minimal mode, whatever the batch. */
  readonly isPlain: boolean;
  /** Whether the texts of this batch were scanned in the dialect that is written. */
  isScanned: boolean;
  /** Whether a field of this column may be copied in one go with the column before, where the two lie side by side. */
  continues: boolean;
}

export function writtenColumn({ type }: Field, vector: Vector, dialect: Dialect): WrittenColumn {
  return {
    vector,
    validity: null,
    isText: false,
    bytes: noText.bytes,
    words: wordsOf(noText.bytes),
    start: noText.start,
    end: noText.end,
    format: formatterOf(type),
    isPlain: isPlain(type, dialect),
    isScanned: false,
    continues: false,
  };
}

/** Lets columns stand for the vectors of a new batch. */
export function takeVectors(columns: readonly WrittenColumn[], vectors: readonly Vector[], dialect: Dialect): void {
  let before: WrittenColumn | undefined;
  for (const [c, column] of columns.entries()) {
    takeVector(column, vectors[c], dialect);
    const known = column.isText && (column.isPlain || column.isScanned);
    column.continues = known && before !== undefined && before.bytes === column.bytes;
    before = column;
  }
}

function takeVector(column: WrittenColumn, vector: Vector, dialect: Dialect): void {
  const view = vector.kind === 'text' ? vector : vector.canonical;
  const { bytes, start, end } = view ?? noText;
  column.vector = vector;
  column.validity = vector.validity;
  column.isText = view !== null;
  if (column.bytes !== bytes) column.words = wordsOf(bytes);
  column.bytes = bytes;
  column.start = start;
  column.end = end;
  column.isScanned = vector.kind === 'text' && isScannedFor(vector, dialect);
}

export function wordsOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Typed text is plain unless the dialect uses its characters, as a delimiter `-` or a nullText `0` would. */
function isPlain(type: DataType, { delimiter, quote, nullText }: Dialect): boolean {
  if (type.kind === 'string') return false;
  const alphabet = byteSet(typedAlphabet);
  const canEqualNull = nullText.length > 0 && nullText.every((byte) => alphabet[byte] === 1);
  return alphabet[delimiter] === 0 && alphabet[quote] === 0 && !canEqualNull;
}

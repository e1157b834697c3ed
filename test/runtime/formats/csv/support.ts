import { allRows, type Batch, type RejectedRow } from '../../../../runtime/batch/batch.js';
import { getBit } from '../../../../runtime/batch/bitmap.js';
import { type Field, parseDataType } from '../../../../runtime/batch/data-type.js';
import { formatBound, formatterOf } from '../../../../runtime/batch/values/format.js';
import type { TextVector, Vector } from '../../../../runtime/batch/vector.js';
import type { CsvOptions } from '../../../../runtime/formats/csv/options.js';
import { csvReader } from '../../../../runtime/formats/csv/reader.js';
import { csvWriter } from '../../../../runtime/formats/csv/writer.js';
import type { ReadableObject, ReaderCounts } from '../../../../runtime/formats/format.js';

export const defaults: CsvOptions = {
  delimiter: ',',
  quote: '"',
  escape: '"',
  header: true,
  nullText: '',
  newline: '\n',
  bom: false,
  quoteMode: 'minimal',
  raggedRows: 'reject',
};

/** A field from `name:type`. */
export function field(text: string): Field {
  const [name, type = 'string'] = text.split(':');
  const parsed = parseDataType(type);
  if (!parsed) throw new Error(`no data type: ${type}`);
  return { name, type: parsed };
}

/** An object that hands out `chunkBytes` at a time, in a buffer that is overwritten for the next chunk, as a source may. */
export function objectOf(content: string | Uint8Array, chunkBytes = 65536, uri = 'file:///in.csv'): ReadableObject {
  const bytes = Buffer.from(content);
  return {
    uri,
    size: bytes.length,
    async *read(start) {
      const chunk = new Uint8Array(chunkBytes);
      for (let at = start; at < bytes.length; at += chunkBytes) {
        const length = bytes.copy(chunk, 0, at, at + chunkBytes);
        yield chunk.subarray(0, length);
        chunk.fill(0x22);
      }
    },
  };
}

export interface Reading {
  readonly options?: Partial<CsvOptions>;
  readonly fields?: readonly Field[];
  readonly chunkBytes?: number;
  readonly windowBytes?: number;
  readonly maxRowBytes?: number;
}

export interface ReadRows {
  readonly names: readonly string[];
  readonly rows: (string | null)[][];
  readonly rejects: RejectedRow[];
  readonly counts: ReaderCounts;
}

/** Reads objects one after the other with one reader; every value as canonical text. */
export async function readAll(objects: readonly ReadableObject[], reading: Reading = {}): Promise<ReadRows> {
  const rejects: RejectedRow[] = [];
  const counts: ReaderCounts = { rows: 0, rejected: 0 };
  const rows: (string | null)[][] = [];
  let names: string[] = [];
  const reader = csvReader(
    {
      transformation: 'orders',
      options: { ...defaults, ...reading.options },
      fields: reading.fields,
      maxRowBytes: reading.maxRowBytes ?? 1 << 24,
      reject: (row) => rejects.push(row),
    },
    reading.windowBytes,
  );
  for (const object of objects) {
    for await (const batch of reader.read(object, counts)) {
      names = batch.fields.map(({ name }) => name);
      rows.push(...rowsOf(batch));
    }
  }
  return { names, rows, rejects, counts };
}

export async function readText(content: string | Uint8Array, reading: Reading = {}): Promise<ReadRows> {
  return readAll([objectOf(content, reading.chunkBytes)], reading);
}

/** The rows of a batch, every value as canonical text. */
export function rowsOf(batch: Batch): (string | null)[][] {
  return Array.from(batch.selection.subarray(0, batch.count), (row) =>
    batch.vectors.map((vector, column) => canonicalText(vector, row, batch.fields[column])),
  );
}

function canonicalText(vector: Vector, row: number, { type }: Field): string | null {
  if (vector.validity !== null && getBit(vector.validity, row) === 0) return null;
  if (vector.kind === 'text') return Buffer.from(vector.bytes.subarray(vector.start[row], vector.end[row])).toString();
  const bytes = new Uint8Array(formatBound(type));
  return Buffer.from(bytes.subarray(0, formatterOf(type)(vector, row, bytes, 0))).toString();
}

/** A batch of string columns. */
export function textBatch(names: readonly string[], rows: readonly (readonly (string | null)[])[]): Batch {
  const vectors = names.map((_, column) => textVectorOf(rows.map((row) => row[column])));
  return {
    fields: names.map((name) => field(name)),
    vectors,
    length: rows.length,
    selection: allRows,
    count: rows.length,
    origin: (row) => ({ object: 'file:///in.csv', row: row + 1 }),
  };
}

function textVectorOf(values: readonly (string | null)[]): TextVector {
  const bytes = Buffer.from(values.map((value) => value ?? '').join(''));
  const validity = new Uint8Array((values.length + 7) >> 3);
  const start = new Int32Array(values.length);
  const end = new Int32Array(values.length);
  let at = 0;
  for (const [row, value] of values.entries()) {
    start[row] = at;
    at += Buffer.byteLength(value ?? '');
    end[row] = at;
    if (value !== null) validity[row >> 3] |= 1 << (row & 7);
  }
  return { kind: 'text', bytes, start, end, validity: values.includes(null) ? validity : null };
}

/** Writes batches with one writer and returns the bytes, each piece spoilt once its sink has taken it. */
export async function writeAll(
  fields: readonly Field[],
  batches: readonly Batch[],
  options: Partial<CsvOptions> = {},
  bufferBytes?: number,
): Promise<string> {
  const pieces: Buffer[] = [];
  const sink = async (bytes: Uint8Array) => {
    pieces.push(Buffer.from(bytes));
    await Promise.resolve();
    bytes.fill(0x22);
  };
  const writer = csvWriter(fields, { ...defaults, ...options }, sink, bufferBytes);
  await writer.begin();
  for (const batch of batches) await writer.write(batch);
  await writer.finish();
  return Buffer.concat(pieces).toString();
}

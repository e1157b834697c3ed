import type { Field } from '../../batch/data-type.js';
import type { Place } from '../../errors.js';
import type { FormatReader, ReadableObject, ReaderSettings } from '../format.js';
import { columnOf } from './columns.js';
import { type Dialect, dialectOf } from './dialect.js';
import { checkNames, checkNoneUnexpected, firstRow, matchHeader } from './header.js';
import { type Input, openInput } from './input.js';
import { layoutOf } from './layout.js';
import { marksOf } from './marks.js';
import type { CsvOptions } from './options.js';
import { type ObjectColumns, readRows, type Shape } from './rows.js';

/** Bytes of input that are scanned at a time: enough rows to fill batches, few enough to stay in a core's cache. */
const WINDOW_BYTES = 1 << 20;
const MAX_DISCOVERED_BYTES = 1 << 24;
const BOM = Uint8Array.of(0xef, 0xbb, 0xbf);

/**
 * Reads the CSV objects of a source. Without `settings.fields` the first object that is not empty says what the fields are.
 * @param windowBytes bytes that are scanned at a time, at least three; a longer row makes the window grow, up to `maxRowBytes`
 */
export function csvReader(settings: ReaderSettings<CsvOptions>, windowBytes = WINDOW_BYTES): FormatReader {
  const { options, fields, maxRowBytes, transformation } = settings;
  const dialect = dialectOf(options);
  // One for all objects: a memory of WebAssembly costs more to make than a small object to read.
  const marks = marksOf(dialect, windowBytes);
  let shape = fields && shapeOf(fields, dialect);

  /** Moves `input` behind the header; undefined when the object is empty. */
  async function start(input: Input, place: Place): Promise<{ shape: Shape; columns: ObjectColumns } | undefined> {
    if (!options.header && shape !== undefined) return { shape, columns: { slots: byPosition(shape), headerLines: 0 } };
    const first = await firstRow(input, dialect, maxRowBytes, place);
    if (first === undefined) return undefined;
    const names = options.header ? first.fields : numbered(first.fields.length);
    if (fields === undefined && shape !== undefined) checkNoneUnexpected(names, shape.fields, place);
    if (shape === undefined) {
      checkNames(names, place);
      shape = shapeOf(names.map(stringField), dialect);
    }
    if (!options.header) return { shape, columns: { slots: byPosition(shape), headerLines: 0 } };
    input.at = first.end;
    return { shape, columns: { slots: matchHeader(names, shape.fields, place), headerLines: first.lines } };
  }

  return {
    async *read(object, counts) {
      const input = openInput(object.read(0), marks, windowBytes);
      try {
        await skipBom(input);
        const started = await start(input, { transformation, object: object.uri });
        if (started !== undefined) {
          yield* readRows(input, object, started.shape, started.columns, dialect, settings, counts);
        }
      } finally {
        await input.close();
      }
    },
  };
}

/**
 * The columns of an object, all as string: named by its header, or column1, column2, … after its first row. None when the
 * object is empty. Throws `CSV_HEADER_INVALID` and `SOURCE_FIELD_DUPLICATE`.
 */
export async function discoverCsvFields(object: ReadableObject, options: CsvOptions): Promise<readonly Field[]> {
  const dialect = dialectOf(options);
  const input = openInput(object.read(0), marksOf(dialect, WINDOW_BYTES), WINDOW_BYTES);
  try {
    await skipBom(input);
    const place = { object: object.uri };
    const first = await firstRow(input, dialect, MAX_DISCOVERED_BYTES, place);
    if (first === undefined) return [];
    const names = options.header ? first.fields : numbered(first.fields.length);
    checkNames(names, place);
    return names.map(stringField);
  } finally {
    await input.close();
  }
}

function shapeOf(fields: readonly Field[], dialect: Dialect): Shape {
  const layout = layoutOf(fields.length);
  return { fields, layout, columns: fields.map((field, slot) => columnOf(field, slot, layout, dialect)) };
}

function byPosition(shape: Shape): number[] {
  return shape.fields.map((_, slot) => slot);
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, column) => `column${column + 1}`);
}

function stringField(name: string): Field {
  return { name, type: { kind: 'string' } };
}

/** Fills the window for the first time and passes over a byte order mark. */
async function skipBom(input: Input): Promise<void> {
  await input.refill(BOM.length);
  const isBom = input.end - input.at >= BOM.length && BOM.every((byte, k) => input.bytes[input.at + k] === byte);
  if (isBom) input.at += BOM.length;
}

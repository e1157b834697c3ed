import { allRows } from '../../batch/batch.js';
import { getBit } from '../../batch/bitmap.js';
import type { Field } from '../../batch/data-type.js';
import { type TextVector, vectorOf } from '../../batch/vector.js';
import type { ByteSink, FormatWriter } from '../format.js';
import { dialectOf } from './dialect.js';
import type { CsvOptions } from './options.js';
import { takeVectors, type WrittenColumn, wordsOf, writtenColumn } from './written-column.js';

/** Bytes that are collected before they are handed on; a longer row makes the buffer grow. */
const BUFFER_BYTES = 1 << 19;
const BOM = Uint8Array.of(0xef, 0xbb, 0xbf);
/** Room beside a field's text: a delimiter or line end, and the quotes around it. */
const FIELD_OVERHEAD = 4;
/** No canonical text of a typed value is longer. */
const SCRATCH_BYTES = 64;

/**
 * Writes batches as CSV. A string is quoted when it has a delimiter, quote, CR or LF, when it equals the text of NULL, and when
 * it would make the object begin with a byte order mark that nobody asked for; NULL is never quoted.
 * @param bufferBytes bytes that are collected before they go to `sink`, at least three
 */
export function csvWriter(
  fields: readonly Field[],
  options: CsvOptions,
  sink: ByteSink,
  bufferBytes = BUFFER_BYTES,
): FormatWriter {
  const dialect = dialectOf(options);
  const { delimiter, quote, escaper, nullText, special } = dialect;
  const newline = Buffer.from(options.newline);
  const quoteAll = options.quoteMode === 'all';
  const columns = fields.map((field) => writtenColumn(field, vectorOf(field.type, 0), dialect));
  const scratch = new Uint8Array(SCRATCH_BYTES);
  const scratchWords = wordsOf(scratch);
  let out = new Uint8Array(bufferBytes);
  let outWords = wordsOf(out);
  let at = 0;
  let isFirstBuffer = true;
  let rows = 0;

  /** Writes rows from the `from`th selected on; returns the index of the first that found no room, or the batch's count. */
  function writeRows(columns: readonly WrittenColumn[], selection: Int32Array, count: number, from: number): number {
    for (let k = from; k < count; k++) {
      const mark = at;
      for (let needed = writeRow(columns, selection[k]); needed > 0; needed = writeRow(columns, selection[k])) {
        at = mark;
        if (mark > 0) return k;
        out = new Uint8Array(Math.max(2 * out.length, needed));
        outWords = wordsOf(out);
      }
    }
    return count;
  }

  /** Writes a row; returns 0, or the bytes that its buffer must at least have when there is no room for it. */
  function writeRow(columns: readonly WrittenColumn[], row: number): number {
    const target = out;
    const targetWords = outWords;
    const isFirst = at === 0 && isFirstBuffer;
    let to = at;
    for (let c = 0; c < columns.length; c++) {
      const column = columns[c];
      if (c > 0) target[to++] = delimiter;
      if (column.validity !== null && getBit(column.validity, row) === 0) {
        const needed = to + nullText.length + FIELD_OVERHEAD;
        if (needed > target.length) return needed;
        for (let k = 0; k < nullText.length; k++) target[to++] = nullText[k];
        continue;
      }
      let bytes: Uint8Array = scratch;
      let start = 0;
      let end = 0;
      if (column.isText) {
        bytes = column.bytes;
        start = column.start[row];
        end = column.end[row];
      } else {
        end = column.format(column.vector, row, scratch, 0);
      }
      const isKnown = !quoteAll && (column.isPlain || (column.isScanned && bytes[start - 1] !== quote && !isFirst));
      if (isKnown && column.isText) {
        for (let next = c + 1; next < columns.length; next++) {
          const other = columns[next];
          if (!other.continues || other.start[row] !== end + 1 || bytes[end] !== delimiter) break;
          if (other.validity !== null && getBit(other.validity, row) === 0) break;
          end = other.end[row];
          c = next;
        }
      }
      // Twice, since every byte may need an escape.
      const needed = to + 2 * (end - start) + FIELD_OVERHEAD;
      if (needed > target.length) return needed;
      if (isKnown) {
        to = column.isText
          ? copyText(column.words, start, end, targetWords, to)
          : copyText(scratchWords, start, end, targetWords, to);
        continue;
      }
      let from = start;
      let plainTo = to;
      if (!quoteAll) while (from < end && special[bytes[from]] === 0) target[plainTo++] = bytes[from++];
      const isPlain =
        !quoteAll &&
        from === end &&
        !isNullText(bytes, start, end) &&
        !(isFirst && c === 0 && isBom(bytes, start, end));
      to = isPlain ? plainTo : writeQuoted(bytes, start, end, target, to);
    }
    for (let k = 0; k < newline.length; k++) target[to++] = newline[k];
    at = to;
    return 0;
  }

  function isNullText(bytes: Uint8Array, start: number, end: number): boolean {
    return end - start === nullText.length && startsWith(bytes, start, nullText);
  }

  function writeQuoted(bytes: Uint8Array, start: number, end: number, target: Uint8Array, offset: number): number {
    let to = offset;
    target[to++] = quote;
    for (let from = start; from < end; from++) {
      const byte = bytes[from];
      if (byte === quote || byte === escaper) target[to++] = escaper;
      target[to++] = byte;
    }
    target[to++] = quote;
    return to;
  }

  async function handOn(): Promise<void> {
    await sink(out.subarray(0, at));
    isFirstBuffer = false;
    at = 0;
  }

  async function writeRest(columns: readonly WrittenColumn[], selection: Int32Array, count: number, from: number) {
    for (let next = from; next < count; ) {
      await handOn();
      next = writeRows(columns, selection, count, next);
    }
  }

  return {
    get rows() {
      return rows;
    },
    async begin() {
      if (options.bom) {
        out.set(BOM);
        at = BOM.length;
      }
      if (!options.header) return;
      const vectors = nameVectors(fields);
      const names = fields.map(({ name }, c) => writtenColumn({ name, type: { kind: 'string' } }, vectors[c], dialect));
      takeVectors(names, vectors, dialect);
      const next = writeRows(names, allRows, 1, 0);
      if (next < 1) await writeRest(names, allRows, 1, next);
    },
    write({ vectors, selection, count }) {
      takeVectors(columns, vectors, dialect);
      rows += count;
      const next = writeRows(columns, selection, count, 0);
      return next < count ? writeRest(columns, selection, count, next) : undefined;
    },
    async finish() {
      if (at > 0) await handOn();
    },
  };
}

/** Copies four bytes at a time: fields are too short for a native copy, which costs a call and a view of each. */
function copyText(source: DataView, start: number, end: number, target: DataView, offset: number): number {
  let from = start;
  let to = offset;
  for (; from + 4 <= end; from += 4, to += 4) target.setInt32(to, source.getInt32(from, true), true);
  for (; from < end; from++, to++) target.setUint8(to, source.getUint8(from));
  return to;
}

/** The names of the header as vectors whose row 0 is written. */
function nameVectors(fields: readonly Field[]): TextVector[] {
  return fields.map(({ name }) => {
    const bytes = Buffer.from(name);
    return { kind: 'text', bytes, start: Int32Array.of(0), end: Int32Array.of(bytes.length), validity: null };
  });
}

function isBom(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start >= BOM.length && startsWith(bytes, start, BOM);
}

function startsWith(bytes: Uint8Array, start: number, text: Uint8Array): boolean {
  for (let k = 0; k < text.length; k++) if (bytes[start + k] !== text[k]) return false;
  return true;
}

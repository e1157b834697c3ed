import { allRows, BATCH_ROWS } from '../../batch/batch.js';
import { bitmapOf } from '../../batch/bitmap.js';
import type { DataType } from '../../batch/data-type.js';
import { parserOf } from '../../batch/values/parse.js';
import { textVector, type Vector, vectorOf } from '../../batch/vector.js';

/** A vector that holds one value in every row, or NULL. The text is one that the checker has found valid. */
export function literalVector(type: DataType, text: string | null): Vector {
  if (text === null) {
    const vector = vectorOf(type, BATCH_ROWS);
    vector.validity = bitmapOf(BATCH_ROWS);
    return vector;
  }
  const view = textVector(BATCH_ROWS);
  view.bytes = new TextEncoder().encode(text);
  view.end.fill(view.bytes.length);
  if (type.kind === 'string') return view;
  const vector = vectorOf(type, BATCH_ROWS);
  parserOf(type)(view, allRows, BATCH_ROWS, vector, (_row, code) => {
    throw new TypeError(`the constant ${JSON.stringify(text)} is no ${type.kind} (${code})`);
  });
  return vector;
}

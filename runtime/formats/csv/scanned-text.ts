import type { TextVector } from '../../batch/vector.js';
import type { Dialect } from './dialect.js';

/**
 * What is known of texts that a scanner found: one whose preceding byte is no quote has neither delimiter, quote nor line end
 * in it, and is not the text of NULL unless it is NULL. A writer of the same dialect may copy it without a look.
 */
export interface ScannedText {
  readonly dialect: Dialect;
  /** Whether some text of the batch may have a lone CR, which is data when read and needs quotes when written. */
  hasCarriageReturns: boolean;
}

/** By the vector itself, so that no vector made from it can pass for it. */
const scannedTexts = new WeakMap<TextVector, ScannedText>();

export function declareScanned(vector: TextVector, text: ScannedText): void {
  scannedTexts.set(vector, text);
}

/** Whether a writer of `dialect` may rely on how the vector's texts were scanned. */
export function isScannedFor(vector: TextVector, { delimiter, quote, nullText }: Dialect): boolean {
  const text = scannedTexts.get(vector);
  if (text === undefined || text.hasCarriageReturns) return false;
  const { dialect } = text;
  return dialect.delimiter === delimiter && dialect.quote === quote && Buffer.compare(dialect.nullText, nullText) === 0;
}

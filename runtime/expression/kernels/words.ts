/**
 * Bytes four at a time: a loop over bytes costs two to three times as much. A `DataView` reads words at any offset.
 */
export function wordsOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const HIGH_BITS = 0x80808080 | 0;

/** Copies `length` bytes; a native copy would need a view object for each text. */
export function copyBytes(from: DataView, start: number, length: number, to: DataView, at: number): void {
  let index = 0;
  for (; index <= length - 4; index += 4) to.setInt32(at + index, from.getInt32(start + index, true), true);
  for (; index < length; index++) to.setUint8(at + index, from.getUint8(start + index));
}

/** Whether all of bytes[start..end) are ASCII. */
export function isAscii(words: DataView, start: number, end: number): boolean {
  let seen = 0;
  let index = start;
  for (; index <= end - 4; index += 4) seen |= words.getInt32(index, true);
  for (; index < end; index++) seen |= words.getInt8(index);
  return (seen & HIGH_BITS) === 0;
}

/**
 * The ASCII letters of one case, as what has to be added to a byte below 0x80 to reach 0x80: four bytes are tested in one
 * addition, none of which carries into the next.
 */
export interface LetterRange {
  readonly fromFirst: number;
  readonly behindLast: number;
}

function letterRange(first: string, last: string): LetterRange {
  const spread = (byte: number) => (byte * 0x01010101) | 0;
  return { fromFirst: spread(0x80 - first.charCodeAt(0)), behindLast: spread(0x7f - last.charCodeAt(0)) };
}

export const lowerCaseLetters = letterRange('a', 'z');
export const upperCaseLetters = letterRange('A', 'Z');

/** Copies `length` bytes with the letters of a range in the other case; false, copied in part, if a byte is beyond ASCII. */
export function swapCase(
  from: DataView,
  start: number,
  length: number,
  to: DataView,
  at: number,
  { fromFirst, behindLast }: LetterRange,
): boolean {
  let seen = 0;
  let index = 0;
  for (; index <= length - 4; index += 4) {
    const word = from.getInt32(start + index, true);
    seen |= word;
    to.setInt32(at + index, swapWord(word, fromFirst, behindLast), true);
  }
  for (; index < length; index++) {
    const byte = from.getInt8(start + index);
    seen |= byte;
    to.setInt8(at + index, swapWord(byte & 0x7f, fromFirst, behindLast));
  }
  return (seen & HIGH_BITS) === 0;
}

/** A letter's two cases differ in the bit 0x20. */
function swapWord(word: number, fromFirst: number, behindLast: number): number {
  const letters = (word + fromFirst) & ~(word + behindLast) & HIGH_BITS;
  return word ^ (letters >>> 2);
}

/** True for a byte inside a code point, after its first (RFC 3629, section 3). */
export function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** Where the code point at `start` ends. Bytes that are no UTF-8 count from one leading byte to the next. */
export function codePointEnd(bytes: Uint8Array, start: number, end: number): number {
  let next = start + 1;
  while (next < end && isContinuation(bytes[next])) next++;
  return next;
}

/** Where the code point before `end` starts. */
export function codePointStart(bytes: Uint8Array, start: number, end: number): number {
  let previous = end - 1;
  while (previous > start && isContinuation(bytes[previous])) previous--;
  return previous;
}

export function countCodePoints(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let index = start; index < end; index++) count += isContinuation(bytes[index]) ? 0 : 1;
  return count;
}

/** The offset `count` code points after `start`, at most `end`. */
export function skipCodePoints(bytes: Uint8Array, start: number, end: number, count: number): number {
  let index = start;
  for (let skipped = 0; skipped < count && index < end; skipped++) index = codePointEnd(bytes, index, end);
  return index;
}

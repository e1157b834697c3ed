import type { Kernel } from '../evaluation.js';
import { failTooLong, reserve, textArena } from '../kernels/text-arena.js';
import { textOf } from '../kernels/vectors.js';
import { stringType } from '../numeric-types.js';
import type { Fail } from '../typed.js';
import type { FunctionDeclaration } from './declaration.js';

export const upper: FunctionDeclaration = {
  name: 'UPPER',
  family: 'String',
  signature: 'UPPER(text)',
  summary: 'The text in upper case, by the case mapping of Unicode, which may change its length.',
  nulls: 'NULL gives NULL.',
  rowErrors: ['TEXT_TOO_LONG'],
  examples: [
    { expression: "UPPER('Berlin')", result: 'BERLIN' },
    { expression: "UPPER('Straße')", result: 'STRASSE' },
    { expression: 'UPPER(NULL)', result: null },
  ],
  arguments: { min: 1, max: 1 },
  resolve(call) {
    const text = call.text(0);
    return text && call.strict(stringType, [text], () => caseKernel(upperBytes, (value) => value.toUpperCase()));
  },
};

export const lower: FunctionDeclaration = {
  name: 'LOWER',
  family: 'String',
  signature: 'LOWER(text)',
  summary: 'The text in lower case, by the case mapping of Unicode, which may change its length.',
  nulls: 'NULL gives NULL.',
  rowErrors: ['TEXT_TOO_LONG'],
  examples: [
    { expression: "LOWER('Berlin')", result: 'berlin' },
    { expression: "LOWER('ÄÖÜ')", result: 'äöü' },
    { expression: 'LOWER(NULL)', result: null },
  ],
  arguments: { min: 1, max: 1 },
  resolve(call) {
    const text = call.text(0);
    return text && call.strict(stringType, [text], () => caseKernel(lowerBytes, (value) => value.toLowerCase()));
  },
};

const upperBytes = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte));
const lowerBytes = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte));

/** Maps bytes; only a text with a byte beyond ASCII becomes a string. */
function caseKernel(byteMap: Uint8Array, mapString: (value: string) => string): Kernel {
  const arena = textArena();
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const encoder = new TextEncoder();
  return (operands, out, rows, count, fail) => {
    const from = textOf(operands[0]);
    const to = textOf(out);
    const { bytes, start, end } = from;
    arena.used = 0;
    for (let k = 0; k < count; k++) {
      const row = rows[k];
      const length = end[row] - start[row];
      to.start[row] = arena.used;
      if (!reserve(arena, length)) failTooLong(row, fail);
      else if (mapAscii(bytes, start[row], length, arena.bytes, arena.used, byteMap)) arena.used += length;
      else mapUnicode(row, bytes.subarray(start[row], end[row]), fail);
      to.end[row] = arena.used;
    }
    to.bytes = arena.bytes;
  };

  function mapUnicode(row: number, text: Uint8Array, fail: Fail): void {
    const mapped = encoder.encode(mapString(decoder.decode(text)));
    if (!reserve(arena, mapped.length)) {
      failTooLong(row, fail);
      return;
    }
    arena.bytes.set(mapped, arena.used);
    arena.used += mapped.length;
  }
}

/** False, with some bytes mapped in vain, when a byte is beyond ASCII. */
function mapAscii(
  from: Uint8Array,
  start: number,
  length: number,
  to: Uint8Array,
  at: number,
  byteMap: Uint8Array,
): boolean {
  let seen = 0;
  for (let index = 0; index < length; index++) {
    const byte = from[start + index];
    seen |= byte;
    to[at + index] = byteMap[byte];
  }
  return seen < 0x80;
}

import { isUtf8 } from 'node:buffer';
import type { Kernel } from '../evaluation.js';
import { type CaseMapping, lowerCase, MAX_GROWTH, mapCase, upperCase } from '../kernels/case-mapping.js';
import { failTooLong, reserve, textArena } from '../kernels/text-arena.js';
import { textOf } from '../kernels/vectors.js';
import { type LetterRange, lowerCaseLetters, swapCase, upperCaseLetters, wordsOf } from '../kernels/words.js';
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
    return text && call.strict(stringType, [text], () => caseKernel(lowerCaseLetters, upperCase));
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
    return text && call.strict(stringType, [text], () => caseKernel(upperCaseLetters, lowerCase));
  },
};

/**
 * Swaps the letters of a range by bytes; a text beyond ASCII goes through the table of code points, and only one with a code
 * point that the table lacks becomes a string.
 */
function caseKernel(letters: LetterRange, mapping: CaseMapping): Kernel {
  const arena = textArena();
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const encoder = new TextEncoder();
  return (operands, out, rows, count, fail) => {
    const { bytes, start, end } = textOf(operands[0]);
    const to = textOf(out);
    const words = wordsOf(bytes);
    arena.used = 0;
    for (let k = 0; k < count; k++) {
      const row = rows[k];
      const length = end[row] - start[row];
      to.start[row] = arena.used;
      if (!reserve(arena, length)) failTooLong(row, fail);
      else if (swapCase(words, start[row], length, arena.words, arena.used, letters)) arena.used += length;
      else if (!mapText(bytes, start[row], end[row])) mapString(row, bytes.subarray(start[row], end[row]), fail);
      to.end[row] = arena.used;
    }
    to.bytes = arena.bytes;
  };

  function mapText(bytes: Uint8Array, start: number, end: number): boolean {
    return reserve(arena, MAX_GROWTH * (end - start)) && mapCase(mapping, bytes, start, end, arena);
  }

  /** Of bytes that are no UTF-8 the ASCII letters alone are mapped: the others must not be lost. */
  function mapString(row: number, text: Uint8Array, fail: Fail): void {
    const mapped = isUtf8(text) ? encoder.encode(mapping.mapString(decoder.decode(text))) : text.map(mapAsciiByte);
    if (!reserve(arena, mapped.length)) {
      failTooLong(row, fail);
      return;
    }
    arena.bytes.set(mapped, arena.used);
    arena.used += mapped.length;
  }

  function mapAsciiByte(byte: number): number {
    return byte < 0x80 ? mapping.mapString(String.fromCharCode(byte)).charCodeAt(0) : byte;
  }
}

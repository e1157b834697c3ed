import type { TextVector } from '../../batch/vector.js';
import type { Kernel } from '../evaluation.js';
import { codePointEnd, codePointStart } from '../kernels/utf8.js';
import { textOf } from '../kernels/vectors.js';
import { stringType } from '../numeric-types.js';
import type { LiteralNode, TypedNode } from '../typed.js';
import type { Call, FunctionDeclaration } from './declaration.js';

export const ltrim: FunctionDeclaration = {
  name: 'LTRIM',
  family: 'String',
  signature: 'LTRIM(text [, characters])',
  summary: 'The text without the leading characters that are among those given; blanks if none are given. Case counts.',
  nulls: 'NULL if any argument is.',
  rowErrors: [],
  examples: [
    { expression: "LTRIM('  ab ')", result: 'ab ' },
    { expression: "LTRIM('00120', '0')", result: '120' },
    { expression: "LTRIM('--+7', '+-')", result: '7' },
    { expression: "LTRIM('ab', NULL)", result: null },
  ],
  arguments: { min: 1, max: 2 },
  resolve: (call) => resolveTrim(call, trimLeading),
};

export const rtrim: FunctionDeclaration = {
  name: 'RTRIM',
  family: 'String',
  signature: 'RTRIM(text [, characters])',
  summary:
    'The text without the trailing characters that are among those given; blanks if none are given. Case counts.',
  nulls: 'NULL if any argument is.',
  rowErrors: [],
  examples: [
    { expression: "RTRIM(' ab  ')", result: ' ab' },
    { expression: "RTRIM('12.500', '0')", result: '12.5' },
    { expression: "RTRIM('aé', 'é')", result: 'a' },
    { expression: "RTRIM(NULL, 'a')", result: null },
  ],
  arguments: { min: 1, max: 2 },
  resolve: (call) => resolveTrim(call, trimTrailing),
};

function resolveTrim(call: Call, kernel: Kernel): TypedNode | undefined {
  const text = call.text(0);
  const blank: LiteralNode = { kind: 'literal', offset: call.offset, type: stringType, text: ' ' };
  const characters = call.operands.length === 1 ? blank : call.text(1);
  return text && characters && call.strict(stringType, [text, characters], () => kernel);
}

/** Results are views into the operand's bytes. */
const trimLeading: Kernel = (operands, out, rows, count) => {
  const from = textOf(operands[0]);
  const characters = textOf(operands[1]);
  const to = textOf(out);
  to.bytes = from.bytes;
  for (let k = 0; k < count; k++) {
    const row = rows[k];
    const end = from.end[row];
    let start = from.start[row];
    while (start < end) {
      const next = codePointEnd(from.bytes, start, end);
      if (!isAmong(characters, row, from.bytes, start, next)) break;
      start = next;
    }
    to.start[row] = start;
    to.end[row] = end;
  }
};

const trimTrailing: Kernel = (operands, out, rows, count) => {
  const from = textOf(operands[0]);
  const characters = textOf(operands[1]);
  const to = textOf(out);
  to.bytes = from.bytes;
  for (let k = 0; k < count; k++) {
    const row = rows[k];
    const start = from.start[row];
    let end = from.end[row];
    while (start < end) {
      const previous = codePointStart(from.bytes, start, end);
      if (!isAmong(characters, row, from.bytes, previous, end)) break;
      end = previous;
    }
    to.start[row] = start;
    to.end[row] = end;
  }
};

/** Whether the code point bytes[start..end) is one of the row's characters. */
function isAmong(characters: TextVector, row: number, bytes: Uint8Array, start: number, end: number): boolean {
  const last = characters.end[row];
  let index = characters.start[row];
  while (index < last) {
    const next = codePointEnd(characters.bytes, index, last);
    if (next - index === end - start && equalBytes(characters.bytes, index, bytes, start, end - start)) return true;
    index = next;
  }
  return false;
}

function equalBytes(a: Uint8Array, startA: number, b: Uint8Array, startB: number, length: number): boolean {
  for (let index = 0; index < length; index++) if (a[startA + index] !== b[startB + index]) return false;
  return true;
}

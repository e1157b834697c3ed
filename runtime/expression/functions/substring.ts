import type { TextVector, Vector } from '../../batch/vector.js';
import type { Kernel } from '../evaluation.js';
import { countCodePoints, skipCodePoints } from '../kernels/utf8.js';
import { float64Of, int32Of, textOf } from '../kernels/vectors.js';
import { isAscii, wordsOf } from '../kernels/words.js';
import { integerType, stringType } from '../numeric-types.js';
import type { FunctionDeclaration } from './declaration.js';

export const length: FunctionDeclaration = {
  name: 'LENGTH',
  family: 'String',
  signature: 'LENGTH(text)',
  summary: 'The number of characters (code points) of a text, trailing blanks included.',
  nulls: 'NULL gives NULL.',
  rowErrors: [],
  examples: [
    { expression: "LENGTH('Köln ')", result: '5' },
    { expression: "LENGTH('')", result: '0' },
    { expression: 'LENGTH(NULL)', result: null },
  ],
  arguments: { min: 1, max: 1 },
  resolve(call) {
    const text = call.text(0);
    return text && call.strict(integerType, [text], () => lengthKernel);
  },
};

const lengthKernel: Kernel = (operands, out, rows, count) => {
  const { bytes, start, end } = textOf(operands[0]);
  const lengths = int32Of(out).values;
  const words = wordsOf(bytes);
  for (let k = 0; k < count; k++) {
    const row = rows[k];
    const ascii = isAscii(words, start[row], end[row]);
    lengths[row] = ascii ? end[row] - start[row] : countCodePoints(bytes, start[row], end[row]);
  }
};

export const substr: FunctionDeclaration = {
  name: 'SUBSTR',
  family: 'String',
  signature: 'SUBSTR(text, start [, length])',
  summary:
    'A part of a text, counted in characters (code points) from 1; 0 is taken for 1, a negative start counts from the end. ' +
    'Without a length it goes to the end. A start beyond the text or a length of 0 or less gives an empty text.',
  nulls: 'NULL if any argument is.',
  rowErrors: [],
  examples: [
    { expression: "SUBSTR('Hamburg', 4)", result: 'burg' },
    { expression: "SUBSTR('Hamburg', 1, 3)", result: 'Ham' },
    { expression: "SUBSTR('Hamburg', -4, 2)", result: 'bu' },
    { expression: "SUBSTR('Hamburg', 9)", result: '' },
    { expression: "SUBSTR('Hamburg', 2, NULL)", result: null },
  ],
  arguments: { min: 2, max: 3 },
  resolve(call) {
    const text = call.text(0);
    const start = call.wholeNumber(1);
    if (call.operands.length === 2) {
      return text && start && call.strict(stringType, [text, start], () => substrKernel);
    }
    const size = call.wholeNumber(2);
    return text && start && size && call.strict(stringType, [text, start, size], () => substrKernel);
  },
};

/** Results are views into the operand's bytes. */
const substrKernel: Kernel = (operands, out, rows, count) => {
  const from = textOf(operands[0]);
  const to = textOf(out);
  const starts = float64Of(operands[1]).values;
  const sizes = sizesOf(operands);
  to.bytes = from.bytes;
  for (let k = 0; k < count; k++)
    cut(from, to, rows[k], starts[rows[k]], sizes ? sizes[rows[k]] : Number.POSITIVE_INFINITY);
};

function sizesOf(operands: readonly Vector[]): Float64Array | undefined {
  return operands.length === 3 ? float64Of(operands[2]).values : undefined;
}

/** A negative start before the text's first character is taken for the first. */
function cut(from: TextVector, to: TextVector, row: number, start: number, size: number): void {
  const { bytes } = from;
  const textStart = from.start[row];
  const textEnd = from.end[row];
  const skipped =
    start > 0 ? start - 1 : start === 0 ? 0 : Math.max(0, countCodePoints(bytes, textStart, textEnd) + start);
  to.start[row] = skipCodePoints(bytes, textStart, textEnd, skipped);
  to.end[row] = skipCodePoints(bytes, to.start[row], textEnd, size);
}

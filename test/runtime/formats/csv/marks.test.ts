import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { dialectOf } from '../../../../runtime/formats/csv/dialect.js';
import { MAX_SEARCHED_BYTES } from '../../../../runtime/formats/csv/mark-kernel.js';
import {
  growWindow,
  type Marks,
  marksOf,
  nextMark,
  passMarks,
  searchAnew,
} from '../../../../runtime/formats/csv/marks.js';
import { defaults } from './support.js';

const LINE_END = 0x0a;
const marked = Buffer.from(';"\\\r\n');
const dialect = dialectOf({ ...defaults, delimiter: ';', escape: '\\' });

/** All marks from `from` on that lie before `end`, as a scan meets them. */
function allMarks(marks: Marks, from: number, end: number): number[] {
  const found: number[] = [];
  searchAnew(marks, from);
  for (let mark = nextMark(marks, end); mark < end; mark = nextMark(marks, end)) found.push(mark);
  return found;
}

function expectedMarks(bytes: Uint8Array, from: number): number[] {
  return [...bytes.keys()].filter((at) => at >= from && marked.includes(bytes[at]));
}

describe('marks', () => {
  const marks = marksOf(dialect, 4 * MAX_SEARCHED_BYTES);

  function fillWindow(bytes: Uint8Array): void {
    // Whatever lies behind the window's last byte must not matter.
    marks.bytes.fill(marked[0]);
    marks.bytes.set(bytes);
    marks.bytes[bytes.length] = LINE_END;
  }

  it('are what a look at each byte finds, from any position', () => {
    const byte = fc.oneof(fc.constantFrom(...marked, 0, 0x3a, 0x80, 0xbb, 0xff), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 200, size: 'max' }), fc.nat(200), (text, first) => {
        const bytes = Uint8Array.from(text);
        const from = Math.min(first, bytes.length);
        fillWindow(bytes);
        assert.deepEqual(allMarks(marks, from, bytes.length), expectedMarks(bytes, from));
      }),
      { numRuns: 500 },
    );
  });

  for (const [name, every] of [
    ['everywhere', 1],
    ['as far apart as fields end', 7],
    ['farther apart than one search goes', MAX_SEARCHED_BYTES + 100],
  ] as const) {
    it(`are found over several searches where they lie ${name}`, () => {
      const bytes = new Uint8Array(3 * MAX_SEARCHED_BYTES).fill(0x61);
      for (let at = 0; at < bytes.length; at += every) bytes[at] = marked[at % marked.length];
      fillWindow(bytes);
      assert.deepEqual(allMarks(marks, 3, bytes.length), expectedMarks(bytes, 3));
    });
  }

  it('that lie before a position can be passed, also where nothing was searched yet', () => {
    const bytes = new Uint8Array(2 * MAX_SEARCHED_BYTES).fill(marked[0]);
    fillWindow(bytes);
    searchAnew(marks, 0);
    assert.equal(nextMark(marks, bytes.length), 0);
    for (const position of [5, MAX_SEARCHED_BYTES - 1, MAX_SEARCHED_BYTES + 50]) {
      passMarks(marks, position);
      assert.equal(nextMark(marks, bytes.length), position);
    }
  });

  it('are found in a window that grew, whose bytes stay', () => {
    const growing = marksOf(dialect, 10);
    growing.bytes.set(Buffer.from('ab;cd;'));
    growWindow(growing, 1 << 20);
    growing.bytes.set(Buffer.from('\n'), 1 << 20);
    assert.deepEqual(allMarks(growing, 0, 1 << 20), [2, 5]);
  });
});

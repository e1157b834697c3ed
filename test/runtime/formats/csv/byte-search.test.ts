import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { byteSearch, findByte } from '../../../../runtime/formats/csv/byte-search.js';

describe('a byte search', () => {
  it('finds what a look at each byte finds, from any position', () => {
    const ascii = fc.integer({ min: 1, max: 127 });
    const bytesOf = (members: readonly number[]) =>
      fc
        .uint8Array({ maxLength: 40 })
        .chain((any) =>
          fc.array(fc.oneof(fc.constantFrom(...members, 0, 128, 255), fc.constantFrom(...any, 1)), { maxLength: 40 }),
        );
    const search = fc
      .tuple(fc.array(ascii, { minLength: 1, maxLength: 3 }), ascii)
      .chain(([small, other]) =>
        fc.record({ small: fc.constant(small), other: fc.constant(other), text: bytesOf([...small, other]) }),
      );
    fc.assert(
      fc.property(search, ({ small, other, text }) => {
        const members = [...small, other];
        const bytes = Uint8Array.of(...text, small[0], 0, 0, 0);
        const words = new DataView(bytes.buffer);
        for (let from = 0; from <= text.length; from++) {
          const expected = bytes.findIndex((byte, at) => at >= from && members.includes(byte));
          assert.equal(findByte(bytes, words, from, byteSearch(small, other)), expected);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

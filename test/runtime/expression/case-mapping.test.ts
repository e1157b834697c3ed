import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type CaseMapping,
  lowerCase,
  MAX_GROWTH,
  mapCase,
  upperCase,
} from '../../../runtime/expression/kernels/case-mapping.js';
import { reserve, textArena } from '../../../runtime/expression/kernels/text-arena.js';

/** The mapped text, or undefined where the table gives up. */
function mapped(mapping: CaseMapping, bytes: Uint8Array): string | undefined {
  const arena = textArena();
  assert.ok(reserve(arena, MAX_GROWTH * bytes.length));
  const done = mapCase(mapping, bytes, 0, bytes.length, arena);
  if (!done) assert.equal(arena.used, 0);
  return done ? Buffer.from(arena.bytes.subarray(0, arena.used)).toString('utf8') : undefined;
}

for (const [name, mapping] of Object.entries({ upperCase, lowerCase })) {
  test(`${name} of every code point of the plane is Unicode's, or left to whole texts`, () => {
    let left = 0;
    for (let code = 0; code < 0xd800; code++) {
      const text = String.fromCharCode(code);
      const result = mapped(mapping, Buffer.from(text));
      if (result === undefined) left++;
      else assert.equal(result, mapping.mapString(text), `U+${code.toString(16)}`);
    }
    assert.ok(left > 0 && left < 150, `${left} code points are left`);
  });

  test(`${name} of texts is that of strings, wherever the table does not give up`, () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const result = mapped(mapping, Buffer.from(text));
        assert.ok(result === undefined || result === mapping.mapString(text));
      }),
    );
  });
}

test('texts that need their surroundings, several letters or another plane are given up', () => {
  assert.equal(mapped(upperCase, Buffer.from('Straße')), undefined);
  assert.equal(mapped(lowerCase, Buffer.from('ΟΔΟΣ')), undefined);
  assert.equal(mapped(upperCase, Buffer.from('𐐨')), undefined);
});

test('bytes that are no UTF-8 are given up', () => {
  const broken = [
    [0xc3],
    [0xc0, 0x80],
    [0xe0, 0x80, 0x80],
    [0xed, 0xa0, 0x80],
    [0x80],
    [0xff],
    [0xe2, 0x28, 0xa1],
    [0x41, 0xc3, 0x28],
  ];
  for (const bytes of broken) assert.equal(mapped(upperCase, Uint8Array.from(bytes)), undefined, String(bytes));
});

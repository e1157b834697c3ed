import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compareKeys, objectPattern, wildcardsMatch } from '../../connector/object-pattern.js';

const recursive = { allowWildcardCharacters: true, enableRecursiveRead: true };
const flat = { allowWildcardCharacters: true, enableRecursiveRead: false };
const literal = { allowWildcardCharacters: false, enableRecursiveRead: false };

describe('objectPattern', () => {
  it('has as prefix the text before the first wildcard', () => {
    assert.equal(objectPattern('raw/', 'orders/2026-*.csv', flat).prefix, 'raw/orders/2026-');
    assert.equal(objectPattern('raw/', '?', flat).prefix, 'raw/');
    assert.equal(objectPattern('raw/', 'a*b', literal).prefix, 'raw/a*b');
  });

  it('knows how many segments a match has', () => {
    assert.equal(objectPattern('raw/', 'a/*.csv', flat).segments, 3);
    assert.equal(objectPattern('raw/', 'a/*.csv', recursive).segments, undefined);
  });

  it('never reads wildcards in the folder, nor other syntax in the pattern', () => {
    assert.equal(objectPattern('r*w/', '*', flat).matches('raw/x'), false);
    assert.equal(objectPattern('r*w/', '*', flat).matches('r*w/x'), true);
    assert.equal(objectPattern('', '[a]{b,c}!(d)\\*', flat).matches('[a]{b,c}!(d)\\x'), true);
    assert.equal(objectPattern('', '[a]*', flat).matches('a1'), false);
  });

  it('keeps empty segments, dots and code points apart', () => {
    assert.equal(objectPattern('', 'odd//*', flat).matches('odd//key'), true);
    assert.equal(objectPattern('', 'odd/*', flat).matches('odd//key'), false);
    assert.equal(objectPattern('', '?.csv', flat).matches('\u{1f600}.csv'), true);
    assert.equal(objectPattern('', '?.csv', flat).matches('e\u0301.csv'), false);
  });
});

describe('wildcardsMatch', () => {
  it('agrees with the regular expression that says the same', () => {
    const alphabet = fc.constantFrom('a', 'b', '/', '*', '?', '\u{1f600}');
    const text = fc.array(alphabet, { maxLength: 10 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, (pattern, key) => {
        const expression = [...pattern]
          .map((c) => (c === '*' ? '[^]*' : c === '?' ? '[^]' : c === '/' ? '\\/' : c))
          .join('');
        return wildcardsMatch(pattern, key) === new RegExp(`^${expression}$`, 'u').test(key);
      }),
      { numRuns: 2000 },
    );
  });

  it('needs no exponential time', () => {
    assert.equal(wildcardsMatch('*a'.repeat(200), 'a'.repeat(2000).concat('b')), false);
  });
});

describe('compareKeys', () => {
  it('orders like the UTF-8 bytes', () => {
    const key = fc.string({ unit: 'binary', maxLength: 8 });
    fc.assert(
      fc.property(key, key, (a, b) => Math.sign(compareKeys(a, b)) === Buffer.compare(Buffer.from(a), Buffer.from(b))),
      { numRuns: 2000 },
    );
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nearestName } from '../../runtime/nearest-name.js';

describe('nearestName', () => {
  const cases: readonly (readonly [string, readonly string[], string | undefined])[] = [
    ['amuont', ['country', 'amount'], 'amount'],
    ['AMOUNT', ['amoun', 'amount'], 'amount'],
    ['contry', ['amount', 'country'], 'country'],
    ['iamRoleARN', ['iamRoleArn', 'iamRole'], 'iamRoleArn'],
    ['delimeter', ['delimiter', 'header'], 'delimiter'],
    ['teh', ['the'], 'the'],
    ['ab', ['ac', 'ad'], 'ac'],
    ['x', ['y'], undefined],
    ['colour', ['amount', 'country'], undefined],
    ['a', [], undefined],
    ['', ['a'], undefined],
  ];
  for (const [name, candidates, expected] of cases) {
    it(`${JSON.stringify(name)} among ${candidates.join(', ')}`, () =>
      assert.equal(nearestName(name, candidates), expected));
  }

  it('passes over names too long to compare, but for case', () => {
    const long = 'n'.repeat(100_000);
    assert.equal(nearestName(`${long}a`, [`${long}b`]), undefined);
    assert.equal(nearestName(long, [long.toUpperCase()]), long.toUpperCase());
  });
});

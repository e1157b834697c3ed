import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { maximumParts, parallelParts, partBytes } from '../../../connector/amazon-s3-v2/target/part-size.js';

const mebibyte = 1024 * 1024;

describe('partBytes', () => {
  it('starts at 8 MiB, never shrinks, and ends at 64 MiB', () => {
    assert.equal(partBytes(1), 8 * mebibyte);
    for (let number = 2; number <= maximumParts; number++) assert.ok(partBytes(number) >= partBytes(number - 1));
    assert.equal(partBytes(maximumParts), 64 * mebibyte);
  });

  it('makes 10,000 parts hold 458 GiB', () => {
    let bytes = 0;
    for (let number = 1; number <= maximumParts; number++) bytes += partBytes(number);
    assert.equal(Math.floor(bytes / 1024 ** 3), 458);
  });

  it('never has more than 64 MiB under way', () => {
    for (const number of [1, 1251, 2501, 3751, 10_000]) {
      const bytes = partBytes(number);
      assert.ok(parallelParts(bytes) >= 1 && parallelParts(bytes) * bytes <= 64 * mebibyte);
    }
    assert.equal(parallelParts(8 * mebibyte), 4);
  });
});

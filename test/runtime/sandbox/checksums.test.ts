import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ChecksumAlgorithm, checksumAlgorithms, createHasher } from '../../../runtime/sandbox/http/checksums.js';

/** Of the nine bytes "123456789", as the catalogues of CRCs give them; the hashes are those of FIPS 180-4. */
const known: Readonly<Record<ChecksumAlgorithm, string>> = {
  crc32: 'cbf43926',
  crc32c: 'e3069283',
  crc64nvme: 'ae8b14860a799888',
  sha1: 'f7c3bc1d808e04732adf679965ccc34ca7ae3441',
  sha256: '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225',
};

for (const algorithm of checksumAlgorithms) {
  test(`${algorithm} of the check value, whole and in pieces`, () => {
    for (const pieces of [['123456789'], ['1', '', '2345', '6789']]) {
      const hasher = createHasher(algorithm);
      for (const piece of pieces) hasher.update(Buffer.from(piece));
      assert.equal(Buffer.from(hasher.digest(), 'base64').toString('hex'), known[algorithm]);
    }
  });
}

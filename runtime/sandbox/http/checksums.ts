import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

export const checksumAlgorithms = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const;
/** As in `x-amz-checksum-…`. */
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];

export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64. */
  readonly value: string;
}

/** A checksum in the making. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  /** Base64 of the big-endian value. */
  digest(): string;
}

export function createHasher(algorithm: ChecksumAlgorithm): Hasher {
  switch (algorithm) {
    case 'crc32':
      return nativeCrc32();
    case 'crc32c':
      return tableCrc32c();
    case 'crc64nvme':
      return tableCrc64();
    case 'sha1':
    case 'sha256': {
      const hash = createHash(algorithm);
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('base64') };
    }
  }
}

/** How many bytes a checksum has. */
export const checksumBytes: Readonly<Record<ChecksumAlgorithm, number>> = {
  crc32: 4,
  crc32c: 4,
  crc64nvme: 8,
  sha1: 20,
  sha256: 32,
};

function nativeCrc32(): Hasher {
  let state = 0;
  return {
    update(bytes) {
      state = crc32(bytes, state);
    },
    digest: () => base64Of([state]),
  };
}

/** Castagnoli's polynomial, reflected (RFC 3720, appendix B.4). */
const CRC32C_POLYNOMIAL = 0x82f63b78;

function crc32cTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ CRC32C_POLYNOMIAL : value >>> 1;
    return value;
  });
}

let crc32c: Uint32Array | undefined;

function tableCrc32c(): Hasher {
  crc32c ??= crc32cTable();
  const table = crc32c;
  let state = 0xffffffff;
  return {
    update(bytes) {
      for (let i = 0; i < bytes.length; i++) state = table[(state ^ bytes[i]) & 0xff] ^ (state >>> 8);
    },
    digest: () => base64Of([~state >>> 0]),
  };
}

/** CRC-64/NVME, reflected (NVM Express command set specification, 64-bit CRC), in two halves: a bigint a byte would crawl. */
const CRC64_POLYNOMIAL = { high: 0x9a6c9329, low: 0xac4bc9b5 };

interface Crc64Table {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
}

function crc64Table(): Crc64Table {
  const table = { high: new Uint32Array(256), low: new Uint32Array(256) };
  for (let byte = 0; byte < 256; byte++) {
    let high = 0;
    let low = byte;
    for (let bit = 0; bit < 8; bit++) {
      const odd = low & 1;
      low = (low >>> 1) | ((high & 1) << 31);
      high >>>= 1;
      if (odd) {
        high ^= CRC64_POLYNOMIAL.high;
        low ^= CRC64_POLYNOMIAL.low;
      }
    }
    table.high[byte] = high;
    table.low[byte] = low;
  }
  return table;
}

let crc64: Crc64Table | undefined;

function tableCrc64(): Hasher {
  crc64 ??= crc64Table();
  const table = crc64;
  let high = 0xffffffff;
  let low = 0xffffffff;
  return {
    update(bytes) {
      for (let i = 0; i < bytes.length; i++) {
        const index = (low ^ bytes[i]) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ table.low[index];
        high = (high >>> 8) ^ table.high[index];
      }
    },
    digest: () => base64Of([~high >>> 0, ~low >>> 0]),
  };
}

function base64Of(words: readonly number[]): string {
  const bytes = Buffer.alloc(words.length * 4);
  for (const [index, word] of words.entries()) bytes.writeUInt32BE(word, index * 4);
  return bytes.toString('base64');
}

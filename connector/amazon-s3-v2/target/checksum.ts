import { crc32 } from 'node:zlib';

/** `x-amz-checksum-crc32`: base64 of the four bytes of the CRC32, most significant first (S3 user guide). */
export function checksumCrc32(bytes: Uint8Array): string {
  const value = Buffer.allocUnsafe(4);
  value.writeUInt32BE(crc32(bytes));
  return value.toString('base64');
}

/** Copies an object without looking at it, GET to UploadPart, as fast as the SDK does it: `bare-copy.js FROM TO KEY`. */
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

const PART_BYTES = 8 * 1024 * 1024;
const PARALLEL = 4;

const [from, to, Key] = process.argv.slice(2);
const client = new S3Client({
  region: 'eu-west-1',
  forcePathStyle: true,
  credentials: { accessKeyId: 'AKIAMOVER', secretAccessKey: process.env.MOVER_SECRET ?? '' },
});
const target = { Bucket: to, Key: 'copy.csv' };
const { Body } = await client.send(new GetObjectCommand({ Bucket: from, Key }));
const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...target, ChecksumAlgorithm: 'CRC32' }));
const parts: { PartNumber: number; ETag: string | undefined; ChecksumCRC32: string | undefined }[] = [];
const underWay = new Set<Promise<void>>();

async function upload(PartNumber: number, bytes: Uint8Array): Promise<void> {
  const { ETag, ChecksumCRC32 } = await client.send(
    new UploadPartCommand({ ...target, UploadId, PartNumber, Body: bytes }),
  );
  parts.push({ PartNumber, ETag, ChecksumCRC32 });
}

async function send(bytes: Uint8Array, number: number): Promise<void> {
  const part = upload(number, bytes).finally(() => underWay.delete(part));
  underWay.add(part);
  if (underWay.size >= PARALLEL) await Promise.race(underWay);
}

let buffer = Buffer.allocUnsafe(PART_BYTES);
let used = 0;
let number = 1;
if (Body === undefined || !(Symbol.asyncIterator in Body)) throw new Error('no body');
for await (const chunk of Body) {
  for (let taken = 0; taken < chunk.length; ) {
    const length = Math.min(chunk.length - taken, PART_BYTES - used);
    buffer.set(chunk.subarray(taken, taken + length), used);
    used += length;
    taken += length;
    if (used === PART_BYTES) {
      await send(buffer, number++);
      buffer = Buffer.allocUnsafe(PART_BYTES);
      used = 0;
    }
  }
}
if (used > 0) await send(buffer.subarray(0, used), number);
await Promise.all(underWay);
parts.sort((a, b) => a.PartNumber - b.PartNumber);
await client.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts: parts } }));

import { type Checksum, createHasher } from '../http/checksums.js';
import { memorySink } from '../http/memory-sink.js';
import type { Reply } from '../http/reply.js';
import { ServiceError } from '../service-error.js';
import { headerOf } from '../signature/request-line.js';
import type { Upload, UploadedPart } from '../store/bucket.js';
import { release } from '../store/piece.js';
import { type ListedPart, readPartList } from './complete-request.js';
import { checkWriteConditions } from './conditions.js';
import { encryptionHeaders } from './encryption.js';
import { invalidRequest } from './errors.js';
import { multipartEtag, noSuchUpload, uploadOf } from './multipart.js';
import { wholeSeconds } from './objects.js';
import { notImplemented } from './operation.js';
import { type S3Request, xmlReply } from './request.js';

/** S3 user guide, multipart upload limits; the last part may be smaller. */
const MIN_PART_BYTES = 5 * 1024 * 1024;
const MAX_OBJECT_BYTES = 5 * 1024 ** 4;
/** 10,000 parts with their checksums. */
const MAX_LIST_BYTES = 4 * 1024 * 1024;

/** Puts the parts listed together to an object. Their bytes stay where they are. */
export async function completeMultipartUpload(request: S3Request): Promise<Reply> {
  const { bucket, key, headers, now } = request;
  const upload = uploadOf(request);
  // Only checksums of parts are read with the key at this point (S3 API reference, CompleteMultipartUpload).
  if (upload.checksumAlgorithm !== undefined) request.useKey('kms:Decrypt', upload.attributes.encryption);
  const { sink, text } = memorySink();
  await request.receive(sink, MAX_LIST_BYTES, 'document');
  const listed = readPartList(text());
  if (!bucket.uploads.has(upload.id)) throw noSuchUpload();
  const parts = listed.map((part) => partListed(upload, part));
  checkSizes(parts, headerOf(headers, 'x-amz-mp-object-size'));
  const checksum = compositeChecksum(upload, parts, headers);
  checkWriteConditions(headers, key, bucket.get(key));

  const etag = multipartEtag(parts);
  const used = new Set(parts);
  for (const part of upload.parts.values()) if (!used.has(part)) release(part.piece);
  bucket.uploads.delete(upload.id);
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const pieces = parts.map(({ piece }) => piece);
  bucket.put({ key, size, etag, modified: wholeSeconds(now), attributes: upload.attributes, checksum, pieces });
  return xmlReply(
    'CompleteMultipartUploadResult',
    {
      Location: `http://${headerOf(headers, 'host')}/${bucket.name}/${encodeURIComponent(key)}`,
      Bucket: bucket.name,
      Key: key,
      ETag: etag,
      ...(checksum
        ? { [`Checksum${checksum.algorithm.toUpperCase()}`]: checksum.value, ChecksumType: 'COMPOSITE' }
        : {}),
    },
    encryptionHeaders(upload.attributes.encryption),
  );
}

function partListed({ parts, checksumAlgorithm }: Upload, { number, etag, checksum }: ListedPart): UploadedPart {
  const part = parts.get(number);
  if (!part || `"${part.md5}"` !== etag || (checksum !== undefined && checksum.value !== part.checksum?.value)) {
    throw new ServiceError(
      400,
      'InvalidPart',
      "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
      { details: { PartNumber: String(number), ETag: etag } },
    );
  }
  if (checksumAlgorithm !== undefined && checksum === undefined) {
    throw invalidRequest(
      `The upload was created using a ${checksumAlgorithm} checksum. The complete request must include the checksum for each part. It was missing for part ${number} in the request.`,
    );
  }
  return part;
}

function checkSizes(parts: readonly UploadedPart[], expected: string | undefined): void {
  for (const { number, size, md5 } of parts.slice(0, -1)) {
    if (size >= MIN_PART_BYTES) continue;
    throw new ServiceError(400, 'EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
      details: {
        ProposedSize: String(size),
        MinSizeAllowed: String(MIN_PART_BYTES),
        PartNumber: String(number),
        ETag: md5,
      },
    });
  }
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  if (size > MAX_OBJECT_BYTES) {
    throw new ServiceError(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
  }
  if (expected !== undefined && expected !== String(size)) {
    throw invalidRequest(`The provided x-amz-mp-object-size header does not match what was computed: ${size}`);
  }
}

/** The checksum over the parts' checksums, `-N` appended, checked against the one that the client expects. */
function compositeChecksum(
  { checksumAlgorithm }: Upload,
  parts: readonly UploadedPart[],
  headers: S3Request['headers'],
): Checksum | undefined {
  const type = headerOf(headers, 'x-amz-checksum-type');
  if (type !== undefined && type !== 'COMPOSITE') throw notImplemented(`x-amz-checksum-type ${type} of an upload`);
  if (checksumAlgorithm === undefined) return undefined;
  const hasher = createHasher(checksumAlgorithm);
  for (const { checksum } of parts) hasher.update(Buffer.from(checksum?.value ?? '', 'base64'));
  const value = `${hasher.digest()}-${parts.length}`;
  const expected = headerOf(headers, `x-amz-checksum-${checksumAlgorithm}`);
  if (expected !== undefined && expected !== value) {
    throw new ServiceError(
      400,
      'BadDigest',
      `The ${checksumAlgorithm} you specified did not match the calculated checksum.`,
    );
  }
  return { algorithm: checksumAlgorithm, value };
}

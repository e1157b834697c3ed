import { createHash, randomBytes } from 'node:crypto';
import { type ChecksumAlgorithm, checksumAlgorithms } from '../http/checksums.js';
import { noBody, type Reply } from '../http/reply.js';
import { ServiceError } from '../service-error.js';
import { headerOf } from '../signature/request-line.js';
import { compareKeys, type Upload, type UploadedPart } from '../store/bucket.js';
import { release } from '../store/piece.js';
import { attributesOf } from './attributes.js';
import { encryptionHeaders } from './encryption.js';
import { invalidArgument, invalidRequest } from './errors.js';
import { canonicalId, countOf } from './list.js';
import { MAX_PUT_BYTES, wholeSeconds } from './objects.js';
import { notImplemented } from './operation.js';
import { type S3Request, xmlReply } from './request.js';

const MAX_PART_NUMBER = 10_000;

export function createMultipartUpload(request: S3Request): Reply {
  const { bucket, key, headers, now } = request;
  const attributes = attributesOf(request);
  request.useKey('kms:GenerateDataKey', attributes.encryption);
  const checksumAlgorithm = uploadAlgorithm(
    headerOf(headers, 'x-amz-checksum-algorithm'),
    headerOf(headers, 'x-amz-checksum-type'),
  );
  const upload: Upload = {
    id: randomBytes(24).toString('base64url'),
    key,
    initiated: now,
    attributes,
    checksumAlgorithm,
    parts: new Map(),
  };
  bucket.uploads.set(upload.id, upload);
  return xmlReply(
    'InitiateMultipartUploadResult',
    { Bucket: bucket.name, Key: key, UploadId: upload.id },
    {
      ...encryptionHeaders(attributes.encryption),
      ...(checksumAlgorithm
        ? { 'x-amz-checksum-algorithm': checksumAlgorithm.toUpperCase(), 'x-amz-checksum-type': 'COMPOSITE' }
        : {}),
    },
  );
}

/** Checksums of uploads are composite: one over those of the parts. */
function uploadAlgorithm(name: string | undefined, type: string | undefined): ChecksumAlgorithm | undefined {
  if (type !== undefined && type !== 'COMPOSITE') throw notImplemented(`x-amz-checksum-type ${type} of an upload`);
  if (name === undefined) return undefined;
  const algorithm = checksumAlgorithms.find((each) => each.toUpperCase() === name.toUpperCase());
  if (!algorithm)
    throw invalidRequest(
      'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, SHA1, SHA256]',
    );
  if (algorithm === 'crc64nvme') throw notImplemented('uploads with x-amz-checksum-algorithm CRC64NVME');
  return algorithm;
}

/** Parts are read again before they make an object, hence Decrypt (S3 user guide, multipart upload API and permissions). */
export async function uploadPart(request: S3Request): Promise<Reply> {
  const { bucket, query, now } = request;
  const upload = uploadOf(request);
  request.useKey('kms:Decrypt', upload.attributes.encryption);
  const text = query.get('partNumber') ?? '';
  const number = Number(text);
  if (!/^\d{1,5}$/.test(text) || number < 1 || number > MAX_PART_NUMBER) {
    throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive', 'partNumber', text);
  }
  const { sink, piece } = request.pieces.create();
  const { size, md5, checksum } = await request.receive(sink, MAX_PUT_BYTES, 'object');
  const stored = piece();
  const refusal = bucket.uploads.has(upload.id) ? checksumMismatch(upload, checksum?.algorithm) : noSuchUpload();
  if (refusal) {
    release(stored);
    throw refusal;
  }
  const replaced = upload.parts.get(number);
  if (replaced) release(replaced.piece);
  upload.parts.set(number, { number, size, md5, checksum, modified: wholeSeconds(now), piece: stored });
  return {
    status: 200,
    headers: {
      ETag: `"${md5}"`,
      ...encryptionHeaders(upload.attributes.encryption),
      ...(checksum ? { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value } : {}),
    },
    body: noBody,
  };
}

/** Parts have the checksum that the upload was created with, or none. */
function checksumMismatch(
  { checksumAlgorithm }: Upload,
  given: ChecksumAlgorithm | undefined,
): ServiceError | undefined {
  if (given === checksumAlgorithm) return undefined;
  const [expected, actual] = [checksumAlgorithm ?? 'null', given ?? 'null'];
  return invalidRequest(
    `Checksum Type mismatch occurred, expected checksum Type: ${expected}, actual checksum Type: ${actual}`,
  );
}

export function abortMultipartUpload(request: S3Request): Reply {
  const upload = uploadOf(request);
  request.bucket.uploads.delete(upload.id);
  for (const { piece } of upload.parts.values()) release(piece);
  return { status: 204, headers: {}, body: noBody };
}

export function listParts(request: S3Request): Reply {
  const upload = uploadOf(request);
  request.useKey('kms:Decrypt', upload.attributes.encryption);
  const { bucket, query } = request;
  const maxParts = countOf(query, 'max-parts', 1000);
  const marker = Number(query.get('part-number-marker') ?? 0);
  const parts = [...upload.parts.values()].filter(({ number }) => number > marker).sort((a, b) => a.number - b.number);
  const page = parts.slice(0, maxParts);
  return xmlReply('ListPartsResult', {
    Bucket: bucket.name,
    Key: upload.key,
    UploadId: upload.id,
    PartNumberMarker: marker,
    NextPartNumberMarker: page.at(-1)?.number ?? 0,
    MaxParts: maxParts,
    IsTruncated: page.length < parts.length,
    ...(upload.checksumAlgorithm ? { ChecksumAlgorithm: upload.checksumAlgorithm.toUpperCase() } : {}),
    Part: page.map(partElement),
    StorageClass: upload.attributes.headers['x-amz-storage-class'] ?? 'STANDARD',
  });
}

function partElement({ number, modified, md5, size, checksum }: UploadedPart) {
  return {
    PartNumber: number,
    LastModified: new Date(modified).toISOString(),
    ETag: `"${md5}"`,
    Size: size,
    ...(checksum ? { [`Checksum${checksum.algorithm.toUpperCase()}`]: checksum.value } : {}),
  };
}

export function listMultipartUploads({ bucket, query }: S3Request): Reply {
  const prefix = query.get('prefix') ?? '';
  const maxUploads = countOf(query, 'max-uploads', 1000);
  const marker = { key: query.get('key-marker') ?? '', id: query.get('upload-id-marker') ?? '' };
  const uploads = [...bucket.uploads.values()]
    .filter(({ key }) => key.startsWith(prefix))
    .sort(inOrder)
    .filter((upload) => (marker.id === '' ? compareKeys(upload.key, marker.key) > 0 : inOrder(upload, marker) > 0));
  const page = uploads.slice(0, maxUploads);
  const last = page.length < uploads.length ? page.at(-1) : undefined;
  return xmlReply('ListMultipartUploadsResult', {
    Bucket: bucket.name,
    Prefix: prefix,
    KeyMarker: marker.key,
    UploadIdMarker: marker.id,
    ...(last ? { NextKeyMarker: last.key, NextUploadIdMarker: last.id } : {}),
    MaxUploads: maxUploads,
    IsTruncated: last !== undefined,
    Upload: page.map(({ key, id, initiated, attributes }) => ({
      Key: key,
      UploadId: id,
      Initiated: new Date(initiated).toISOString(),
      StorageClass: attributes.headers['x-amz-storage-class'] ?? 'STANDARD',
      Owner: { ID: canonicalId(bucket.account) },
    })),
  });
}

/** By key, then by upload id. */
function inOrder(a: Pick<Upload, 'key' | 'id'>, b: Pick<Upload, 'key' | 'id'>): number {
  if (a.key !== b.key) return compareKeys(a.key, b.key);
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

export function uploadOf({ bucket, key, query }: S3Request): Upload {
  const upload = bucket.uploads.get(query.get('uploadId') ?? '');
  if (upload?.key !== key) throw noSuchUpload();
  return upload;
}

export function noSuchUpload(): ServiceError {
  return new ServiceError(
    404,
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
  );
}

/** `md5-of-md5s-N`, with its quotes. */
export function multipartEtag(parts: readonly UploadedPart[]): string {
  const md5 = createHash('md5');
  for (const part of parts) md5.update(part.md5, 'hex');
  return `"${md5.digest('hex')}-${parts.length}"`;
}

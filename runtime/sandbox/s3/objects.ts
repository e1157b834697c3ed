import { noBody, type Reply, type ReplyBody } from '../http/reply.js';
import { ServiceError } from '../service-error.js';
import { headerOf } from '../signature/request-line.js';
import type { StoredObject } from '../store/bucket.js';
import { readPieces, release } from '../store/piece.js';
import { attributesOf } from './attributes.js';
import { checkReadConditions, checkWriteConditions } from './conditions.js';
import { encryptionHeaders } from './encryption.js';
import { accessDenied, noSuchKey } from './errors.js';
import type { S3Request } from './request.js';

/** The most that one PutObject or UploadPart may send. */
export const MAX_PUT_BYTES = 5 * 1024 ** 3;

export function getObject(request: S3Request): Reply {
  return read(
    request,
    () => true,
    (object, start, end) => ({
      kind: 'stream',
      length: end - start,
      open: () => readPieces(object.pieces, start, end),
    }),
  );
}

/** Metadata is not encrypted, a checksum is: only it needs the key (S3 API reference, HeadObject, x-amz-checksum-mode). */
export function headObject(request: S3Request): Reply {
  return read(
    request,
    ({ checksum }) => checksum !== undefined && wantsChecksum(request),
    (_, start, end) => ({ kind: 'length', length: end - start }),
  );
}

function wantsChecksum({ headers }: S3Request): boolean {
  return headerOf(headers, 'x-amz-checksum-mode') === 'ENABLED';
}

function read(
  request: S3Request,
  decrypts: (object: StoredObject) => boolean,
  bodyOf: (object: StoredObject, start: number, end: number) => ReplyBody,
): Reply {
  const { bucket, key, headers } = request;
  const object = bucket.get(key);
  if (!object) {
    // Who may not list must not find out which keys exist.
    if (!request.mayList()) throw accessDenied();
    throw noSuchKey(key);
  }
  if (decrypts(object)) request.useKey('kms:Decrypt', object.attributes.encryption);
  checkReadConditions(headers, object);
  const range = rangeOf(headerOf(headers, 'range'), object.size);
  if (range) {
    const { start, end } = range;
    return {
      status: 206,
      headers: { ...objectHeaders(object), 'Content-Range': `bytes ${start}-${end - 1}/${object.size}` },
      body: bodyOf(object, start, end),
    };
  }
  return {
    status: 200,
    headers: { ...objectHeaders(object), ...(wantsChecksum(request) ? checksumHeaders(object) : {}) },
    body: bodyOf(object, 0, object.size),
  };
}

function objectHeaders({ etag, modified, attributes }: StoredObject): Record<string, string> {
  const { headers, encryption, metadata, tags } = attributes;
  return {
    ...headers,
    ...encryptionHeaders(encryption),
    ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
    ...(tags.size === 0 ? {} : { 'x-amz-tagging-count': String(tags.size) }),
    ETag: etag,
    'Last-Modified': new Date(modified).toUTCString(),
    'Accept-Ranges': 'bytes',
  };
}

export function checksumHeaders({ checksum, etag }: Pick<StoredObject, 'checksum' | 'etag'>): Record<string, string> {
  if (!checksum) return {};
  const type = etag.includes('-') ? 'COMPOSITE' : 'FULL_OBJECT';
  return { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value, 'x-amz-checksum-type': type };
}

/** A single byte range, `end` exclusive. Undefined for none, for several and for nonsense, which are ignored (RFC 9110, section 14.2). */
function rangeOf(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [, first, last] = match;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  if (start >= end) {
    throw new ServiceError(416, 'InvalidRange', 'The requested range is not satisfiable', {
      details: { RangeRequested: header ?? '', ActualObjectSize: String(size) },
      headers: { 'Content-Range': `bytes */${size}` },
    });
  }
  return { start, end };
}

export async function putObject(request: S3Request): Promise<Reply> {
  const { bucket, key, headers, now } = request;
  const attributes = attributesOf(request);
  request.useKey('kms:GenerateDataKey', attributes.encryption);
  const { sink, piece } = request.pieces.create();
  const { size, md5, checksum } = await request.receive(sink, MAX_PUT_BYTES, 'object');
  const stored = piece();
  try {
    // Only now: an object that came while the body was on its way counts.
    checkWriteConditions(headers, key, bucket.get(key));
  } catch (error) {
    release(stored);
    throw error;
  }
  const etag = `"${md5}"`;
  bucket.put({ key, size, etag, modified: wholeSeconds(now), attributes, checksum, pieces: [stored] });
  return {
    status: 200,
    headers: { ETag: etag, ...encryptionHeaders(attributes.encryption), ...checksumHeaders({ checksum, etag }) },
    body: noBody,
  };
}

/** HTTP dates have no fractions, and If-Modified-Since compares with what was sent. */
export function wholeSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}

export function deleteObject({ bucket, key, headers }: S3Request): Reply {
  checkWriteConditions(headers, key, bucket.get(key));
  bucket.delete(key);
  return { status: 204, headers: {}, body: noBody };
}

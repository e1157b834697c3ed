import { randomBytes } from 'node:crypto';
import { XMLParser } from 'fast-xml-parser';
import { AwsError } from '../aws-error.js';
import { multipartEtag, type StoredBody, type Upload } from '../store.js';
import { numberOf } from './list.js';
import { checkWriteConditions } from './objects.js';
import { keptHeaders, type Reply, type S3Request, xmlReply } from './reply.js';

/** Limits of multipart uploads (S3 User Guide, "Amazon S3 multipart upload limits"). */
const MAX_PARTS = 10_000;
const LEAST_PART_BYTES = 5 * 1024 * 1024;

export function createMultipartUpload({ bucket, key, headers, account, now }: S3Request): Reply {
  const id = randomBytes(24).toString('base64url');
  bucket.uploads.set(id, { id, key, headers: keptHeaders(headers), owner: account, initiated: now, parts: new Map() });
  return xmlReply('InitiateMultipartUploadResult', { Bucket: bucket.name, Key: key, UploadId: id });
}

export async function uploadPart(request: S3Request): Promise<Reply> {
  const upload = uploadOf(request);
  const number = numberOf(request.query.get('partNumber') ?? '', 'partNumber');
  if (number < 1 || number > MAX_PARTS) {
    throw new AwsError('InvalidArgument', 400, `Part number must be an integer between 1 and ${MAX_PARTS}, inclusive`);
  }
  const body = await request.receive();
  // The upload may have been aborted while the part came in.
  if (!request.bucket.uploads.has(upload.id)) {
    await request.store.drop([body]);
    throw noSuchUpload();
  }
  const replaced = upload.parts.get(number);
  upload.parts.set(number, body);
  if (replaced) await request.store.drop([replaced]);
  const checksum = body.checksum ? { [body.checksum[0]]: body.checksum[1] } : {};
  return { status: 200, headers: { etag: `"${body.md5}"`, ...checksum }, body: undefined };
}

export async function completeMultipartUpload(request: S3Request): Promise<Reply> {
  const { bucket, key, now, store } = request;
  const upload = uploadOf(request);
  const listed = listedParts(await request.text());
  const bodies = listed.map(({ number, etag }) => {
    const body = upload.parts.get(number);
    if (!body || body.md5 !== etag) {
      throw new AwsError('InvalidPart', 400, 'One or more of the specified parts could not be found.', {
        PartNumber: String(number),
      });
    }
    return body;
  });
  const small = bodies.findIndex(({ size }, index) => size < LEAST_PART_BYTES && index < bodies.length - 1);
  if (small >= 0) {
    throw new AwsError('EntityTooSmall', 400, 'Your proposed upload is smaller than the minimum allowed size', {
      PartNumber: String(listed[small].number),
    });
  }
  checkWriteConditions(request);
  const etag = multipartEtag(bodies);
  const size = bodies.reduce((sum, body) => sum + body.size, 0);
  const replaced = bucket.objects.get(key);
  bucket.put({ key, bodies, size, etag, modified: now, headers: upload.headers, owner: upload.owner });
  bucket.uploads.delete(upload.id);
  await store.drop([
    ...(replaced?.bodies ?? []),
    ...[...upload.parts.values()].filter((body) => !bodies.includes(body)),
  ]);
  return xmlReply('CompleteMultipartUploadResult', { Bucket: bucket.name, Key: key, ETag: `"${etag}"` });
}

const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === 'Part' });

function listedParts(text: string): { readonly number: number; readonly etag: string }[] {
  const malformed = new AwsError('MalformedXML', 400, 'The XML you provided was not well-formed');
  let parts: unknown;
  try {
    parts = parser.parse(text)?.CompleteMultipartUpload?.Part;
  } catch {
    throw malformed;
  }
  if (!Array.isArray(parts) || parts.length === 0) throw malformed;
  const listed = parts.map((part) => ({
    number: Number(part?.PartNumber),
    etag: String(part?.ETag ?? '').replaceAll(/"|&quot;|&#34;/g, ''),
  }));
  if (listed.some(({ number }, index) => index > 0 && number <= listed[index - 1].number)) {
    throw new AwsError('InvalidPartOrder', 400, 'The list of parts was not in ascending order.');
  }
  return listed;
}

export async function abortMultipartUpload(request: S3Request): Promise<Reply> {
  const upload = uploadOf(request);
  request.bucket.uploads.delete(upload.id);
  await request.store.drop([...upload.parts.values()]);
  return { status: 204, headers: {}, body: undefined };
}

export function listParts(request: S3Request): Reply {
  const upload = uploadOf(request);
  const parts = [...upload.parts].sort(([a], [b]) => a - b);
  return xmlReply('ListPartsResult', {
    Bucket: request.bucket.name,
    Key: upload.key,
    UploadId: upload.id,
    IsTruncated: false,
    Part: parts.map(([number, { md5, size }]: [number, StoredBody]) => ({
      PartNumber: number,
      ETag: `"${md5}"`,
      Size: size,
    })),
  });
}

export function listMultipartUploads({ bucket, query }: S3Request): Reply {
  const prefix = query.get('prefix') ?? '';
  const uploads = [...bucket.uploads.values()].filter(({ key }) => key.startsWith(prefix));
  return xmlReply('ListMultipartUploadsResult', {
    Bucket: bucket.name,
    Prefix: prefix,
    IsTruncated: false,
    Upload: uploads.map(({ id, key, initiated }) => ({
      Key: key,
      UploadId: id,
      Initiated: new Date(initiated).toISOString(),
    })),
  });
}

function uploadOf({ bucket, key, query }: S3Request): Upload {
  const upload = bucket.uploads.get(query.get('uploadId') ?? '');
  if (upload?.key !== key) throw noSuchUpload();
  return upload;
}

function noSuchUpload(): AwsError {
  return new AwsError('NoSuchUpload', 404, 'The specified multipart upload does not exist.');
}

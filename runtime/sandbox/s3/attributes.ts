import type { IncomingHttpHeaders } from 'node:http';
import { ServiceError } from '../service-error.js';
import { headerOf, parseQuery } from '../signature/request-line.js';
import type { ObjectAttributes } from '../store/bucket.js';
import { encryptionAsked } from './encryption.js';
import { invalidArgument } from './errors.js';
import type { S3Request } from './request.js';

/** System headers that an object keeps and gives back. */
const KEPT = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];
const META = 'x-amz-meta-';
/** S3 user guide, working with object metadata. */
const MAX_METADATA_BYTES = 2048;
/** S3 user guide, categorizing your storage using tags. */
const MAX_TAGS = 10;

const CANNED_ACLS = [
  'private',
  'public-read',
  'public-read-write',
  'aws-exec-read',
  'authenticated-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
];
const STORAGE_CLASSES = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'DEEP_ARCHIVE',
  'GLACIER_IR',
];

/** What PutObject and CreateMultipartUpload say of the object to come. Throws what S3 would not take. */
export function attributesOf({
  headers,
  account,
  bucket,
  keys,
}: Pick<S3Request, 'headers' | 'account' | 'bucket' | 'keys'>): ObjectAttributes {
  checkAcl(headerOf(headers, 'x-amz-acl'));
  const kept: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  for (const name of KEPT) {
    const value = headerOf(headers, name);
    // aws-chunked is the framing of the body, not the encoding of the object.
    const stored = name === 'content-encoding' ? withoutChunking(value) : value;
    if (stored !== undefined) kept[name] = stored;
  }
  const storageClass = oneOf(headers, 'x-amz-storage-class', STORAGE_CLASSES);
  if (storageClass !== undefined && storageClass !== 'STANDARD') kept['x-amz-storage-class'] = storageClass;
  return {
    headers: kept,
    encryption: encryptionAsked(headers, bucket, keys, account),
    metadata: metadataOf(headers),
    tags: tagsOf(headerOf(headers, 'x-amz-tagging')),
    writer: account,
  };
}

function withoutChunking(encoding: string | undefined): string | undefined {
  const rest =
    encoding
      ?.split(',')
      .map((part) => part.trim())
      .filter((part) => part !== 'aws-chunked') ?? [];
  return rest.length === 0 ? undefined : rest.join(',');
}

function oneOf(headers: IncomingHttpHeaders, name: string, allowed: readonly string[]): string | undefined {
  const value = headerOf(headers, name);
  if (value !== undefined && !allowed.includes(value)) throw invalidArgument(`Invalid ${name}.`, name, value);
  return value;
}

/** Buckets own what is in them (the default since 2023), which leaves one list to ask for. */
function checkAcl(acl: string | undefined): void {
  if (acl === undefined || acl === 'bucket-owner-full-control') return;
  if (!CANNED_ACLS.includes(acl)) throw invalidArgument('', 'x-amz-acl', acl);
  throw new ServiceError(400, 'AccessControlListNotSupported', 'The bucket does not allow ACLs');
}

function metadataOf(headers: IncomingHttpHeaders): Record<string, string> {
  const metadata: Record<string, string> = {};
  let bytes = 0;
  for (const name of Object.keys(headers)) {
    if (!name.startsWith(META)) continue;
    const value = headerOf(headers, name) ?? '';
    metadata[name.slice(META.length)] = value;
    bytes += Buffer.byteLength(name.slice(META.length)) + Buffer.byteLength(value, 'latin1');
  }
  if (bytes > MAX_METADATA_BYTES) {
    throw new ServiceError(400, 'MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size');
  }
  return metadata;
}

/** `key=value&…`, as in `x-amz-tagging`. */
export function tagsOf(header: string | undefined): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const { name, value } of parseQuery(header ?? '')) {
    if (name === '' || name.length > 128 || value.length > 256 || tags.has(name)) {
      throw new ServiceError(400, 'InvalidTag', 'The header x-amz-tagging holds a tag that can not be.');
    }
    tags.set(name, value);
  }
  if (tags.size > MAX_TAGS) throw new ServiceError(400, 'BadRequest', 'Object tags cannot be greater than 10');
  return tags;
}

import { noBody, type Reply } from '../http/reply.js';
import { type Bucket, compareKeys, type StoredObject } from '../store/bucket.js';
import type { XmlElements } from '../xml.js';
import { invalidArgument } from './errors.js';
import { type S3Request, xmlReply } from './request.js';

const MAX_KEYS = 1000;

/** Where a page ended: after a key, or after all keys that begin with a common prefix. */
interface Position {
  readonly after: string;
  readonly skip: boolean;
}

interface Page {
  readonly objects: readonly StoredObject[];
  readonly commonPrefixes: readonly string[];
  /** Undefined on the last page. */
  readonly next: Position | undefined;
}

export function listObjectsV2({ bucket, query }: S3Request): Reply {
  const listType = query.get('list-type') ?? '';
  if (listType !== '2') throw invalidArgument('Invalid List Type specified in Query', 'list-type', listType);
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const maxKeys = countOf(query, 'max-keys', MAX_KEYS);
  const encoding = encodingOf(query);
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after');
  const from = token === undefined ? { after: startAfter ?? '', skip: false } : positionOf(token);
  const { objects, commonPrefixes, next } = pageOf(bucket, prefix, delimiter, maxKeys, from);
  const owner = query.get('fetch-owner') === 'true' ? { Owner: { ID: canonicalId(bucket.account) } } : {};
  return xmlReply(
    'ListBucketResult',
    {
      Name: bucket.name,
      Prefix: encoding.encode(prefix),
      ...(delimiter === '' ? {} : { Delimiter: encoding.encode(delimiter) }),
      MaxKeys: maxKeys,
      ...encoding.element,
      KeyCount: objects.length + commonPrefixes.length,
      IsTruncated: next !== undefined,
      ...(token === undefined ? {} : { ContinuationToken: token }),
      ...(next === undefined ? {} : { NextContinuationToken: tokenOf(next) }),
      ...(startAfter === undefined ? {} : { StartAfter: encoding.encode(startAfter) }),
      Contents: objects.map((object) => ({ ...contentsOf(object, encoding.encode), ...owner })),
      CommonPrefixes: commonPrefixes.map((common) => ({ Prefix: encoding.encode(common) })),
    },
    { 'x-amz-bucket-region': bucket.region },
  );
}

function contentsOf(
  { key, modified, etag, size, attributes, checksum }: StoredObject,
  encode: (text: string) => string,
): XmlElements {
  return {
    Key: encode(key),
    LastModified: new Date(modified).toISOString(),
    ETag: etag,
    ...(checksum ? { ChecksumAlgorithm: checksum.algorithm.toUpperCase() } : {}),
    Size: size,
    StorageClass: attributes.headers['x-amz-storage-class'] ?? 'STANDARD',
  };
}

/** Keys in the order of their UTF-8 bytes; those that share a prefix up to the delimiter count as one. */
function pageOf(bucket: Bucket, prefix: string, delimiter: string, maxKeys: number, from: Position): Page {
  const keys = bucket.sortedKeys();
  const objects: StoredObject[] = [];
  const commonPrefixes: string[] = [];
  const atLeastPrefix = firstIndex(keys, (key) => compareKeys(key, prefix) >= 0);
  let index = Math.max(atLeastPrefix, from.after === '' ? 0 : firstIndex(keys, (key) => isPast(key, from)));
  let last: Position | undefined;
  for (; index < keys.length && keys[index].startsWith(prefix); ) {
    if (objects.length + commonPrefixes.length === maxKeys) return { objects, commonPrefixes, next: last };
    const key = keys[index];
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (end < 0) {
      const object = bucket.get(key);
      if (object) objects.push(object);
      last = { after: key, skip: false };
      index++;
      continue;
    }
    last = { after: key.slice(0, end + delimiter.length), skip: true };
    commonPrefixes.push(last.after);
    const past = last;
    index = firstIndex(keys, (other) => isPast(other, past));
  }
  return { objects, commonPrefixes, next: undefined };
}

function isPast(key: string, { after, skip }: Position): boolean {
  return compareKeys(key, after) > 0 && !(skip && key.startsWith(after));
}

/** Binary search: the first index whose key meets `test`, which all keys after it meet too. */
function firstIndex(keys: readonly string[], test: (key: string) => boolean): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (test(keys[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}

function tokenOf({ after, skip }: Position): string {
  return Buffer.from(JSON.stringify([after, skip])).toString('base64url');
}

function positionOf(token: string): Position {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'boolean')
      return { after: value[0], skip: value[1] };
  } catch {
    // Falls through: a token that no page gave out.
  }
  throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
}

/** A count of 0 to 1000, or `fallback`; more counts as 1000. */
export function countOf(query: ReadonlyMap<string, string>, name: string, fallback: number): number {
  const text = query.get(name);
  if (text === undefined) return fallback;
  if (!/^\d{1,10}$/.test(text))
    throw invalidArgument(`Argument ${name} must be an integer between 0 and 2147483647`, name, text);
  return Math.min(Number(text), MAX_KEYS);
}

function encodingOf(query: ReadonlyMap<string, string>): { encode: (text: string) => string; element: XmlElements } {
  const type = query.get('encoding-type');
  if (type === undefined) return { encode: (text) => text, element: {} };
  if (type !== 'url') throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', type);
  // As S3 does it: slashes stay, blanks become plus signs.
  const encode = (text: string): string => encodeURIComponent(text).replaceAll('%2F', '/').replaceAll('%20', '+');
  return { encode, element: { EncodingType: 'url' } };
}

/** Stands for the 64 hexadecimal digits by which S3 names an account. */
export function canonicalId(account: string): string {
  return account.padStart(64, '0');
}

export function headBucket({ bucket }: S3Request): Reply {
  return {
    status: 200,
    headers: { 'x-amz-bucket-region': bucket.region, 'Content-Type': 'application/xml' },
    body: noBody,
  };
}

/** Buckets of us-east-1 have no location constraint. */
export function getBucketLocation({ bucket }: S3Request): Reply {
  return xmlReply('LocationConstraint', bucket.region === 'us-east-1' ? '' : bucket.region);
}

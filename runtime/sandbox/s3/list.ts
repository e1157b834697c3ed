import { AwsError } from '../aws-error.js';
import type { Bucket } from '../store.js';
import { type Reply, type S3Request, xmlReply } from './reply.js';

const MAX_KEYS = 1000;

/** ListObjectsV2: keys in code point order, grouped by `delimiter`, page by page. */
export function listObjectsV2({ bucket, query }: S3Request): Reply {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const limit = Math.min(MAX_KEYS, numberOf(query.get('max-keys') ?? String(MAX_KEYS), 'max-keys'));
  const token = query.get('continuation-token');
  const after =
    token === undefined ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString('utf8');
  const encode = query.get('encoding-type') === 'url' ? encodeKey : (key: string) => key;
  const contents: { Key: string; LastModified: string; ETag: string; Size: number; StorageClass: string }[] = [];
  const groups = new Set<string>();
  let last = '';
  let truncated = false;
  for (const key of keysFrom(bucket, prefix, after)) {
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const group = cut < 0 ? undefined : key.slice(0, cut + delimiter.length);
    // A page that ended with a group must not begin the next one with it.
    if (group !== undefined && (groups.has(group) || after.startsWith(group))) continue;
    if (contents.length + groups.size === limit) {
      truncated = limit > 0;
      break;
    }
    last = group ?? key;
    if (group !== undefined) groups.add(group);
    else contents.push(entry(bucket, key, encode));
  }
  return xmlReply('ListBucketResult', {
    Name: bucket.name,
    Prefix: encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    MaxKeys: limit,
    KeyCount: contents.length + groups.size,
    IsTruncated: truncated,
    EncodingType: query.get('encoding-type'),
    ContinuationToken: token,
    NextContinuationToken: truncated ? Buffer.from(last).toString('base64url') : undefined,
    StartAfter: query.get('start-after'),
    Contents: contents,
    CommonPrefixes: [...groups].map((group) => ({ Prefix: encode(group) })),
  });
}

function* keysFrom(bucket: Bucket, prefix: string, after: string): Generator<string> {
  const keys = bucket.sortedKeys();
  const [from, floor] = [Buffer.from(prefix), Buffer.from(after)];
  let low = 0;
  let high = keys.length;
  const lowest = Buffer.compare(from, floor) > 0 ? from : floor;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Buffer.compare(Buffer.from(keys[middle]), lowest) < 0) low = middle + 1;
    else high = middle;
  }
  for (; low < keys.length; low++) {
    const key = keys[low];
    if (key === after) continue;
    if (!key.startsWith(prefix)) return;
    yield key;
  }
}

function entry(bucket: Bucket, key: string, encode: (key: string) => string) {
  const object = bucket.objects.get(key);
  if (!object) throw new Error(`the key index names ${key}, which is not there`);
  const modified = new Date(object.modified).toISOString();
  return {
    Key: encode(key),
    LastModified: modified,
    ETag: `"${object.etag}"`,
    Size: object.size,
    StorageClass: 'STANDARD',
  };
}

function encodeKey(key: string): string {
  return encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+');
}

export function numberOf(text: string, name: string): number {
  if (!/^[0-9]{1,9}$/.test(text))
    throw new AwsError('InvalidArgument', 400, `Provided ${name} not an integer or within integer range`);
  return Number(text);
}

export function headBucket({ bucket }: S3Request): Reply {
  return { status: 200, headers: { 'x-amz-bucket-region': bucket.region }, body: undefined };
}

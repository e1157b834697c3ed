import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import type { ObjectInfo } from '../../../runtime/connector-api.js';
import { compareKeys, type ObjectPattern, segmentsOf } from '../../object-pattern.js';
import { firstByte } from '../diagnosis/first-byte.js';
import { amazonS3V2Error } from '../errors.js';
import { uriOf } from '../location.js';
import { isMissingObject, isRefused } from '../storage/s3-failure.js';
import type { S3Requests } from '../storage/s3-requests.js';

/** The objects that match, in key order. Folder markers (empty objects whose key ends with `/`) are skipped. */
export async function* listObjects(requests: S3Requests, pattern: ObjectPattern): AsyncIterable<ObjectInfo> {
  if (!pattern.hasWildcards) {
    const found = await findObject(requests, pattern.prefix);
    if (found) yield found;
    return;
  }
  // Where only the last segment has wildcards, what lies deeper need not be listed at all.
  const isFlat = pattern.segments === segmentsOf(pattern.prefix);
  for await (const object of listPrefix(requests, pattern.prefix, isFlat)) {
    const { key, size } = object;
    if (!pattern.matches(key) || (size === 0 && key.endsWith('/'))) continue;
    yield objectInfo(requests, object);
  }
}

/**
 * One object by HEAD, which needs no permission beyond reading it. Its failures have no body, so a listing tells the rest:
 * throws `NO_SUCH_BUCKET` where not only the object is missing, and a refusal may hide a missing object (S3 says 403 to whom
 * may not list).
 */
async function findObject(requests: S3Requests, key: string): Promise<ObjectInfo | undefined> {
  const { sdk, common, storage } = requests;
  const uri = uriOf(storage.bucket, key);
  const head = await requests.send<HeadResult>(
    { operation: 'HeadObject', uri },
    async (client, abortSignal) => {
      const output = await client.send(new sdk.HeadObjectCommand({ ...common, Key: key }), { abortSignal });
      const { ContentLength = 0, ETag = '', LastModified = new Date(0) } = output;
      return { found: { uri, size: ContentLength, etag: ETag, modified: LastModified } };
    },
    async (failure) => {
      const isMissing = isMissingObject(failure);
      if (!isMissing && !isRefused(failure)) return undefined;
      if ((await isAbsent(requests, key)) || isMissing) return { found: undefined };
      // A refused GET says why, which a refused HEAD has no body for.
      await firstByte(requests, uri);
      return undefined;
    },
  );
  return head.found;
}

interface HeadResult {
  readonly found: ObjectInfo | undefined;
}

/** Whether a listing shows that there is no such key; false where listing is refused, too. */
export async function isAbsent(requests: S3Requests, key: string): Promise<boolean> {
  return (await listedEtag(requests, key)) === 'absent';
}

/** The ETag that a listing has for a key, `absent` where it has none, undefined where listing is refused. */
export async function listedEtag(requests: S3Requests, key: string): Promise<string | undefined> {
  const { sdk, common, storage } = requests;
  const uri = uriOf(storage.bucket, key);
  const listing = await requests.send<{ readonly etag: string | undefined }>(
    { operation: 'ListObjectsV2', uri },
    async (client, abortSignal) => {
      // A key is the first of all keys that begin with it.
      const input = { ...common, Prefix: key, MaxKeys: 1, EncodingType: 'url' } as const;
      const output = await client.send(new sdk.ListObjectsV2Command(input), { abortSignal });
      const [first] = listedObjects(output);
      return { etag: first?.key === key ? first.etag : 'absent' };
    },
    (failure) => (isRefused(failure) ? { etag: undefined } : undefined),
  );
  return listing.etag;
}

interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly modified: Date;
}

async function* listPrefix(requests: S3Requests, prefix: string, isFlat: boolean): AsyncIterable<ListedObject> {
  const { sdk, common, storage } = requests;
  const uri = uriOf(storage.bucket, prefix);
  let last: string | undefined;
  let token: string | undefined;
  do {
    const input = {
      ...common,
      Prefix: prefix,
      // Keys may hold characters that XML has no place for.
      EncodingType: 'url',
      ...(isFlat ? { Delimiter: '/' } : {}),
      ...(token === undefined ? {} : { ContinuationToken: token }),
    } as const;
    const page = await requests.send({ operation: 'ListObjectsV2', uri }, (client, abortSignal) =>
      client.send(new sdk.ListObjectsV2Command(input), { abortSignal }),
    );
    for (const object of listedObjects(page)) {
      if (last !== undefined && compareKeys(last, object.key) >= 0) {
        throw amazonS3V2Error('LISTING_OUT_OF_ORDER', `"${object.key}" was listed after "${last}"`, { object: uri });
      }
      last = object.key;
      yield object;
    }
    token = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

function listedObjects({ Contents = [] }: ListObjectsV2CommandOutput): ListedObject[] {
  return Contents.map(({ Key = '', Size = 0, ETag = '', LastModified = new Date(0) }) => ({
    // S3 writes a space as `+` where it is asked to encode.
    key: decodeURIComponent(Key.replaceAll('+', ' ')),
    size: Size,
    etag: ETag,
    modified: LastModified,
  }));
}

function objectInfo({ storage }: S3Requests, { key, size, etag, modified }: ListedObject): ObjectInfo {
  return { uri: uriOf(storage.bucket, key), size, etag, modified };
}

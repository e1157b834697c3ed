import { AwsError } from '../aws-error.js';
import { readBodies, type StoredObject } from '../store.js';
import { keptHeaders, objectHeaders, type Reply, type S3Request } from './reply.js';

export function getObject(request: S3Request): Reply {
  return read(request, (object, start, end) => readBodies(object.bodies, start, end));
}

export function headObject(request: S3Request): Reply {
  return read(request, () => undefined);
}

/** The object, whole or the range asked for (RFC 9110, "Range Requests"; conditions before the range). */
function read(
  { bucket, key, headers, query }: S3Request,
  body: (object: StoredObject, start: number, end: number) => Reply['body'],
): Reply {
  const object = bucket.objects.get(key);
  if (!object) throw new AwsError('NoSuchKey', 404, 'The specified key does not exist.', { Key: key });
  const etag = `"${object.etag}"`;
  const [ifMatch, ifNoneMatch] = [headers['if-match'], headers['if-none-match']];
  if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etag && ifMatch !== object.etag)
    throw preconditionFailed('If-Match');
  if (ifNoneMatch === '*' || ifNoneMatch === etag) return { status: 304, headers: { etag }, body: undefined };
  if (query.has('partNumber')) throw new AwsError('NotImplemented', 501, 'The sandbox does not read by part number.');
  const range = rangeOf(headers.range, object.size);
  const common = objectHeaders(object);
  if (!range)
    return {
      status: 200,
      headers: { ...common, 'content-length': String(object.size) },
      body: body(object, 0, object.size),
    };
  const [start, end] = range;
  return {
    status: 206,
    headers: {
      ...common,
      'content-length': String(end - start),
      'content-range': `bytes ${start}-${end - 1}/${object.size}`,
    },
    body: body(object, start, end),
  };
}

/** [start, end) of a single range; undefined for none, or for a header that is no byte range, which is ignored then. */
function rangeOf(header: string | undefined, size: number): [number, number] | undefined {
  const match = /^bytes=([0-9]*)-([0-9]*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [, first, last] = match;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  if (start >= end)
    throw new AwsError('InvalidRange', 416, 'The requested range is not satisfiable', {
      ActualObjectSize: String(size),
    });
  return [start, end];
}

export async function putObject(request: S3Request): Promise<Reply> {
  const { bucket, key, headers, account, now, store } = request;
  const body = await request.receive();
  try {
    checkWriteConditions(request);
  } catch (error) {
    await store.drop([body]);
    throw error;
  }
  const replaced = bucket.objects.get(key);
  bucket.put({
    key,
    bodies: [body],
    size: body.size,
    etag: body.md5,
    modified: now,
    headers: keptHeaders(headers),
    owner: account,
  });
  if (replaced) await store.drop(replaced.bodies);
  const checksum = body.checksum ? { [body.checksum[0]]: body.checksum[1] } : {};
  return { status: 200, headers: { etag: `"${body.md5}"`, ...checksum }, body: undefined };
}

/** Conditional writes: `If-None-Match: *` and `If-Match` (S3 User Guide, "Conditional writes"). */
export function checkWriteConditions({ bucket, key, headers }: S3Request): void {
  const existing = bucket.objects.get(key);
  const [ifMatch, ifNoneMatch] = [headers['if-match'], headers['if-none-match']];
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*')
    throw new AwsError('NotImplemented', 501, 'If-None-Match takes * on a write.');
  if (ifNoneMatch === '*' && existing) throw preconditionFailed('If-None-Match');
  if (ifMatch === undefined) return;
  if (!existing) throw new AwsError('NoSuchKey', 404, 'The specified key does not exist.');
  if (ifMatch !== `"${existing.etag}"` && ifMatch !== existing.etag) throw preconditionFailed('If-Match');
}

function preconditionFailed(condition: string): AwsError {
  return new AwsError('PreconditionFailed', 412, 'At least one of the pre-conditions you specified did not hold', {
    Condition: condition,
  });
}

export async function deleteObject({ bucket, key, store }: S3Request): Promise<Reply> {
  const existing = bucket.objects.get(key);
  bucket.remove(key);
  if (existing) await store.drop(existing.bodies);
  return { status: 204, headers: {}, body: undefined };
}

import { Readable } from 'node:stream';
import type { ByteRange, Clock, CrossroleError, ObjectInfo } from '../../../runtime/connector-api.js';
import { amazonS3V2Error } from '../errors.js';
import { keyOf } from '../location.js';
import { backoff } from '../storage/retry.js';
import { isMissingObject, isPreconditionFailed, isRefused } from '../storage/s3-failure.js';
import type { S3Requests } from '../storage/s3-requests.js';
import { type ServiceError, serviceError } from '../storage/service-error.js';
import { listedEtag } from './list.js';
import { watchedBody } from './watched-body.js';

/** Times in a row that a body may break off without having brought a single byte. */
const maximumBarren = 6;

/**
 * The bytes of a range, from the version of the object that was listed (`If-Match`). A body that breaks off or stalls is
 * taken up at the byte it had reached, under the session of that moment. Throws `SOURCE_OBJECT_CHANGED`,
 * `SOURCE_OBJECT_GONE`, `SOURCE_READ_BROKEN` and the errors of S3.
 */
export async function* readObject(
  requests: S3Requests,
  object: ObjectInfo,
  range: ByteRange,
  clock: Clock,
): AsyncIterable<Uint8Array> {
  const { signal } = requests;
  let position = range.start;
  let barren = 0;
  while (position < range.end) {
    const startedAt = position;
    const body = await openBody(requests, object, { start: position, end: range.end });
    try {
      for await (const chunk of watchedBody(body, clock)) {
        signal.throwIfAborted();
        position += chunk.length;
        if (position > range.end) throw rangeIgnored(object);
        yield chunk;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!serviceError(error)) throw error;
    } finally {
      body.destroy();
    }
    if (position >= range.end) return;
    signal.throwIfAborted();
    barren = position > startedAt ? 0 : barren + 1;
    if (barren === maximumBarren) throw readBroken(object, position);
    await clock.sleep(backoff(barren + 2, false), signal);
  }
}

async function openBody(requests: S3Requests, object: ObjectInfo, { start, end }: ByteRange): Promise<Readable> {
  const { sdk, common, storage } = requests;
  const key = keyOf(object.uri, storage.bucket);
  const input = { ...common, Key: key, Range: `bytes=${start}-${end - 1}`, IfMatch: object.etag };
  const answer = await requests.send<Readable | CrossroleError>(
    { operation: 'GetObject', uri: object.uri },
    async (client, abortSignal) => {
      const { Body, ContentRange } = await client.send(new sdk.GetObjectCommand(input), { abortSignal });
      if (!(Body instanceof Readable)) throw new Error('the SDK gave no Node stream');
      const isWhole = start === 0 && end === object.size && ContentRange === undefined;
      if (isWhole || ContentRange?.startsWith(`bytes ${start}-${end - 1}/`)) return Body;
      Body.destroy();
      return rangeIgnored(object);
    },
    (failure) => knownFailure(requests, object, key, failure),
  );
  if (answer instanceof Readable) return answer;
  throw answer;
}

async function knownFailure(
  requests: S3Requests,
  object: ObjectInfo,
  key: string,
  failure: ServiceError,
): Promise<CrossroleError | undefined> {
  if (isPreconditionFailed(failure) || failure.status === 416) return changed(object);
  if (isMissingObject(failure)) return gone(object);
  if (!isRefused(failure)) return undefined;
  // S3 answers 403 for a missing key, too, when the session may list only some prefixes: a listing tells them apart.
  const etag = await listedEtag(requests, key);
  if (etag === 'absent') return gone(object);
  return etag !== undefined && etag !== object.etag ? changed(object) : undefined;
}

function changed({ uri }: ObjectInfo): CrossroleError {
  return amazonS3V2Error('SOURCE_OBJECT_CHANGED', `${uri} changed after it had been listed`, { object: uri });
}

function gone({ uri }: ObjectInfo): CrossroleError {
  return amazonS3V2Error('SOURCE_OBJECT_GONE', `${uri} was deleted after it had been listed`, { object: uri });
}

function rangeIgnored({ uri }: ObjectInfo): CrossroleError {
  return amazonS3V2Error('RANGE_IGNORED', `${uri} was answered with other bytes than those asked for`, { object: uri });
}

function readBroken({ uri }: ObjectInfo, position: number): CrossroleError {
  const message = `reading ${uri} broke off ${maximumBarren} times in a row at byte ${position}`;
  return amazonS3V2Error('SOURCE_READ_BROKEN', message, { object: uri });
}

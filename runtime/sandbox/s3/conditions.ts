import type { IncomingHttpHeaders } from 'node:http';
import { ServiceError } from '../service-error.js';
import { headerOf } from '../signature/request-line.js';
import type { StoredObject } from '../store/bucket.js';
import { noSuchKey } from './errors.js';
import { notImplemented } from './operation.js';

function preconditionFailed(condition: string): ServiceError {
  return new ServiceError(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    details: { Condition: condition },
  });
}

/** Whether a list of entity tags, or `*`, names this one; S3 takes tags without quotes as well. */
function names(list: string, etag: string): boolean {
  return list.split(',').some((item) => {
    const tag = item.trim().replace(/^W\//, '');
    return tag === '*' || tag === etag || `"${tag}"` === etag;
  });
}

/**
 * Conditions of GET and HEAD, in the order of RFC 9110, section 13.2.2. Throws `PreconditionFailed`, or a 304.
 */
export function checkReadConditions(headers: IncomingHttpHeaders, { etag, modified }: StoredObject): void {
  const ifMatch = headerOf(headers, 'if-match');
  const unmodifiedSince = Date.parse(headerOf(headers, 'if-unmodified-since') ?? '');
  if (ifMatch !== undefined) {
    if (!names(ifMatch, etag)) throw preconditionFailed('If-Match');
  } else if (modified > unmodifiedSince) throw preconditionFailed('If-Unmodified-Since');

  const ifNoneMatch = headerOf(headers, 'if-none-match');
  const modifiedSince = Date.parse(headerOf(headers, 'if-modified-since') ?? '');
  const notModified = ifNoneMatch === undefined ? modified <= modifiedSince : names(ifNoneMatch, etag);
  if (notModified) throw new ServiceError(304, 'NotModified', 'Not Modified', { headers: { ETag: etag } });
}

/** Conditions of writes: `If-None-Match: *` and `If-Match: etag` (S3 user guide, conditional writes). */
export function checkWriteConditions(
  headers: IncomingHttpHeaders,
  key: string,
  existing: StoredObject | undefined,
): void {
  const ifNoneMatch = headerOf(headers, 'if-none-match');
  const ifMatch = headerOf(headers, 'if-match');
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*')
    throw notImplemented('If-None-Match with anything but * on a write');
  if (ifNoneMatch === '*' && existing) throw preconditionFailed('If-None-Match');
  if (ifMatch === undefined) return;
  if (!existing) throw noSuchKey(key);
  if (!names(ifMatch, existing.etag)) throw preconditionFailed('If-Match');
}

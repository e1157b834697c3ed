import { headerOf, type RequestHead } from '../signature/request-line.js';

export interface S3Address {
  /** Empty when the request names none. */
  readonly bucket: string;
  /** As code points, never normalized; empty for the bucket itself. */
  readonly key: string;
}

/** Bucket and key, from the path or, virtual-hosted, from the host and the path (S3 user guide, virtual hosting). */
export function addressOf({ path, headers }: Pick<RequestHead, 'path' | 'headers'>): S3Address {
  const bucket = bucketOfHost(headerOf(headers, 'host') ?? '');
  if (bucket !== undefined) return { bucket, key: path.slice(1) };
  const slash = path.indexOf('/', 1);
  return slash < 0 ? { bucket: path.slice(1), key: '' } : { bucket: path.slice(1, slash), key: path.slice(slash + 1) };
}

/** `bucket.127.0.0.1`, `bucket.localhost`, or one of S3's own names. */
function bucketOfHost(host: string): string | undefined {
  return /^(.+?)\.(?:127\.0\.0\.1|localhost|s3[.-][a-z0-9.-]*amazonaws\.com(?:\.cn)?)(?::\d+)?$/.exec(host)?.[1];
}

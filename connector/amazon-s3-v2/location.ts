import type { PropertyProblem, PropertyValue } from '../../runtime/connector-api.js';
import { amazonS3V2Errors } from './errors.js';

/** A bucket and the text that stands before every object's name in it. */
export interface Folder {
  readonly bucket: string;
  /** Empty, or ends with `/`. */
  readonly prefix: string;
}

export type FolderResult =
  | { readonly ok: true; readonly folder: Folder }
  | { readonly ok: false; readonly problem: PropertyProblem };

/** Keys are at most 1024 bytes of UTF-8 (S3 user guide). */
const maximumKeyBytes = 1024;

/**
 * The folder of a side: the one of the transformation takes the place of the connection's, or is appended to it where it
 * begins with `/`. One slash at the end is dropped; nothing else is normalized, as S3 tells `a//b` from `a/b`.
 */
export function folderOf(connectionPath: PropertyValue | undefined, override: PropertyValue | undefined): FolderResult {
  const own = String(connectionPath ?? '');
  const replaces = typeof override === 'string' && !override.startsWith('/');
  const appended = typeof override === 'string' ? withoutLastSlash(own) + override : own;
  const path = withoutLastSlash(replaces ? override : appended);
  const slash = path.indexOf('/');
  const bucket = slash === -1 ? path : path.slice(0, slash);
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{2,254}$/.test(bucket)) {
    return { ok: true, folder: { bucket, prefix: slash === -1 ? '' : `${path.slice(slash + 1)}/` } };
  }
  const code = 'BUCKET_NAME_INVALID';
  const problem: PropertyProblem = {
    code,
    message: `"${bucket}" can not be the name of a bucket`,
    remedy: amazonS3V2Errors[code].remedy,
    property: { in: replaces ? 'advanced' : 'connection', id: 'folderPath' },
  };
  return { ok: false, problem };
}

/** Why `object` can not be the name of an object below `folder`, or undefined. */
export function objectProblem({ prefix }: Folder, object: string): PropertyProblem | undefined {
  const reason = refusalOf(prefix + object, object);
  if (reason === undefined) return undefined;
  const code = 'OBJECT_NAME_INVALID';
  const property = { in: 'transformation', id: 'object' } as const;
  return { code, message: `"${object}" ${reason}`, remedy: amazonS3V2Errors[code].remedy, property };
}

function refusalOf(key: string, object: string): string | undefined {
  if (object === '' || object.endsWith('/')) return 'names a folder, not an object';
  if (/\p{Surrogate}/u.test(key)) return 'is no Unicode text: it holds half of a surrogate pair';
  const bytes = Buffer.byteLength(key);
  return bytes > maximumKeyBytes ? `makes a key of ${bytes} bytes; S3 takes ${maximumKeyBytes}` : undefined;
}

export function uriOf(bucket: string, key: string): string {
  return `s3://${bucket}/${key}`;
}

/** The key in a URI that `uriOf` has made for the same bucket. */
export function keyOf(uri: string, bucket: string): string {
  return uri.slice(uriOf(bucket, '').length);
}

function withoutLastSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

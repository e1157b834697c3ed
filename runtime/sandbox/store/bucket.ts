import type { BucketConfig } from '../config.js';
import type { Checksum, ChecksumAlgorithm } from '../http/checksums.js';
import type { KmsKey } from '../kms/key.js';
import type { PolicyDocument } from '../policy/document.js';
import { type Piece, release } from './piece.js';

/** How an object is encrypted, as far as it is played: the bytes lie in a temporary folder either way. */
export type Encryption =
  /** By keys that S3 keeps to itself. */
  | { readonly kind: 's3' }
  | {
      readonly kind: 'kms';
      readonly algorithm: 'aws:kms' | 'aws:kms:dsse';
      readonly key: KmsKey;
      /** Whether KMS is asked for a key of the bucket in place of one of the object (S3 user guide, S3 Bucket Keys). */
      readonly bucketKey: boolean;
    };

/** What is kept of a PutObject or CreateMultipartUpload besides the bytes, and returned by GET and HEAD. */
export interface ObjectAttributes {
  /** Response headers as given: Content-Type, Cache-Control, x-amz-meta-…, x-amz-storage-class. */
  readonly headers: Readonly<Record<string, string>>;
  readonly encryption: Encryption;
  /** By key without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: ReadonlyMap<string, string>;
  /** The account whose credentials wrote it. */
  readonly writer: string | undefined;
}

export interface StoredObject {
  readonly key: string;
  readonly size: number;
  /** With its quotes. */
  readonly etag: string;
  /** Milliseconds since the epoch, whole seconds: HTTP dates know no others. */
  readonly modified: number;
  readonly attributes: ObjectAttributes;
  readonly checksum: Checksum | undefined;
  readonly pieces: readonly Piece[];
}

export interface UploadedPart {
  readonly number: number;
  readonly size: number;
  /** Hex. */
  readonly md5: string;
  readonly checksum: Checksum | undefined;
  readonly modified: number;
  readonly piece: Piece;
}

export interface Upload {
  readonly id: string;
  readonly key: string;
  readonly initiated: number;
  readonly attributes: ObjectAttributes;
  /** Every part has one of these, when set. */
  readonly checksumAlgorithm: ChecksumAlgorithm | undefined;
  readonly parts: Map<number, UploadedPart>;
}

export interface Bucket {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly policy: PolicyDocument | undefined;
  /** Of objects that are put without saying how. */
  readonly encryption: Encryption;
  readonly uploads: Map<string, Upload>;
  get(key: string): StoredObject | undefined;
  /** Puts an object in the place of whatever has its key. */
  put(object: StoredObject): void;
  delete(key: string): void;
  /** All keys in the order of their UTF-8 bytes. */
  sortedKeys(): readonly string[];
}

export function createBucket({ name, account, region, policy }: BucketConfig, encryption: Encryption): Bucket {
  const objects = new Map<string, StoredObject>();
  let sorted: string[] | undefined;
  const drop = (key: string): boolean => {
    const old = objects.get(key);
    for (const piece of old?.pieces ?? []) release(piece);
    return old !== undefined;
  };
  return {
    name,
    account,
    region,
    policy,
    encryption,
    uploads: new Map(),
    get: (key) => objects.get(key),
    put(object) {
      if (!drop(object.key)) sorted = undefined;
      objects.set(object.key, object);
    },
    delete(key) {
      if (drop(key)) sorted = undefined;
      objects.delete(key);
    },
    sortedKeys() {
      sorted ??= [...objects.keys()].sort(compareKeys);
      return sorted;
    },
  };
}

/** The order of UTF-8 bytes, which is that of code points; UTF-16 units sort surrogate pairs before U+E000 to U+FFFF. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) {
      const surrogates = Number(isSurrogate(left)) - Number(isSurrogate(right));
      return surrogates !== 0 ? surrogates : left - right;
    }
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

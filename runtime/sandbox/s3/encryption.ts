import type { IncomingHttpHeaders } from 'node:http';
import { type KmsKey, parseKeyArn } from '../kms/key.js';
import type { KeyRegistry } from '../kms/key-registry.js';
import { ServiceError } from '../service-error.js';
import { headerOf } from '../signature/request-line.js';
import type { Bucket, Encryption } from '../store/bucket.js';
import { invalidArgument } from './errors.js';
import { notImplemented } from './operation.js';

const ALGORITHM = 'x-amz-server-side-encryption';
const KEY_ID = `${ALGORITHM}-aws-kms-key-id`;
const BUCKET_KEY = `${ALGORITHM}-bucket-key-enabled`;

/**
 * How a new object is encrypted: as its headers say, else as the bucket does. Throws what S3 would not take.
 * @param account of the requester, in which a key without account is looked for (S3 API reference, PutObject)
 */
export function encryptionAsked(
  headers: IncomingHttpHeaders,
  { region, encryption: byDefault }: Pick<Bucket, 'region' | 'encryption'>,
  keys: KeyRegistry,
  account: string | undefined,
): Encryption {
  const algorithm = headerOf(headers, ALGORITHM);
  const keyId = headerOf(headers, KEY_ID);
  const bucketKey = bucketKeyAsked(headers) ?? (byDefault.kind === 'kms' && byDefault.bucketKey);
  switch (algorithm) {
    case undefined:
      if (keyId !== undefined) throw keyWithoutKms('null');
      return byDefault.kind === 'kms' ? { ...byDefault, bucketKey } : byDefault;
    case 'AES256':
      if (keyId !== undefined) throw keyWithoutKms(algorithm);
      return { kind: 's3' };
    case 'aws:kms':
    case 'aws:kms:dsse':
      return { kind: 'kms', algorithm, key: keyAsked(keyId, region, keys, account), bucketKey };
    default:
      throw invalidArgument('The encryption method specified is not supported', ALGORITHM, algorithm);
  }
}

function bucketKeyAsked(headers: IncomingHttpHeaders): boolean | undefined {
  const value = headerOf(headers, BUCKET_KEY)?.toLowerCase();
  if (value !== undefined && value !== 'true' && value !== 'false') {
    throw invalidArgument(`Invalid ${BUCKET_KEY}.`, BUCKET_KEY, value);
  }
  return value === undefined ? undefined : value === 'true';
}

function keyAsked(text: string | undefined, region: string, keys: KeyRegistry, account: string | undefined): KmsKey {
  if (account === undefined) throw kmsNeedsSignature();
  if (text === undefined) return keys.managedByAws(account, region);
  if (/^(arn:.*:)?alias\//.test(text)) throw notImplemented('aliases of KMS keys');
  const name = text.startsWith('arn:') ? parseKeyArn(text) : { region, account, id: text };
  if (name && name.region !== region) throw keyNotFound(`Invalid arn ${name.region}`);
  const key = name && keys.find(name);
  if (!key) throw keyNotFound(`Key '${text}' does not exist`);
  return key;
}

function keyNotFound(message: string): ServiceError {
  return new ServiceError(400, 'KMS.NotFoundException', message);
}

function keyWithoutKms(algorithm: string): ServiceError {
  return invalidArgument(
    'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms',
    ALGORITHM,
    algorithm,
  );
}

/** KMS knows no anonymous callers. */
export function kmsNeedsSignature(): ServiceError {
  return invalidArgument(
    'Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.',
    'Authorization',
    'null',
  );
}

/** What S3 tells of an object's encryption. */
export function encryptionHeaders(encryption: Encryption): Record<string, string> {
  switch (encryption.kind) {
    case 's3':
      return { [ALGORITHM]: 'AES256' };
    case 'kms': {
      const { algorithm, key, bucketKey } = encryption;
      return { [ALGORITHM]: algorithm, [KEY_ID]: key.arn, ...(bucketKey ? { [BUCKET_KEY]: 'true' } : {}) };
    }
  }
}

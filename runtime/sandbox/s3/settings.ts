import { checksumAlgorithms } from '../http/checksums.js';
import { headerOf, type RequestHead } from '../signature/request-line.js';

/** What the log tells of a request under another name, by header or query parameter. Never a token, never a signature. */
const settings: readonly (readonly [name: string, header: string])[] = [
  ['expectedBucketOwner', 'x-amz-expected-bucket-owner'],
  ['acl', 'x-amz-acl'],
  ['tagging', 'x-amz-tagging'],
  ['storageClass', 'x-amz-storage-class'],
  ['serverSideEncryption', 'x-amz-server-side-encryption'],
  ['sseKmsKeyId', 'x-amz-server-side-encryption-aws-kms-key-id'],
  ['bucketKeyEnabled', 'x-amz-server-side-encryption-bucket-key-enabled'],
  ['contentType', 'content-type'],
  ['contentEncoding', 'content-encoding'],
  ['ifMatch', 'if-match'],
  ['ifNoneMatch', 'if-none-match'],
  ['payload', 'x-amz-content-sha256'],
  ['checksumAlgorithm', 'x-amz-checksum-algorithm'],
  ['checksumMode', 'x-amz-checksum-mode'],
  ['trailer', 'x-amz-trailer'],
];
const META = 'x-amz-meta-';
const LOGGED_PARAMETERS = ['prefix', 'delimiter', 'max-keys', 'start-after', 'partNumber', 'uploadId'];

/** What a request sets beyond its address: the `params` of the log. */
export function settingsOf({ headers, query }: RequestHead): Readonly<Record<string, unknown>> {
  const params: Record<string, unknown> = {};
  for (const [name, header] of settings) {
    const value = headerOf(headers, header);
    if (value !== undefined) params[name] = name === 'payload' && /^[0-9a-f]{64}$/.test(value) ? 'signed' : value;
  }
  const checksum = checksumAlgorithms.find((algorithm) => headers[`x-amz-checksum-${algorithm}`] !== undefined);
  if (checksum !== undefined) params.checksum = checksum;
  const metadata = Object.keys(headers).filter((name) => name.startsWith(META));
  if (metadata.length > 0) {
    params.metadata = Object.fromEntries(metadata.map((name) => [name.slice(META.length), headerOf(headers, name)]));
  }
  for (const { name, value } of query) if (LOGGED_PARAMETERS.includes(name)) params[name] = value;
  return params;
}

import type { IncomingHttpHeaders } from 'node:http';
import { checksumAlgorithms } from '../http/checksums.js';
import { ServiceError } from '../service-error.js';
import type { QueryParameter, RequestHead } from '../signature/request-line.js';

interface OperationRules {
  /** The permission it needs (service authorization reference, Amazon S3). */
  readonly action: string;
  readonly on: 'bucket' | 'object';
  /** Query parameters that it honours. */
  readonly query: readonly string[];
  /** `x-amz-` headers that it honours, without that prefix; `meta-` stands for all that begin so. */
  readonly headers: readonly string[];
}

const checksums = checksumAlgorithms.map((algorithm) => `checksum-${algorithm}`);
const bodyHeaders = [...checksums, 'sdk-checksum-algorithm', 'trailer', 'decoded-content-length'];
// SDKs that were told not to verify answers send the checksum of the empty body along (client-s3 3.11xx); S3 passes over it.
const readHeaders = ['checksum-mode', ...checksums];
const attributeHeaders = [
  'meta-',
  'acl',
  'tagging',
  'storage-class',
  'server-side-encryption',
  'server-side-encryption-aws-kms-key-id',
  'server-side-encryption-bucket-key-enabled',
];

const operations = {
  ListObjectsV2: {
    action: 's3:ListBucket',
    on: 'bucket',
    query: [
      'list-type',
      'prefix',
      'delimiter',
      'max-keys',
      'continuation-token',
      'start-after',
      'encoding-type',
      'fetch-owner',
    ],
    headers: [],
  },
  HeadBucket: { action: 's3:ListBucket', on: 'bucket', query: [], headers: [] },
  GetBucketLocation: { action: 's3:GetBucketLocation', on: 'bucket', query: ['location'], headers: [] },
  ListMultipartUploads: {
    action: 's3:ListBucketMultipartUploads',
    on: 'bucket',
    query: ['uploads', 'prefix', 'max-uploads', 'key-marker', 'upload-id-marker'],
    headers: [],
  },
  GetObject: { action: 's3:GetObject', on: 'object', query: [], headers: readHeaders },
  HeadObject: { action: 's3:GetObject', on: 'object', query: [], headers: readHeaders },
  PutObject: { action: 's3:PutObject', on: 'object', query: [], headers: [...bodyHeaders, ...attributeHeaders] },
  DeleteObject: { action: 's3:DeleteObject', on: 'object', query: [], headers: [] },
  CreateMultipartUpload: {
    action: 's3:PutObject',
    on: 'object',
    query: ['uploads'],
    headers: [...attributeHeaders, 'checksum-algorithm', 'checksum-type'],
  },
  UploadPart: { action: 's3:PutObject', on: 'object', query: ['partNumber', 'uploadId'], headers: bodyHeaders },
  CompleteMultipartUpload: {
    action: 's3:PutObject',
    on: 'object',
    query: ['uploadId'],
    headers: [...bodyHeaders, 'checksum-type', 'mp-object-size'],
  },
  AbortMultipartUpload: { action: 's3:AbortMultipartUpload', on: 'object', query: ['uploadId'], headers: [] },
  ListParts: {
    action: 's3:ListMultipartUploadParts',
    on: 'object',
    query: ['uploadId', 'max-parts', 'part-number-marker'],
    headers: [],
  },
} as const satisfies Readonly<Record<string, OperationRules>>;

export type OperationName = keyof typeof operations;

export const operationNames: readonly string[] = Object.keys(operations);

export function rulesOf(operation: OperationName): OperationRules {
  return operations[operation];
}

/** Headers of every request: its signature, and the owner that the client expects. */
const commonHeaders = ['date', 'content-sha256', 'security-token', 'user-agent', 'expected-bucket-owner'];

/** Which operation a request asks for; undefined for what the sandbox does not play. */
export function operationOf(method: string, hasKey: boolean, query: ReadonlySet<string>): OperationName | undefined {
  if (!hasKey) {
    if (method === 'HEAD') return 'HeadBucket';
    if (method !== 'GET') return undefined;
    if (query.has('location')) return 'GetBucketLocation';
    if (query.has('uploads')) return 'ListMultipartUploads';
    return query.has('list-type') ? 'ListObjectsV2' : undefined;
  }
  const upload = query.has('uploadId');
  switch (method) {
    case 'GET':
      return upload ? 'ListParts' : 'GetObject';
    case 'HEAD':
      return 'HeadObject';
    case 'PUT':
      return upload ? 'UploadPart' : 'PutObject';
    case 'DELETE':
      return upload ? 'AbortMultipartUpload' : 'DeleteObject';
    case 'POST':
      if (upload) return 'CompleteMultipartUpload';
      return query.has('uploads') ? 'CreateMultipartUpload' : undefined;
    default:
      return undefined;
  }
}

/** Throws `NotImplemented` for a parameter or header that the operation would otherwise pass over in silence. */
export function refuseUnknown(
  operation: OperationName,
  { query, headers }: Pick<RequestHead, 'query' | 'headers'>,
): void {
  const rules = rulesOf(operation);
  const parameter = query.find(({ name }) => !isCommonParameter(name) && !rules.query.includes(name));
  if (parameter) throw notImplemented(`the query parameter "${parameter.name}" of ${operation}`);
  const header = unknownHeader(headers, [...commonHeaders, ...rules.headers]);
  if (header !== undefined) throw notImplemented(`the header "${header}" of ${operation}`);
}

function isCommonParameter(name: QueryParameter['name']): boolean {
  // `x-id` names the operation for the sake of logs; X-Amz-… is a presigned signature.
  return name === 'x-id' || name.startsWith('X-Amz-');
}

function unknownHeader(headers: IncomingHttpHeaders, known: readonly string[]): string | undefined {
  return Object.keys(headers).find((name) => {
    if (!name.startsWith('x-amz-')) return false;
    const rest = name.slice('x-amz-'.length);
    return !known.some((each) => (each.endsWith('-') ? rest.startsWith(each) : rest === each));
  });
}

export function notImplemented(what: string): ServiceError {
  return new ServiceError(501, 'NotImplemented', `The sandbox does not play ${what}.`);
}

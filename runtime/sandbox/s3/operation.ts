/** An S3 operation, the permission it needs (Service Authorization Reference, "Actions for Amazon S3") and what that is checked on. */
export interface Operation {
  readonly name: OperationName;
  readonly action: string;
  readonly on: 'bucket' | 'object';
}

const operations = {
  ListObjectsV2: { action: 's3:ListBucket', on: 'bucket' },
  HeadBucket: { action: 's3:ListBucket', on: 'bucket' },
  ListMultipartUploads: { action: 's3:ListBucketMultipartUploads', on: 'bucket' },
  GetObject: { action: 's3:GetObject', on: 'object' },
  HeadObject: { action: 's3:GetObject', on: 'object' },
  PutObject: { action: 's3:PutObject', on: 'object' },
  DeleteObject: { action: 's3:DeleteObject', on: 'object' },
  CreateMultipartUpload: { action: 's3:PutObject', on: 'object' },
  UploadPart: { action: 's3:PutObject', on: 'object' },
  CompleteMultipartUpload: { action: 's3:PutObject', on: 'object' },
  AbortMultipartUpload: { action: 's3:AbortMultipartUpload', on: 'object' },
  ListParts: { action: 's3:ListMultipartUploadParts', on: 'object' },
} as const;

export type OperationName = keyof typeof operations;

/** Sub-resources and headers that would make another operation of a request; what is not known must not pass as something else. */
const subresources = [
  'acl',
  'tagging',
  'policy',
  'versioning',
  'versions',
  'cors',
  'lifecycle',
  'encryption',
  'delete',
  'attributes',
  'retention',
  'torrent',
  'location',
];

/** Which operation a request is; undefined for those that the sandbox lacks. */
export function operationOf(
  method: string,
  key: string | undefined,
  query: ReadonlyMap<string, string>,
  headers: Readonly<Record<string, unknown>>,
): Operation | undefined {
  if (subresources.some((sub) => query.has(sub)) || 'x-amz-copy-source' in headers) return undefined;
  const name = nameOf(method, key, query);
  return name && { name, ...operations[name] };
}

function nameOf(
  method: string,
  key: string | undefined,
  query: ReadonlyMap<string, string>,
): OperationName | undefined {
  if (key === undefined) {
    if (method === 'HEAD') return 'HeadBucket';
    if (method !== 'GET') return undefined;
    if (query.has('uploads')) return 'ListMultipartUploads';
    return query.get('list-type') === '2' ? 'ListObjectsV2' : undefined;
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
      return upload ? 'CompleteMultipartUpload' : query.has('uploads') ? 'CreateMultipartUpload' : undefined;
    default:
      return undefined;
  }
}

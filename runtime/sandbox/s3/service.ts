import { AwsError } from '../aws-error.js';
import type { RequestContext } from '../policy/conditions.js';
import { type Decision, evaluate } from '../policy/evaluate.js';
import type { Credentials } from '../principals.js';
import type { Bucket } from '../store.js';
import { headBucket, listObjectsV2 } from './list.js';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  listMultipartUploads,
  listParts,
  uploadPart,
} from './multipart.js';
import { deleteObject, getObject, headObject, putObject } from './objects.js';
import type { Operation, OperationName } from './operation.js';
import type { Reply, S3Request } from './reply.js';

const handlers: Readonly<Record<OperationName, (request: S3Request) => Reply | Promise<Reply>>> = {
  ListObjectsV2: listObjectsV2,
  HeadBucket: headBucket,
  ListMultipartUploads: listMultipartUploads,
  GetObject: getObject,
  HeadObject: headObject,
  PutObject: putObject,
  DeleteObject: deleteObject,
  CreateMultipartUpload: createMultipartUpload,
  UploadPart: uploadPart,
  CompleteMultipartUpload: completeMultipartUpload,
  AbortMultipartUpload: abortMultipartUpload,
  ListParts: listParts,
};

export interface S3Access {
  readonly operation: Operation;
  readonly bucket: Bucket;
  readonly key: string;
  readonly credentials: Credentials;
  readonly context: RequestContext;
  readonly expectedOwner: string | undefined;
  readonly signedRegion: string;
}

/** Decides whether a request may be carried out. Throws AWS's refusal; `onDecision` hears of the decision either way. */
export function authorize(access: S3Access, onDecision: (decision: Decision) => void): void {
  const { operation, bucket, key, credentials, context } = access;
  if (access.signedRegion !== bucket.region) {
    const message = `The authorization header is malformed; the region '${access.signedRegion}' is wrong; expecting '${bucket.region}'`;
    throw new AwsError('AuthorizationHeaderMalformed', 400, message, {
      Region: bucket.region,
      'x-amz-bucket-region': bucket.region,
    });
  }
  const may = (action: string, resource: string): Decision =>
    evaluate({
      caller: credentials.caller,
      action,
      resource,
      context,
      owner: { account: bucket.account, policy: bucket.policy },
    });
  const bucketArn = `arn:aws:s3:::${bucket.name}`;
  const decision = may(operation.action, operation.on === 'bucket' ? bucketArn : `${bucketArn}/${key}`);
  onDecision(decision);
  const details = operation.name === 'HeadBucket' ? { 'x-amz-bucket-region': bucket.region } : {};
  if (!decision.allowed) throw new AwsError('AccessDenied', 403, 'Access Denied', details);
  if (access.expectedOwner !== undefined && access.expectedOwner !== bucket.account)
    throw new AwsError('AccessDenied', 403, 'Access Denied');
  // Whether a key is missing is told only to those who may list the bucket.
  const reads = operation.name === 'GetObject' || operation.name === 'HeadObject';
  if (reads && !bucket.objects.has(key) && !may('s3:ListBucket', bucketArn).allowed) {
    throw new AwsError('AccessDenied', 403, 'Access Denied');
  }
}

export function perform(operation: Operation, request: S3Request): Reply | Promise<Reply> {
  return handlers[operation.name](request);
}

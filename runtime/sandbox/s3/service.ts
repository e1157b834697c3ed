import { baseContext } from '../context.js';
import { applyFault, type Exchange, noteCaller, type Outcome, type SandboxState } from '../exchange.js';
import type { Delivery } from '../faults.js';
import { receiveBody } from '../http/receive-body.js';
import type { Reply } from '../http/reply.js';
import { ServiceError } from '../service-error.js';
import { type Authenticated, authenticate } from '../signature/authenticate.js';
import { headerOf } from '../signature/request-line.js';
import type { Bucket } from '../store/bucket.js';
import { addressOf } from './address.js';
import { addS3Keys, authorize, mayList, type S3Access } from './authorize.js';
import { bodyTerms, payloadHashOf } from './body-terms.js';
import { completeMultipartUpload } from './complete.js';
import { accessDenied, errorReply, s3Wording } from './errors.js';
import { useKey } from './key-use.js';
import { getBucketLocation, headBucket, listObjectsV2 } from './list.js';
import {
  abortMultipartUpload,
  createMultipartUpload,
  listMultipartUploads,
  listParts,
  uploadPart,
} from './multipart.js';
import { deleteObject, getObject, headObject, putObject } from './objects.js';
import { notImplemented, type OperationName, operationOf, refuseUnknown } from './operation.js';
import type { S3Request } from './request.js';
import { settingsOf } from './settings.js';

const handlers: Readonly<Record<OperationName, (request: S3Request) => Reply | Promise<Reply>>> = {
  ListObjectsV2: listObjectsV2,
  HeadBucket: headBucket,
  GetBucketLocation: getBucketLocation,
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

const MAX_KEY_BYTES = 1024;

/** Answers one S3 request: address, signature, fault, region, owner, policies, and then what it asks for. */
export async function answerS3(state: SandboxState, exchange: Exchange): Promise<Outcome> {
  const { head, entry, requestId } = exchange;
  let delivery: Delivery = { kind: 'whole' };
  try {
    const { bucket: bucketName, key } = addressOf(head);
    const operation = operationOf(head.method, key !== '', new Set(head.query.map(({ name }) => name)));
    entry.operation = operation ?? 'Unknown';
    entry.bucket = bucketName === '' ? null : bucketName;
    entry.key = key === '' ? null : key;
    entry.range = headerOf(head.headers, 'range') ?? null;
    entry.params = settingsOf(head);
    const authenticated = authenticate(
      head,
      's3',
      payloadHashOf(head),
      state.principals,
      state.now(),
      s3Wording,
      (id, credentials) => noteCaller(entry, id, credentials),
    );
    const { operation: name, bucket: bucketField, key: keyField, roleArn } = entry;
    const target = {
      service: 's3',
      operation: name,
      bucket: bucketField ?? undefined,
      key: keyField ?? undefined,
      roleArn: roleArn ?? undefined,
    } as const;
    delivery = applyFault(state, target, authenticated?.credentials, s3Wording);
    if (operation === undefined || bucketName === '') throw notImplemented(`${head.method} on this address`);
    refuseUnknown(operation, head);
    if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw new ServiceError(400, 'KeyTooLongError', 'Your key is too long');
    const bucket = state.buckets.get(bucketName);
    if (!bucket) {
      throw new ServiceError(404, 'NoSuchBucket', 'The specified bucket does not exist', {
        details: { BucketName: bucketName },
      });
    }
    const reply = await answerInBucket(state, exchange, operation, bucket, key, authenticated);
    return { reply, delivery };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    entry.code = error.code;
    return { reply: errorReply(error, head.method, head.path, requestId), delivery };
  }
}

async function answerInBucket(
  state: SandboxState,
  exchange: Exchange,
  operation: OperationName,
  bucket: Bucket,
  key: string,
  authenticated: Authenticated | undefined,
): Promise<Reply> {
  const { head, entry, message } = exchange;
  const principal = authenticated?.credentials.principal;
  const region = authenticated?.signature.scope.region;
  if (operation !== 'GetBucketLocation' && region !== undefined && region !== bucket.region)
    throw wrongRegion(operation, bucket, region);
  const now = state.now();
  const context = baseContext(exchange, principal, region ?? bucket.region, now);
  const access: S3Access = { operation, bucket, key, principal, head, context };
  addS3Keys(access, authenticated?.signature.presigned !== undefined);
  const expectedOwner = headerOf(head.headers, 'x-amz-expected-bucket-owner');
  if (expectedOwner !== undefined && expectedOwner !== bucket.account) {
    entry.decision = { gate: 'expected-bucket-owner', statement: null };
    throw accessDenied();
  }
  try {
    authorize(access, entry);
  } catch (error) {
    throw operation === 'HeadBucket' && error instanceof ServiceError ? withRegion(error, bucket) : error;
  }
  return handlers[operation]({
    operation,
    bucket,
    key,
    query: new Map(head.query.map(({ name, value }) => [name, value])),
    headers: head.headers,
    account: principal?.account,
    now,
    pieces: state.pieces,
    keys: state.keys,
    mayList: () => mayList(access),
    useKey: (action, encryption) => useKey(access, action, encryption, entry),
    receive(sink, maximum, purpose) {
      const terms = bodyTerms(head, authenticated, maximum, purpose);
      exchange.acceptBody();
      return receiveBody(message, terms, sink);
    },
  });
}

/** Who may not use a bucket still learns where it is: that is how SDKs find a bucket's region. */
function withRegion({ status, code, message, details }: ServiceError, { region }: Bucket): ServiceError {
  return new ServiceError(status, code, message, { details, headers: { 'x-amz-bucket-region': region } });
}

/**
 * The endpoint plays that of the region a request is signed for, and us-east-1 plays the global one, which knows better
 * (S3 user guide, request redirection).
 */
function wrongRegion(operation: OperationName, bucket: Bucket, signed: string): ServiceError {
  const headers = { 'x-amz-bucket-region': bucket.region };
  if (signed === 'us-east-1' && operation !== 'HeadBucket') {
    const text = `The authorization header is malformed; the region '${signed}' is wrong; expecting '${bucket.region}'`;
    return new ServiceError(400, 'AuthorizationHeaderMalformed', text, { details: { Region: bucket.region }, headers });
  }
  const text =
    'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.';
  const details = { Endpoint: `${bucket.name}.s3.${bucket.region}.amazonaws.com`, Bucket: bucket.name };
  return new ServiceError(301, 'PermanentRedirect', text, { details, headers });
}

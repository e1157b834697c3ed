import type { AuditDraft } from '../audit.js';
import { type ContextDraft, callerOf, ownPolicies, setKey } from '../context.js';
import { type Decision, evaluate } from '../policy/evaluate.js';
import type { Principal } from '../principals.js';
import type { ServiceError } from '../service-error.js';
import { headerOf, type RequestHead } from '../signature/request-line.js';
import type { Bucket } from '../store/bucket.js';
import { tagsOf } from './attributes.js';
import { reasonOf } from './denial.js';
import { accessDenied } from './errors.js';
import { type OperationName, rulesOf } from './operation.js';

/** A request to be authorized. */
export interface S3Access {
  readonly operation: OperationName;
  readonly bucket: Bucket;
  readonly key: string;
  readonly principal: Principal | undefined;
  readonly head: RequestHead;
  readonly context: ContextDraft;
}

/** Adds the condition keys of S3 (service authorization reference, condition keys for Amazon S3). */
export function addS3Keys({ bucket, key, operation, head, context, principal }: S3Access, presigned: boolean): void {
  const { headers, query } = head;
  const parameter = (name: string): string | undefined => query.find((each) => each.name === name)?.value;
  setKey(context, 'aws:ResourceAccount', bucket.account);
  setKey(context, 's3:ResourceAccount', bucket.account);
  if (principal) {
    setKey(context, 's3:authType', presigned ? 'REST-QUERY-STRING' : 'REST-HEADER');
    setKey(context, 's3:signatureversion', 'AWS4-HMAC-SHA256');
  }
  if (operation === 'ListObjectsV2' || operation === 'ListMultipartUploads') {
    for (const name of ['prefix', 'delimiter', 'max-keys']) setKey(context, `s3:${name}`, parameter(name));
  }
  const fromHeaders = [
    'x-amz-acl',
    'x-amz-content-sha256',
    'x-amz-server-side-encryption',
    'x-amz-server-side-encryption-aws-kms-key-id',
    'x-amz-storage-class',
    'if-match',
    'if-none-match',
  ];
  for (const name of fromHeaders) setKey(context, `s3:${name}`, headerOf(headers, name));
  const tags = tagsOf(headerOf(headers, 'x-amz-tagging'));
  for (const [name, value] of tags) setKey(context, `s3:RequestObjectTag/${name}`, value);
  if (tags.size > 0) context.set('s3:requestobjecttagkeys', [...tags.keys()]);
  for (const [name, value] of bucket.get(key)?.attributes.tags ?? [])
    setKey(context, `s3:ExistingObjectTag/${name}`, value);
}

/** Throws `AccessDenied` unless all that the request does is allowed; the log hears which gate decided. */
export function authorize(access: S3Access, entry: AuditDraft): void {
  for (const action of actionsOf(access)) {
    const decision = decide(access, action);
    if (entry.decision === null || !decision.allowed)
      entry.decision = { gate: decision.gate, statement: decision.statement ?? null };
    if (!decision.allowed) throw denied(access, action, decision);
  }
}

export function mayList(access: S3Access): boolean {
  return decide(access, 's3:ListBucket').allowed;
}

/** The operation's own permission, and those of what its headers ask for besides. */
function actionsOf({ operation, head }: S3Access): string[] {
  const { action } = rulesOf(operation);
  const { headers } = head;
  const writes = action === 's3:PutObject';
  return [
    action,
    ...(writes && headers['x-amz-tagging'] !== undefined ? ['s3:PutObjectTagging'] : []),
    ...(writes && headers['x-amz-acl'] !== undefined ? ['s3:PutObjectAcl'] : []),
    // A conditional write tells something of the object that is there (S3 user guide, conditional writes).
    ...(writes && headers['if-match'] !== undefined ? ['s3:GetObject'] : []),
  ];
}

function decide(access: S3Access, action: string): Decision {
  const { bucket, principal, context } = access;
  const request = {
    caller: callerOf(principal),
    action,
    resource: resourceOf(access, action),
    resourceAccount: bucket.account,
    context,
  };
  return evaluate(request, { ...ownPolicies(principal), resource: bucket.policy, resourceGate: 'bucket-policy' });
}

function resourceOf({ operation, bucket, key }: S3Access, action: string): string {
  const arn = `arn:aws:s3:::${bucket.name}`;
  return action === 's3:ListBucket' || rulesOf(operation).on === 'bucket' ? arn : `${arn}/${key}`;
}

/** Within one account S3 says what is missing; across accounts it says nothing (IAM user guide, access denied messages). */
function denied(access: S3Access, action: string, decision: Decision): ServiceError {
  const { principal, bucket } = access;
  if (principal?.account !== bucket.account) return accessDenied();
  return accessDenied(
    `User: ${principal.arn} is not authorized to perform: ${action} on resource: "${resourceOf(access, action)}" ${reasonOf(decision, action)}`,
  );
}

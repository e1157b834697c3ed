import { matchesPattern, type Pattern } from './pattern.js';

/** Actions of S3 that a policy may name; those that no operation of the sandbox asks for are known and have no effect. */
const s3Actions = [
  'AbortMultipartUpload', 'BypassGovernanceRetention', 'CreateBucket', 'DeleteBucket', 'DeleteBucketPolicy', 'DeleteObject',
  'DeleteObjectTagging', 'DeleteObjectVersion', 'DeleteObjectVersionTagging', 'GetAccelerateConfiguration', 'GetBucketAcl',
  'GetBucketCORS', 'GetBucketLocation', 'GetBucketLogging', 'GetBucketNotification', 'GetBucketObjectLockConfiguration',
  'GetBucketOwnershipControls', 'GetBucketPolicy', 'GetBucketPolicyStatus', 'GetBucketPublicAccessBlock',
  'GetBucketRequestPayment', 'GetBucketTagging', 'GetBucketVersioning', 'GetBucketWebsite', 'GetEncryptionConfiguration',
  'GetInventoryConfiguration', 'GetLifecycleConfiguration', 'GetMetricsConfiguration', 'GetObject', 'GetObjectAcl',
  'GetObjectAttributes', 'GetObjectLegalHold', 'GetObjectRetention', 'GetObjectTagging', 'GetObjectVersion',
  'GetObjectVersionAcl', 'GetObjectVersionAttributes', 'GetObjectVersionTagging', 'GetReplicationConfiguration',
  'ListAllMyBuckets', 'ListBucket', 'ListBucketMultipartUploads', 'ListBucketVersions', 'ListMultipartUploadParts',
  'PutBucketAcl', 'PutBucketCORS', 'PutBucketLogging', 'PutBucketNotification', 'PutBucketOwnershipControls',
  'PutBucketPolicy', 'PutBucketPublicAccessBlock', 'PutBucketTagging', 'PutBucketVersioning', 'PutEncryptionConfiguration',
  'PutLifecycleConfiguration', 'PutObject', 'PutObjectAcl', 'PutObjectLegalHold', 'PutObjectRetention', 'PutObjectTagging',
  'PutObjectVersionAcl', 'PutObjectVersionTagging', 'PutReplicationConfiguration', 'ReplicateObject', 'RestoreObject',
];
const stsActions = [
  'AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity', 'DecodeAuthorizationMessage', 'GetAccessKeyInfo',
  'GetCallerIdentity', 'GetFederationToken', 'GetSessionToken', 'SetSourceIdentity', 'TagSession',
];
/** Keys of KMS are not played: these are known and have no effect. */
const kmsActions = [
  'CreateGrant', 'Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey', 'GenerateDataKeyPair', 'GenerateDataKeyPairWithoutPlaintext',
  'GenerateDataKeyWithoutPlaintext', 'ReEncryptFrom', 'ReEncryptTo', 'RetireGrant',
];

/** `service:Action` of all that a policy may name. */
export const knownActions: readonly string[] = [
  ...s3Actions.map((action) => `s3:${action}`),
  ...stsActions.map((action) => `sts:${action}`),
  ...kmsActions.map((action) => `kms:${action}`),
];

const noContext = new Map<string, readonly string[]>();

/** Whether an action of a policy, with its wildcards, stands for at least one known action. */
export function isKnownAction(pattern: Pattern): boolean {
  return knownActions.some((action) => matchesPattern(pattern, action, noContext, true));
}

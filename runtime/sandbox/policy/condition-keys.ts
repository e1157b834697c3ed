/** Condition keys that a policy may use, as their documentation writes them. */
const plainKeys = [
  'aws:CurrentTime',
  'aws:EpochTime',
  'aws:MultiFactorAuthPresent',
  'aws:PrincipalAccount',
  'aws:PrincipalArn',
  'aws:PrincipalIsAWSService',
  'aws:PrincipalType',
  'aws:RequestedRegion',
  'aws:ResourceAccount',
  'aws:SecureTransport',
  'aws:SourceIdentity',
  'aws:SourceIp',
  'aws:TagKeys',
  'aws:TokenIssueTime',
  'aws:UserAgent',
  'aws:userid',
  'aws:username',
  'aws:ViaAWSService',
  'sts:DurationSeconds',
  'sts:ExternalId',
  'sts:RoleSessionName',
  'sts:SourceIdentity',
  'sts:TransitiveTagKeys',
  's3:authType',
  's3:delimiter',
  's3:if-match',
  's3:if-none-match',
  's3:max-keys',
  's3:prefix',
  's3:RequestObjectTagKeys',
  's3:ResourceAccount',
  's3:signatureversion',
  's3:x-amz-acl',
  's3:x-amz-content-sha256',
  's3:x-amz-server-side-encryption',
  's3:x-amz-server-side-encryption-aws-kms-key-id',
  's3:x-amz-storage-class',
  'kms:CallerAccount',
  'kms:GrantIsForAWSResource',
  'kms:ViaService',
];

/** Keys that go on with a name of the user's choice. */
const openKeys = [
  'aws:PrincipalTag/',
  'aws:RequestTag/',
  's3:ExistingObjectTag/',
  's3:RequestObjectTag/',
  'kms:EncryptionContext:',
];

const known = new Set(plainKeys.map((key) => key.toLowerCase()));

/** The names of all condition keys; `NAME` stands for a name of the user's choice. */
export const conditionKeyNames: readonly string[] = [...plainKeys, ...openKeys.map((key) => `${key}NAME`)];

/** Whether the sandbox knows the key; keys are compared without regard to case, as IAM does. */
export function isKnownConditionKey(key: string): boolean {
  const lower = key.toLowerCase();
  return (
    known.has(lower) ||
    openKeys.some((prefix) => lower.startsWith(prefix.toLowerCase()) && lower.length > prefix.length)
  );
}

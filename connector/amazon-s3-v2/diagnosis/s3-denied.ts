import type { CrossroleError, Fix, PolicyStatement } from '../../../runtime/connector-api.js';
import { amazonS3V2Error } from '../errors.js';
import type { Identity } from '../identity/identity.js';
import { inWords } from '../identity/role-arn.js';
import type { PolicyScope } from '../identity/side-statements.js';
import { keyStatement } from '../identity/side-statements.js';
import { actionStatement, grantedTo } from '../identity/statements.js';
import { causeOf, type ServiceError } from '../storage/service-error.js';
import { type PolicyKind, type Refusal, refusalOf } from './refusal.js';

/** As whom a side works, and on what: what the statements that it lacks are made of. */
export interface SideFacts {
  readonly transformation: string;
  readonly identity: Identity;
  readonly scope: PolicyScope;
}

export interface DeniedRequest {
  readonly operation: string;
  readonly uri: string;
  /** As messages name it. */
  readonly principal: string;
  readonly expectedBucketOwner: string | undefined;
}

/** Why S3 refuses a request (403), as far as it tells: across accounts, and to HEAD, it says nothing but that. */
export function s3Denied(failure: ServiceError, request: DeniedRequest, facts: SideFacts): CrossroleError {
  const refusal = refusalOf(failure.message);
  const { action = actionOf(request.operation), reason } = refusal;
  const details = { object: request.uri, cause: causeOf(failure), gate: gateOf(request.operation) };
  const message = `${request.operation} of ${request.uri} is refused to ${request.principal}: ${failure.message}`;
  if (action.startsWith('kms:')) return keyDenied(message, details, refusal, facts);

  const { scope, identity } = facts;
  const fixes = accessFixes(actionStatement(scope, action), refusal.principal, facts);
  if (reason.kind === 'unsaid') {
    return amazonS3V2Error('ACCESS_DENIED', message, { ...details, fixes, remedy: whatRemains(action, request) });
  }
  const { policy } = reason;
  const isDenied = reason.kind === 'denied';
  switch (policy) {
    case 'session': {
      const [remedy, missing] = sessionPolicyRemedy(identity, isDenied);
      return amazonS3V2Error('SESSION_POLICY_DENIES', message, {
        ...details,
        remedy,
        fixes: missing ? sessionPolicyFixes(facts, action) : [],
      });
    }
    case 'resource-based':
    case 'trust': {
      const bucketPolicy = `the policy of bucket ${scope.bucket}`;
      const remedy = isDenied ? liftDenial(bucketPolicy, facts) : `Add the statement to ${bucketPolicy}.`;
      return amazonS3V2Error('BUCKET_POLICY_DENIES', message, {
        ...details,
        remedy,
        fixes: isDenied ? [] : fixes.slice(1),
      });
    }
    case 'identity-based': {
      const remedy = isDenied
        ? liftDenial('a policy of the role', facts)
        : `Allow ${action} there in a policy of ${nameOfPrincipal(identity)}.`;
      return amazonS3V2Error('ACCESS_DENIED', message, {
        ...details,
        remedy,
        fixes: isDenied ? [] : fixes.slice(0, 1),
      });
    }
    case 'permissions-boundary':
    case 'service-control':
    case 'resource-control':
    case 'vpc-endpoint': {
      const where = boundaries[policy];
      const remedy = isDenied ? liftDenial(where, facts) : `${where} must allow ${action} there, too.`;
      return amazonS3V2Error('ACCESS_DENIED', message, { ...details, remedy });
    }
  }
}

/** What a trial has proved: the same request passes where no account is demanded of the bucket. */
export function ownerUnexpected(refused: CrossroleError, expected: string, bucket: string): CrossroleError {
  const message = `bucket ${bucket} does not belong to account ${expected}, and every request demands that it does; without the demand the same request passes`;
  return amazonS3V2Error('BUCKET_OWNER_UNEXPECTED', message, { ...refused.place, ...gateAndCause(refused) });
}

/** What a trial has proved: the same request passes in a session without session policy. */
export function sessionPolicyDenies(refused: CrossroleError, facts: SideFacts, action: string): CrossroleError {
  const message = `${refused.message}; without the session policy the same request passes`;
  const details = { ...refused.place, ...gateAndCause(refused) };
  if (refused.code === 'SESSION_POLICY_DENIES') {
    // S3 has said it itself, and whether the policy lacks a statement or denies.
    const { remedy, diagnosis } = refused;
    return amazonS3V2Error('SESSION_POLICY_DENIES', message, { ...details, remedy, fixes: diagnosis.fixes ?? [] });
  }
  const [remedy] = sessionPolicyRemedy(facts.identity, false);
  const fixes = sessionPolicyFixes(facts, action);
  return amazonS3V2Error('SESSION_POLICY_DENIES', message, { ...details, remedy, fixes });
}

function gateAndCause({ diagnosis: { gate }, cause }: CrossroleError) {
  return { ...(gate === undefined ? {} : { gate }), cause };
}

/** The action of IAM that an operation of the S3 API needs (S3 user guide, required permissions). */
export function actionOf(operation: string): string {
  switch (operation) {
    case 'HeadObject':
      return 's3:GetObject';
    case 'HeadBucket':
    case 'ListObjectsV2':
      return 's3:ListBucket';
    case 'CreateMultipartUpload':
    case 'UploadPart':
    case 'CompleteMultipartUpload':
      return 's3:PutObject';
    case 'ListParts':
      return 's3:ListMultipartUploadParts';
    default:
      return `s3:${operation}`;
  }
}

function gateOf(operation: string): string {
  switch (actionOf(operation)) {
    case 's3:ListBucket':
      return 'list';
    case 's3:GetObject':
      return 'read';
    default:
      return 'write';
  }
}

const boundaries = {
  'permissions-boundary': 'The permissions boundary of the role',
  'service-control': "A service control policy of the role's organization",
  'resource-control': "A resource control policy of the bucket's organization",
  'vpc-endpoint': 'The policy of the VPC endpoint',
} as const satisfies Partial<Record<PolicyKind, string>>;

function keyDenied(
  message: string,
  details: { readonly object: string; readonly cause: Error },
  { resource, principal, reason }: Refusal,
  facts: SideFacts,
): CrossroleError {
  const { scope, identity } = facts;
  const { object, cause } = details;
  if (reason.kind === 'denied') {
    const remedy = liftDenial(
      reason.policy === 'resource-based' ? 'the policy of the key' : `a policy (${reason.policy})`,
      facts,
    );
    return amazonS3V2Error('KMS_DENIED', message, { object, cause, remedy });
  }
  const user = principalOf(identity, principal);
  const ofRole: Fix = {
    attachTo: `permission policy of ${nameOfPrincipal(identity, principal)}`,
    statement: keyStatement(scope, resource ?? '*'),
  };
  const ofKey: Fix[] =
    user === undefined
      ? []
      : [
          {
            attachTo: `key policy of ${resource ?? 'the KMS key'}`,
            statement: grantedTo(user, keyStatement(scope, '*')),
          },
        ];
  const fixes = (() => {
    if (reason.kind === 'unsaid') return [ofRole, ...ofKey];
    if (reason.policy === 'session') return sessionPolicyFixes(facts, 'kms:Decrypt');
    return reason.policy === 'resource-based' ? ofKey : [ofRole];
  })();
  return amazonS3V2Error('KMS_DENIED', message, { object, cause, fixes });
}

/** For the role first, then for the bucket. */
function accessFixes(
  statement: PolicyStatement | undefined,
  caller: string | undefined,
  { identity, scope }: SideFacts,
): Fix[] {
  if (!statement) return [];
  const principal = principalOf(identity, caller);
  return [
    { attachTo: `permission policy of ${nameOfPrincipal(identity, caller)}`, statement },
    ...(principal === undefined
      ? []
      : [{ attachTo: `bucket policy of ${scope.bucket}`, statement: grantedTo(principal, statement) }]),
  ];
}

function sessionPolicyFixes({ identity, scope, transformation }: SideFacts, action: string): Fix[] {
  const isWritten = identity.kind === 'assumed-role' && identity.role.sessionPolicy.kind === 'document';
  const statement = action.startsWith('kms:') ? keyStatement(scope, '*') : actionStatement(scope, action);
  return isWritten && statement ? [{ attachTo: `sessionPolicy of transformation ${transformation}`, statement }] : [];
}

/** What to do, and whether a statement would do it. */
function sessionPolicyRemedy(identity: Identity, isDenied: boolean): readonly [string, boolean] {
  if (identity.kind === 'assumed-role' && identity.role.sessionPolicy.kind === 'derived') {
    return [
      'The session policy that was derived from the mapping is too narrow, which is a defect of the program: set `sessionPolicy` to `none` for now, and please report it.',
      false,
    ];
  }
  return isDenied
    ? ['Remove the "Effect": "Deny" from `sessionPolicy`, or set it to `derived`.', false]
    : ['Add the statement to `sessionPolicy`, or set it to `derived`.', true];
}

function liftDenial(policy: string, { identity }: SideFacts): string {
  const principal = principalOf(identity, undefined);
  const condition =
    principal === undefined
      ? ''
      : `, for example by the condition {"ArnNotEquals": {"aws:PrincipalArn": "${principal}"}}`;
  return `A statement with "Effect": "Deny" in ${policy} refuses it, which no other statement can undo: remove it, or let it spare ${nameOfPrincipal(identity)}${condition}.`;
}

function whatRemains(action: string, { expectedBucketOwner }: DeniedRequest): string {
  const owner =
    expectedBucketOwner === undefined
      ? ''
      : ` (the request demands that account ${expectedBucketOwner} owns it; see expectedBucketOwner)`;
  return `S3 does not say which of these it is; check in this order: 1. a policy of the role allows ${action} there; 2. the session policy (sessionPolicy) does; 3. the bucket's policy allows the role where the bucket is of another account, and denies nothing${owner}; 4. for objects under a KMS key, its key policy and kms:Decrypt or kms:GenerateDataKey of the role.`;
}

function principalOf(identity: Identity, caller: string | undefined): string | undefined {
  return identity.kind === 'assumed-role' ? identity.role.roleArn : caller;
}

/** `role reader in account 111122223333`. */
export function nameOfPrincipal(identity: Identity, caller?: string): string {
  const arn = principalOf(identity, caller);
  return arn === undefined ? 'the IAM user' : inWords(arn);
}

/** Statements that a refused side or hop lacks, for every kind of policy; what a side needs is in side-statements. */
import type { PolicyStatement } from '../../../runtime/connector-api.js';
import { keyPatterns, type PolicyScope, storageStatements } from './side-statements.js';

/** What one hop asks of STS, as far as policies see it. */
export interface HopScope {
  readonly roleArn: string;
  readonly externalId: string | undefined;
  readonly sendsTags: boolean;
  readonly sendsSourceIdentity: boolean;
}

/** One action of a side, on what the side works with; undefined for an action that the side does not need. */
export function actionStatement(scope: PolicyScope, action: string): PolicyStatement | undefined {
  const statements = storageStatements(scope, keyPatterns(scope, 'exact'));
  const found = statements.find(({ Action }) => Action.includes(action));
  return found && { ...found, Action: [action] };
}

/** The same statement for the policy of a bucket or key; `principal` is an ARN. */
export function grantedTo(principal: string, { Effect, ...rest }: PolicyStatement): PolicyStatement {
  return { Effect, Principal: { AWS: principal }, ...rest };
}

/** Lets `caller` assume the role: for the role's trust policy. */
export function trustStatement(hop: HopScope, caller: string): PolicyStatement {
  const { externalId } = hop;
  return {
    Effect: 'Allow',
    Principal: { AWS: caller },
    Action: assumeActions(hop),
    ...(externalId === undefined ? {} : { Condition: { StringEquals: { 'sts:ExternalId': externalId } } }),
  };
}

/** Lets a caller assume the role: for the caller's own policies. */
export function assumeStatement(hop: HopScope): PolicyStatement {
  return { Effect: 'Allow', Action: assumeActions(hop), Resource: hop.roleArn };
}

/** Keeps a base identity, which should only be able to assume its role, from the bucket. */
export function denyBucketStatement({ partition, bucket }: PolicyScope) {
  const arn = `arn:${partition}:s3:::${bucket}`;
  return { Effect: 'Deny', Action: 's3:*', Resource: [arn, `${arn}/*`] };
}

function assumeActions({ sendsTags, sendsSourceIdentity }: HopScope): readonly string[] {
  return [
    'sts:AssumeRole',
    ...(sendsTags ? ['sts:TagSession'] : []),
    ...(sendsSourceIdentity ? ['sts:SetSourceIdentity'] : []),
  ];
}

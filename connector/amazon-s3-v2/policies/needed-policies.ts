import type { NeededPolicy, PolicyHolder } from '../../../runtime/connector-api.js';
import type { Identity } from '../identity/identity.js';
import { partsOfArn } from '../identity/role-arn.js';
import type { RoleHop, RoleRequest } from '../identity/role-request.js';
import { keyPatterns, keyStatement, type PolicyScope, storageStatements } from '../identity/side-statements.js';
import { assumeStatement, grantedTo, type HopScope, trustStatement } from '../identity/statements.js';

export interface PolicyNeeds {
  readonly identity: Identity;
  readonly scope: PolicyScope;
  /** Account of the bucket; undefined where the connection does not tell. */
  readonly bucketAccount: string | undefined;
  /** ARN of the user or role that everything begins with. */
  readonly principal: string;
  /** ARN of the KMS key that encrypts the objects, if one does. */
  readonly key: string | undefined;
}

/** Every policy that a side needs from the base identity to its objects, and no more. */
export function neededPolicies(needs: PolicyNeeds): NeededPolicy[] {
  const { identity, principal } = needs;
  if (identity.kind === 'iam-user') return storagePolicies(principal, needs);
  const { role } = identity;
  return [...trustPolicies(role, principal), ...storagePolicies(role.roleArn, needs)];
}

/** One hop after the other: the role trusts its caller, and the caller may assume the role. */
function trustPolicies(role: RoleRequest, principal: string): NeededPolicy[] {
  const policies: NeededPolicy[] = [];
  let caller = principal;
  const hops: readonly RoleHop[] = [...role.through, role];
  for (const [hop, { roleArn, externalId }] of hops.entries()) {
    const asked: HopScope = {
      roleArn,
      externalId,
      // Transitive tags and the source identity go on to later hops by themselves, and have to be allowed there, too. All other
      // tags are sent with every hop.
      sendsTags: role.tags.length > 0,
      sendsSourceIdentity: role.sourceIdentity !== undefined,
    };
    policies.push({
      holder: holderOf('trust', roleArn),
      statements: [trustStatement(asked, caller)],
      ...(hop === hops.length - 1 ? { sessionDuration: role.duration } : {}),
    });
    // Within an account a trust policy that names the caller is enough (IAM user guide, policy evaluation logic).
    if (partsOfArn(caller).account !== partsOfArn(roleArn).account) {
      policies.push({ holder: holderOf(kindOf(caller), caller), statements: [assumeStatement(asked)] });
    }
    caller = roleArn;
  }
  return policies;
}

/** What whoever works with S3 may do there; another account's bucket and key have to agree. */
function storagePolicies(worker: string, { scope, bucketAccount, key }: PolicyNeeds): NeededPolicy[] {
  const { account, partition } = partsOfArn(worker);
  const storage = storageStatements(scope, keyPatterns(scope, 'exact'));
  const own = [...storage, ...(key === undefined ? [] : [keyStatement(scope, key)])];
  const policies: NeededPolicy[] = [{ holder: holderOf(kindOf(worker), worker), statements: own }];
  if (bucketAccount !== account) {
    const bucket: PolicyHolder = {
      kind: 'bucket',
      arn: `arn:${partition}:s3:::${scope.bucket}`,
      account: bucketAccount,
    };
    policies.push({ holder: bucket, statements: storage.map((statement) => grantedTo(worker, statement)) });
  }
  if (key !== undefined && partsOfArn(key).account !== account) {
    // In a key policy `*` is the key itself (KMS developer guide, key policies).
    const statements = [grantedTo(worker, keyStatement(scope, '*'))];
    policies.push({ holder: holderOf('key', key), statements });
  }
  return policies;
}

function holderOf(kind: PolicyHolder['kind'], arn: string): PolicyHolder {
  return { kind, arn, account: partsOfArn(arn).account };
}

function kindOf(principal: string): 'user' | 'role' {
  return principal.includes(':role/') ? 'role' : 'user';
}

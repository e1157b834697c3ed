import { conditionHolds, type RequestContext, withVariables } from './conditions.js';
import type { Listed, Policy, PrincipalSet, Statement } from './document.js';
import { matchesPattern } from './match.js';

/** Who asks, and what their own account lets them do. */
export interface Caller {
  /** Of the user, or of the assumed-role session. */
  readonly arn: string;
  /** The role behind a session. */
  readonly roleArn: string | undefined;
  readonly account: string;
  readonly identityPolicies: readonly Policy[];
  readonly sessionPolicy: Policy | undefined;
}

export interface AccessRequest {
  readonly caller: Caller;
  /** For example `s3:GetObject`. */
  readonly action: string;
  readonly resource: string;
  readonly context: RequestContext;
  /** The account that owns the resource, and the policy on it. */
  readonly owner: { readonly account: string; readonly policy: Policy | undefined };
}

export type Gate = 'identity-policy' | 'session-policy' | 'bucket-policy' | 'trust-policy';

/** Which gate decided, and by which statement; no statement where none spoke for the request. */
export interface Decision {
  readonly allowed: boolean;
  readonly gate: Gate;
  readonly statement: string | undefined;
}

/**
 * Decides as AWS does (IAM, "Policy evaluation logic"): a Deny anywhere wins; within one account the identity's policies or the
 * bucket's suffice; across accounts both must allow; a session policy cuts what the role's policies and grants to the role
 * give, but not a grant that the bucket policy makes to the session itself.
 */
export function evaluate(request: AccessRequest): Decision {
  const { caller, owner } = request;
  const gates: readonly (readonly [Gate, readonly Policy[], 'principals' | undefined])[] = [
    ['identity-policy', caller.identityPolicies, undefined],
    ['session-policy', caller.sessionPolicy ? [caller.sessionPolicy] : [], undefined],
    ['bucket-policy', owner.policy ? [owner.policy] : [], 'principals'],
  ];
  for (const [gate, policies, principals] of gates) {
    const denied = find(policies, 'Deny', request, principals ? (set) => deniesCaller(set, caller) : undefined);
    if (denied) return { allowed: false, gate, statement: denied };
  }

  const identity = find(caller.identityPolicies, 'Allow', request);
  const session =
    caller.sessionPolicy === undefined ? 'no session policy' : find([caller.sessionPolicy], 'Allow', request);
  const granted = (names: readonly string[]): string | undefined =>
    owner.policy && find([owner.policy], 'Allow', request, (set) => grants(set, names));
  const toSession = granted([caller.arn, '*']);
  const toRole = caller.roleArn === undefined ? undefined : granted([caller.roleArn]);
  const toAccount = granted([caller.account, `arn:aws:iam::${caller.account}:root`]);

  if (caller.account === owner.account) {
    if (toSession) return { allowed: true, gate: 'bucket-policy', statement: toSession };
    const own = identity ?? toRole;
    if (!own) return { allowed: false, gate: 'identity-policy', statement: undefined };
    if (!session) return { allowed: false, gate: 'session-policy', statement: undefined };
    return { allowed: true, gate: identity ? 'identity-policy' : 'bucket-policy', statement: own };
  }
  if (!identity) return { allowed: false, gate: 'identity-policy', statement: undefined };
  if (!session) return { allowed: false, gate: 'session-policy', statement: undefined };
  const grant = toSession ?? toRole ?? toAccount;
  return { allowed: grant !== undefined, gate: 'bucket-policy', statement: grant };
}

/** Whether a role's trust policy lets the caller make `action` on it; across accounts the caller's own policies must allow it too. */
export function evaluateTrust(request: AccessRequest, trust: Policy): Decision {
  const { caller, owner } = request;
  const denied = find([trust], 'Deny', request, (set) => deniesCaller(set, caller));
  if (denied) return { allowed: false, gate: 'trust-policy', statement: denied };
  const identityDenied = find(caller.identityPolicies, 'Deny', request);
  if (identityDenied) return { allowed: false, gate: 'identity-policy', statement: identityDenied };
  const names = caller.roleArn === undefined ? [caller.arn, '*'] : [caller.arn, caller.roleArn, '*'];
  const direct = find([trust], 'Allow', request, (set) => grants(set, names));
  const delegated = find([trust], 'Allow', request, (set) =>
    grants(set, [caller.account, `arn:aws:iam::${caller.account}:root`]),
  );
  if (!direct && !delegated) return { allowed: false, gate: 'trust-policy', statement: undefined };
  if (caller.account === owner.account && direct) return { allowed: true, gate: 'trust-policy', statement: direct };
  const identity = find(caller.identityPolicies, 'Allow', request);
  const session = caller.sessionPolicy === undefined || find([caller.sessionPolicy], 'Allow', request) !== undefined;
  if (!identity) return { allowed: false, gate: 'identity-policy', statement: undefined };
  if (!session) return { allowed: false, gate: 'session-policy', statement: undefined };
  return { allowed: true, gate: 'trust-policy', statement: direct ?? delegated };
}

/** The first statement of the effect that speaks of the request: its Sid, or its number. */
function find(
  policies: readonly Policy[],
  effect: 'Allow' | 'Deny',
  request: AccessRequest,
  principal?: (set: PrincipalSet) => boolean,
): string | undefined {
  for (const policy of policies) {
    for (const [index, statement] of policy.statements.entries()) {
      if (statement.effect !== effect || !speaksOf(statement, request)) continue;
      if (principal && !(statement.principals && principal(statement.principals))) continue;
      return statement.sid ?? `statement ${index + 1}`;
    }
  }
  return undefined;
}

function speaksOf(statement: Statement, { action, resource, context }: AccessRequest): boolean {
  return (
    listed(statement.actions, (pattern) => matchesPattern(pattern.toLowerCase(), action.toLowerCase())) &&
    (statement.resources === undefined ||
      listed(statement.resources, (pattern) => matchesPattern(withVariables(pattern, context), resource))) &&
    statement.conditions.every((condition) => conditionHolds(condition, context))
  );
}

function listed({ except, patterns }: Listed, matches: (pattern: string) => boolean): boolean {
  return patterns.some(matches) !== except;
}

function grants({ except, anyone, aws }: PrincipalSet, names: readonly string[]): boolean {
  const named = (anyone && names.includes('*')) || aws.some((principal) => names.includes(principal));
  return named !== except;
}

function deniesCaller(set: PrincipalSet, { arn, roleArn, account }: Caller): boolean {
  const names = [arn, account, `arn:aws:iam::${account}:root`, '*', ...(roleArn === undefined ? [] : [roleArn])];
  return grants(set, names);
}

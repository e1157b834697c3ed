import { holds } from './conditions.js';
import type { Listed, PolicyDocument, Statement } from './document.js';
import { matchesPattern, type RequestContext } from './pattern.js';
import type { PrincipalEntry, Principals } from './principal-element.js';

/** Who makes a request, as far as policies see it. */
export type Caller =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'service'; readonly service: string }
  | { readonly kind: 'user'; readonly account: string; readonly arn: string }
  | { readonly kind: 'session'; readonly account: string; readonly arn: string; readonly roleArn: string };

export interface AccessRequest {
  readonly caller: Caller;
  readonly action: string;
  /** ARN. */
  readonly resource: string;
  /** The account that owns the resource. */
  readonly resourceAccount: string;
  readonly context: RequestContext;
}

/** The policies that have a say, each side apart. */
export interface Policies {
  /** Of the user or role. */
  readonly identity: readonly PolicyDocument[];
  /** Given to AssumeRole when the session was made. */
  readonly session: PolicyDocument | undefined;
  /** Of the bucket, key or role asked for. */
  readonly resource: PolicyDocument | undefined;
  /**
   * A role can be assumed and a key be used only if its own policy says so (KMS developer guide, key policies); a bucket can
   * do without a policy in its own account.
   */
  readonly resourceGate: ResourceGate;
}

export type ResourceGate = 'bucket-policy' | 'key-policy' | 'trust-policy';

export type PolicyKind = 'identity-policy' | 'session-policy' | ResourceGate;

export type Gate = 'explicit-deny' | PolicyKind;

export interface Decision {
  readonly allowed: boolean;
  /** Which gate let the request in, or kept it out. */
  readonly gate: Gate;
  /** The kind of policy that allowed it, denies it, or lacks the statement that would allow it. */
  readonly policy: PolicyKind;
  /** The statement that decided, such as `identity-policy[0].Statement[1] Sid`; undefined when none speaks of the request. */
  readonly statement: string | undefined;
}

/**
 * How closely a statement's principals name the caller. An account only delegates to that account's own policies; the ARN
 * of a session is not cut by its session policy, that of its role is (IAM user guide, policy evaluation logic).
 */
type Naming = 'session' | 'direct' | 'account';

interface Grant {
  readonly naming: Naming;
  readonly statement: string;
}

/** Decides a request as IAM does: an explicit deny anywhere wins, and whatever is not allowed is denied. */
export function evaluate(request: AccessRequest, policies: Policies): Decision {
  const { caller } = request;
  const denied = denial(request, policies);
  if (denied) return { allowed: false, gate: 'explicit-deny', ...denied };

  const identity = firstAllowed(request, policies.identity, 'identity-policy');
  const resource = resourceGrant(request, policies);
  const { resourceGate } = policies;
  const refuse = (policy: PolicyKind): Decision => ({ allowed: false, gate: policy, policy, statement: undefined });
  const grant = (policy: PolicyKind, statement: string): Decision => ({
    allowed: true,
    gate: policy,
    policy,
    statement,
  });
  const byResource = ({ statement }: Grant): Decision => grant(resourceGate, statement);

  if (caller.kind === 'anonymous' || caller.kind === 'service') {
    return resource ? byResource(resource) : refuse(resourceGate);
  }
  const cutBySession =
    policies.session !== undefined && firstAllowed(request, [policies.session], 'session-policy') === undefined;

  if (caller.account !== request.resourceAccount) {
    if (identity === undefined) return refuse('identity-policy');
    if (cutBySession) return refuse('session-policy');
    return resource ? byResource(resource) : refuse(resourceGate);
  }
  if (resource?.naming === 'session') return byResource(resource);
  const resourceMustAgree = resourceGate !== 'bucket-policy';
  if (resourceMustAgree && !resource) return refuse(resourceGate);
  const grantedByResource = resource?.naming === 'direct';
  if (identity === undefined && !grantedByResource) return refuse('identity-policy');
  if (cutBySession) return refuse('session-policy');
  // What must agree has its say in any case; a bucket's policy counts where the identity's do not suffice.
  if (resource && (identity === undefined || resourceMustAgree)) return byResource(resource);
  return identity === undefined ? refuse('identity-policy') : grant('identity-policy', identity);
}

function denial(
  request: AccessRequest,
  { identity, session, resource, resourceGate }: Policies,
): Pick<Decision, 'policy' | 'statement'> | undefined {
  const documents: readonly (readonly [PolicyKind, string, PolicyDocument])[] = [
    ...identity.map((document, index) => ['identity-policy', `identity-policy[${index}]`, document] as const),
    ...(session ? [['session-policy', 'session-policy', session] as const] : []),
    ...(resource ? [[resourceGate, resourceGate, resource] as const] : []),
  ];
  for (const [policy, name, { statements }] of documents) {
    const found = statements.find(
      (s) => s.effect === 'Deny' && namingOf(s.principals, request.caller) && speaksOf(s, request),
    );
    if (found) return { policy, statement: `${name}.${found.label}` };
  }
  return undefined;
}

function firstAllowed(request: AccessRequest, policies: readonly PolicyDocument[], name: string): string | undefined {
  for (const [index, { statements }] of policies.entries()) {
    const found = statements.find((statement) => statement.effect === 'Allow' && speaksOf(statement, request));
    if (found) return `${name === 'session-policy' ? name : `${name}[${index}]`}.${found.label}`;
  }
  return undefined;
}

/** The closest grant of the resource's policy. */
function resourceGrant(request: AccessRequest, { resource, resourceGate }: Policies): Grant | undefined {
  let best: Grant | undefined;
  for (const statement of resource?.statements ?? []) {
    if (statement.effect !== 'Allow' || !speaksOf(statement, request)) continue;
    const naming = namingOf(statement.principals, request.caller);
    if (naming && (!best || closeness[naming] > closeness[best.naming])) {
      best = { naming, statement: `${resourceGate}.${statement.label}` };
    }
  }
  return best;
}

const closeness: Readonly<Record<Naming, number>> = { account: 1, direct: 2, session: 3 };

/** Whether a statement's action, resource and conditions meet the request. */
function speaksOf(
  { actions, resources, conditions }: Statement,
  { action, resource, context }: AccessRequest,
): boolean {
  return (
    listed(actions, action, context, true) &&
    (resources === undefined || listed(resources, resource, context, false)) &&
    conditions.every((condition) => holds(condition, context))
  );
}

function listed({ negated, patterns }: Listed, value: string, context: RequestContext, ignoreCase: boolean): boolean {
  return patterns.some((pattern) => matchesPattern(pattern, value, context, ignoreCase)) !== negated;
}

/** How the principals name the caller; policies without principals are the caller's own. */
function namingOf(principals: Principals | undefined, caller: Caller): Naming | undefined {
  if (!principals) return 'direct';
  const namings = principals.list.map((entry) => entryNaming(entry, caller));
  const closest = (['session', 'direct', 'account'] as const).find((naming) => namings.includes(naming));
  if (!principals.negated) return closest;
  return closest === undefined ? 'direct' : undefined;
}

function entryNaming(entry: PrincipalEntry, caller: Caller): Naming | undefined {
  switch (entry.kind) {
    case 'everyone':
      return 'direct';
    case 'service':
      return caller.kind === 'service' && caller.service === entry.service ? 'direct' : undefined;
    case 'account':
      return 'account' in caller && caller.account === entry.account ? 'account' : undefined;
    case 'arn':
      if (caller.kind === 'session' && caller.arn === entry.arn) return 'session';
      if (caller.kind === 'session' && caller.roleArn === entry.arn) return 'direct';
      return caller.kind === 'user' && caller.arn === entry.arn ? 'direct' : undefined;
  }
}

import type { AuditDraft } from '../audit.js';
import { type ContextDraft, callerOf, ownPolicies, setKey } from '../context.js';
import type { SandboxState } from '../exchange.js';
import { type AccessRequest, type Decision, evaluate } from '../policy/evaluate.js';
import type { Credentials, Principal, Role, SessionPrincipal, SessionTag } from '../principals.js';
import { ServiceError } from '../service-error.js';
import type { XmlElements } from '../xml.js';
import type { AssumeRoleInput } from './parameters.js';
import { validationError } from './wording.js';

/** The longest session of a caller that is a session itself (IAM user guide, role chaining). */
const CHAINED_SECONDS = 3600;

/** Makes a session if every gate lets it pass. Throws `AccessDenied` without saying which did not, as STS does; the log says it. */
export function assumeRole(
  state: SandboxState,
  caller: Principal,
  input: AssumeRoleInput,
  context: ContextDraft,
  entry: AuditDraft,
): XmlElements {
  const role = state.principals.role(input.roleArn);
  const inherited = caller.kind === 'session' ? caller : undefined;
  const sourceIdentity = input.sourceIdentity ?? inherited?.sourceIdentity;
  addStsKeys(context, input, sourceIdentity, role);
  for (const action of actionsOf(input, inherited, sourceIdentity)) {
    const decision = role && decide(caller, role, action, context);
    entry.decision = decision ? { gate: decision.gate, statement: decision.statement ?? null } : null;
    if (!decision?.allowed) throw denied(caller, action, input.roleArn, role && decision);
  }
  // A source identity stays for the whole chain (STS API reference, AssumeRole).
  const changed = inherited?.sourceIdentity !== undefined && inherited.sourceIdentity !== sourceIdentity;
  if (!role || changed) throw denied(caller, 'sts:SetSourceIdentity', input.roleArn);
  checkDuration(input.durationSeconds, role, inherited !== undefined);
  const now = state.now();
  const session = state.principals.issueSession(role, {
    sessionName: input.sessionName,
    sessionPolicy: input.sessionPolicy,
    tags: tagsOf(input, inherited),
    sourceIdentity,
    issuedAt: now,
    expiresAt: now + input.durationSeconds * 1000 * state.sessionTimeScale,
  });
  return resultOf(session, sourceIdentity);
}

/** Tags that go along from the caller's session have to be allowed as those that are sent (EKS user guide, pod identity role chaining). */
function actionsOf(
  { tags, transitiveTagKeys }: AssumeRoleInput,
  inherited: SessionPrincipal | undefined,
  sourceIdentity: string | undefined,
): string[] {
  const goAlong = [...(inherited?.tags.values() ?? [])].some(({ transitive }) => transitive);
  return [
    'sts:AssumeRole',
    ...(goAlong || tags.size > 0 || transitiveTagKeys.length > 0 ? ['sts:TagSession'] : []),
    ...(sourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
  ];
}

/** Condition keys of STS (service authorization reference). */
function addStsKeys(
  context: ContextDraft,
  input: AssumeRoleInput,
  sourceIdentity: string | undefined,
  role: Role | undefined,
): void {
  setKey(context, 'aws:ResourceAccount', role?.account);
  setKey(context, 'sts:ExternalId', input.externalId);
  setKey(context, 'sts:RoleSessionName', input.sessionName);
  setKey(context, 'sts:SourceIdentity', sourceIdentity);
  setKey(context, 'sts:DurationSeconds', String(input.durationSeconds));
  for (const [name, value] of input.tags) setKey(context, `aws:RequestTag/${name}`, value);
  if (input.tags.size > 0) context.set('aws:tagkeys', [...input.tags.keys()]);
  if (input.transitiveTagKeys.length > 0) context.set('sts:transitivetagkeys', input.transitiveTagKeys);
}

function decide(caller: Principal, role: Role, action: string, context: ContextDraft): Decision {
  const request: AccessRequest = {
    caller: callerOf(caller),
    action,
    resource: role.arn,
    resourceAccount: role.account,
    context,
  };
  return evaluate(request, { ...ownPolicies(caller), resource: role.trust, resourceGate: 'trust-policy' });
}

/** In the role's own account STS says which of the caller's policies is missing (IAM user guide, access denied messages). */
function denied({ arn, account }: Principal, action: string, roleArn: string, decision?: Decision): ServiceError {
  const isCallers = decision?.gate === 'identity-policy' && roleArn.split(':')[4] === account;
  const because = isCallers ? ` because no identity-based policy allows the ${action} action` : '';
  return new ServiceError(
    403,
    'AccessDenied',
    `User: ${arn} is not authorized to perform: ${action} on resource: ${roleArn}${because}`,
  );
}

/** Throws a ValidationError where the role, or a caller that is a session, allows less. */
export function checkDuration(seconds: number, role: Role, chained: boolean): void {
  if (chained && seconds > CHAINED_SECONDS) {
    throw validationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  }
  if (seconds > role.maxSessionDuration) {
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
}

/** The tags asked for, and those of the caller's session that go along. */
function tagsOf(
  { tags, transitiveTagKeys }: AssumeRoleInput,
  inherited: SessionPrincipal | undefined,
): ReadonlyMap<string, SessionTag> {
  const all = new Map<string, SessionTag>([...(inherited?.tags ?? [])].filter(([, { transitive }]) => transitive));
  const inheritedKeys = new Set([...all.keys()].map((key) => key.toLowerCase()));
  for (const [key, value] of tags) {
    if (inheritedKeys.has(key.toLowerCase())) {
      throw new ServiceError(
        400,
        'InvalidParameterValue',
        `One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session: ${key}`,
      );
    }
    all.set(key, { value, transitive: transitiveTagKeys.includes(key) });
  }
  const missing = transitiveTagKeys.find((key) => !all.has(key));
  if (missing !== undefined) {
    throw new ServiceError(
      400,
      'InvalidParameterValue',
      `The specified transitive tag key must be included in the requested tags: ${missing}`,
    );
  }
  return all;
}

/** The session as STS writes it. */
export function resultOf(
  { accessKeyId, secretAccessKey, token, principal }: Credentials<SessionPrincipal>,
  sourceIdentity: string | undefined,
): XmlElements {
  return {
    Credentials: {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: token,
      Expiration: secondsText(principal.expiresAt),
    },
    AssumedRoleUser: { AssumedRoleId: principal.userId, Arn: principal.arn },
    SourceIdentity: sourceIdentity,
  };
}

/** ISO 8601 in whole seconds, rounded down: what is announced is never later than what is enforced. */
export function secondsText(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}

import type { PropertyProblem, PropertyValue, PropertyValues, Warning } from '../../../runtime/connector-api.js';
import { identityProblem, text } from './identity-properties.js';
import { policyRefusal } from './session-policy-limits.js';
import { type SessionTag, sessionTagsOf } from './session-tags.js';

export type SessionPolicySetting =
  | { readonly kind: 'derived' }
  | { readonly kind: 'none' }
  | { readonly kind: 'document'; readonly text: string };

/** A role and the external id that its trust policy may demand. */
export interface RoleHop {
  readonly roleArn: string;
  readonly externalId: string | undefined;
}

/** What STS is asked for. `roleArn` and `externalId` are of the role that works with S3. */
export interface RoleRequest extends RoleHop {
  /** Roles that are assumed on the way to it, one from the session of the other; most connections have none. */
  readonly through: readonly RoleHop[];
  /** Seconds. */
  readonly duration: number;
  /** Made from mapping, transformation and run where undefined. */
  readonly sessionName: string | undefined;
  readonly sessionPolicy: SessionPolicySetting;
  readonly tags: readonly SessionTag[];
  readonly sourceIdentity: string | undefined;
}

export type RoleRequestResult =
  | { readonly ok: true; readonly role: RoleRequest; readonly warnings: readonly Warning[] }
  | { readonly ok: false; readonly problems: readonly PropertyProblem[] };

/** DurationSeconds of AssumeRole: AWS takes 900 to 43200 (STS API reference). */
const minimumDuration = 900;
const maximumDuration = 43_200;
const defaultDuration = 900;

/** What a connection and one of its sides ask of STS, or everything that is wrong with it. */
export function roleRequestOf(
  iamRoleArn: string,
  connection: PropertyValues,
  advanced: PropertyValues,
): RoleRequestResult {
  const problems: PropertyProblem[] = [];
  const duration = durationOf(connection, advanced);
  if (!duration.ok) problems.push(duration.problem);
  const policy = sessionPolicyOf(advanced.sessionPolicy);
  if (!policy.ok) problems.push(policy.problem);
  const tags = sessionTagsOf(connection);
  if (!tags.ok) problems.push(...tags.problems);
  if (!duration.ok || !policy.ok || !tags.ok) return { ok: false, problems };

  const first: RoleHop = { roleArn: iamRoleArn, externalId: text(connection.externalId) };
  const hops = [first, ...furtherRoles(connection.roleChain)];
  const last = hops[hops.length - 1];
  const role: RoleRequest = {
    ...last,
    through: hops.slice(0, -1),
    duration: duration.seconds,
    sessionName: text(advanced.sessionName),
    sessionPolicy: policy.setting,
    tags: tags.tags,
    sourceIdentity: text(connection.sourceIdentity),
  };
  return { ok: true, role, warnings: duration.warnings };
}

/** `roleChain` after its schema was checked. */
function furtherRoles(value: PropertyValue | undefined): RoleHop[] {
  if (!Array.isArray(value)) return [];
  return value.map((hop: unknown) => {
    const { roleArn, externalId } = Object(hop);
    return { roleArn: String(roleArn), externalId: externalId === undefined ? undefined : String(externalId) };
  });
}

type DurationResult =
  | { readonly ok: true; readonly seconds: number; readonly warnings: readonly Warning[] }
  | { readonly ok: false; readonly problem: PropertyProblem };

function durationOf(connection: PropertyValues, advanced: PropertyValues): DurationResult {
  const seconds = Number(advanced.temporaryCredentialDuration ?? defaultDuration);
  const hasOwnSts = connection.stsEndpoint !== undefined;
  const minimum = hasOwnSts ? 1 : minimumDuration;
  if (seconds < minimum || seconds > maximumDuration) {
    const range = `${minimum} to ${maximumDuration} s`;
    const message = `temporaryCredentialDuration is ${seconds} s; it can be ${range}`;
    const problem = identityProblem('DURATION_OUT_OF_RANGE', 'advanced', 'temporaryCredentialDuration', message);
    return { ok: false, problem };
  }
  if (seconds >= minimumDuration) return { ok: true, seconds, warnings: [] };
  const message = `temporaryCredentialDuration is ${seconds} s, which the given stsEndpoint may allow; AWS itself starts at ${minimumDuration} s`;
  return { ok: true, seconds, warnings: [{ code: 'DURATION_BELOW_AWS_MINIMUM', message }] };
}

type PolicyResult =
  | { readonly ok: true; readonly setting: SessionPolicySetting }
  | { readonly ok: false; readonly problem: PropertyProblem };

function sessionPolicyOf(value: PropertyValue | undefined): PolicyResult {
  if (value === undefined || value === 'derived') return { ok: true, setting: { kind: 'derived' } };
  if (value === 'none') return { ok: true, setting: { kind: 'none' } };
  const document = JSON.stringify(value);
  const refused = policyRefusal(document);
  if (refused === undefined) return { ok: true, setting: { kind: 'document', text: document } };
  return { ok: false, problem: identityProblem('SESSION_POLICY_REFUSED', 'advanced', 'sessionPolicy', refused) };
}

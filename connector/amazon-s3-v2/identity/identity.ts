import type { PropertyProblem, PropertyValue, PropertyValues, Warning } from '../../../runtime/connector-api.js';
import { type AmazonS3V2ErrorCode, amazonS3V2Errors } from '../errors.js';

export interface AccessKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Who calls AssumeRole. Its credentials go to STS and nowhere else. */
export type BaseIdentity = { readonly kind: 'iam-user'; readonly keys: AccessKeys } | { readonly kind: 'ec2-role' };

export type SessionPolicySetting =
  | { readonly kind: 'derived' }
  | { readonly kind: 'none' }
  | { readonly kind: 'document'; readonly text: string };

/** What STS is asked for. */
export interface RoleRequest {
  readonly roleArn: string;
  readonly externalId: string | undefined;
  /** Seconds. */
  readonly duration: number;
  /** Made from mapping, transformation and run where undefined. */
  readonly sessionName: string | undefined;
  readonly sessionPolicy: SessionPolicySetting;
}

/** As whom one source or target works. There is no third kind: nothing falls back to the surroundings. */
export type Identity =
  | { readonly kind: 'assumed-role'; readonly base: BaseIdentity; readonly role: RoleRequest }
  | { readonly kind: 'iam-user'; readonly keys: AccessKeys };

export type IdentityResult =
  | { readonly ok: true; readonly identity: Identity; readonly warnings: readonly Warning[] }
  | { readonly ok: false; readonly problems: readonly PropertyProblem[] };

/** DurationSeconds of AssumeRole: AWS takes 900 to 43200 (STS API reference). */
const minimumDuration = 900;
const maximumDuration = 43_200;
const defaultDuration = 900;

/** Characters of an inline session policy (STS API reference): at most 2048, U+0009, U+000A, U+000D, U+0020 to U+00FF. */
export const maximumPolicyCharacters = 2048;
const policyCharacters = /^[\t\n\r\u0020-\u00ff]*$/;

/** Turns the properties of a connection and one of its sides into an identity, or says everything that contradicts. */
export function identityOf(connection: PropertyValues, advanced: PropertyValues): IdentityResult {
  const base = baseOf(connection);
  const roleArn = text(connection.iamRoleArn);
  const problems: PropertyProblem[] = base.kind === 'problems' ? [...base.problems] : [];

  if (roleArn === undefined) {
    if (base.kind === 'ec2-role') problems.push(problem('EC2_WITHOUT_ROLE', 'connection', 'useEc2RoleToAssumeRole'));
    if (base.kind === 'none') problems.push(problem('IDENTITY_MISSING', 'connection', 'iamRoleArn'));
    problems.push(...settingsWithoutRole(connection, advanced));
    if (problems.length > 0 || base.kind !== 'iam-user') return { ok: false, problems };
    return { ok: true, identity: { kind: 'iam-user', keys: base.keys }, warnings: [noRole] };
  }

  if (base.kind === 'none') problems.push(problem('ROLE_WITHOUT_BASE', 'connection', 'iamRoleArn'));
  const duration = durationOf(connection, advanced);
  if (!duration.ok) problems.push(duration.problem);
  const policy = sessionPolicyOf(advanced.sessionPolicy);
  if (!policy.ok) problems.push(policy.problem);
  if (base.kind === 'none' || base.kind === 'problems' || !duration.ok || !policy.ok || problems.length > 0) {
    return { ok: false, problems };
  }
  const role: RoleRequest = {
    roleArn,
    externalId: text(connection.externalId),
    duration: duration.seconds,
    sessionName: text(advanced.sessionName),
    sessionPolicy: policy.setting,
  };
  return { ok: true, identity: { kind: 'assumed-role', base, role }, warnings: duration.warnings };
}

const noRole: Warning = {
  code: 'NO_ROLE',
  message: 'the connection has no `iamRoleArn`: S3 is used with the long-lived keys of the IAM user itself',
};

type BaseResult =
  | BaseIdentity
  | { readonly kind: 'none' }
  | { readonly kind: 'problems'; readonly problems: PropertyProblem[] };

function baseOf(connection: PropertyValues): BaseResult {
  const accessKeyId = text(connection.accessKey);
  const secretAccessKey = text(connection.secretKey);
  const usesEc2Role = connection.useEc2RoleToAssumeRole === true;
  if (usesEc2Role && (accessKeyId !== undefined || secretAccessKey !== undefined)) {
    return { kind: 'problems', problems: [problem('EC2_WITH_KEYS', 'connection', 'useEc2RoleToAssumeRole')] };
  }
  if (usesEc2Role) return { kind: 'ec2-role' };
  if (accessKeyId === undefined && secretAccessKey === undefined) return { kind: 'none' };
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    const given = accessKeyId === undefined ? 'secretKey' : 'accessKey';
    return { kind: 'problems', problems: [problem('INCOMPLETE_KEYS', 'connection', given)] };
  }
  return { kind: 'iam-user', keys: { accessKeyId, secretAccessKey } };
}

function settingsWithoutRole(connection: PropertyValues, advanced: PropertyValues): PropertyProblem[] {
  const problems: PropertyProblem[] = [];
  if (connection.externalId !== undefined) {
    problems.push(problem('EXTERNAL_ID_WITHOUT_ROLE', 'connection', 'externalId'));
  }
  if (connection.stsEndpoint !== undefined) {
    problems.push(problem('SESSION_SETTING_WITHOUT_ROLE', 'connection', 'stsEndpoint'));
  }
  if (advanced.temporaryCredentialDuration !== undefined) {
    problems.push(problem('DURATION_WITHOUT_ROLE', 'advanced', 'temporaryCredentialDuration'));
  }
  for (const id of ['sessionName', 'sessionPolicy']) {
    if (advanced[id] !== undefined) problems.push(problem('SESSION_SETTING_WITHOUT_ROLE', 'advanced', id));
  }
  return problems;
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
    return { ok: false, problem: problem('DURATION_OUT_OF_RANGE', 'advanced', 'temporaryCredentialDuration', message) };
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
  return { ok: false, problem: problem('SESSION_POLICY_REFUSED', 'advanced', 'sessionPolicy', refused) };
}

/** Why STS would not take the text of a session policy, or undefined. */
export function policyRefusal(document: string): string | undefined {
  if (document.length > maximumPolicyCharacters) {
    return `the session policy has ${document.length} characters; STS takes ${maximumPolicyCharacters}`;
  }
  if (!policyCharacters.test(document))
    return 'the session policy has characters beyond U+00FF, which STS does not take';
  return undefined;
}

function problem(
  code: AmazonS3V2ErrorCode,
  where: 'connection' | 'advanced',
  id: string,
  message: string = amazonS3V2Errors[code].meaning,
): PropertyProblem {
  return { code, message, remedy: amazonS3V2Errors[code].remedy, property: { in: where, id } };
}

function text(value: PropertyValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

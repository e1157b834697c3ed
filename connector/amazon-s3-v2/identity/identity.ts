import type { PropertyProblem, PropertyValues, Warning } from '../../../runtime/connector-api.js';
import { type AccessKeys, type BaseIdentity, baseIdentityOf } from './base/base-identity.js';
import { identityProblem, text } from './identity-properties.js';
import { partitionProblems } from './partition.js';
import { type RoleRequest, roleRequestOf } from './role-request.js';

/** As whom one source or target works. There is no third kind: nothing falls back to the surroundings. */
export type Identity =
  | { readonly kind: 'assumed-role'; readonly base: BaseIdentity; readonly role: RoleRequest }
  | { readonly kind: 'iam-user'; readonly keys: AccessKeys };

export type IdentityResult =
  | { readonly ok: true; readonly identity: Identity; readonly warnings: readonly Warning[] }
  | { readonly ok: false; readonly problems: readonly PropertyProblem[] };

/** Turns the properties of a connection and one of its sides into an identity, or says everything that contradicts. */
export function identityOf(connection: PropertyValues, advanced: PropertyValues): IdentityResult {
  const base = baseIdentityOf(connection);
  const roleArn = text(connection.iamRoleArn);
  const problems: PropertyProblem[] = base.kind === 'contradiction' ? [base.problem] : [];

  if (roleArn === undefined) {
    if (base.kind === 'ec2-role') {
      problems.push(identityProblem('EC2_WITHOUT_ROLE', 'connection', 'useEc2RoleToAssumeRole'));
    }
    if (['container', 'web-identity', 'environment', 'profile'].includes(base.kind)) {
      problems.push(identityProblem('BASE_IDENTITY_WITHOUT_ROLE', 'connection', 'baseIdentity'));
    }
    if (base.kind === 'none') problems.push(identityProblem('IDENTITY_MISSING', 'connection', 'iamRoleArn'));
    problems.push(...settingsWithoutRole(connection, advanced));
    if (problems.length > 0 || base.kind !== 'iam-user') return { ok: false, problems };
    return { ok: true, identity: { kind: 'iam-user', keys: base.keys }, warnings: [noRole] };
  }

  if (base.kind === 'none') problems.push(identityProblem('ROLE_WITHOUT_BASE', 'connection', 'iamRoleArn'));
  const request = roleRequestOf(roleArn, connection, advanced);
  if (request.ok) {
    const roles = [...request.role.through, request.role].map((role) => role.roleArn);
    problems.push(...partitionProblems(roles, connection));
  } else {
    problems.push(...request.problems);
  }
  if (base.kind === 'none' || base.kind === 'contradiction' || !request.ok || problems.length > 0) {
    return { ok: false, problems };
  }
  return { ok: true, identity: { kind: 'assumed-role', base, role: request.role }, warnings: request.warnings };
}

const noRole: Warning = {
  code: 'NO_ROLE',
  message: 'the connection has no `iamRoleArn`: S3 is used with the long-lived keys of the IAM user itself',
};

function settingsWithoutRole(connection: PropertyValues, advanced: PropertyValues): PropertyProblem[] {
  const problems: PropertyProblem[] = [];
  if (connection.externalId !== undefined) {
    problems.push(identityProblem('EXTERNAL_ID_WITHOUT_ROLE', 'connection', 'externalId'));
  }
  if (advanced.temporaryCredentialDuration !== undefined) {
    problems.push(identityProblem('DURATION_WITHOUT_ROLE', 'advanced', 'temporaryCredentialDuration'));
  }
  for (const id of ['stsEndpoint', 'sessionTags', 'transitiveTagKeys', 'sourceIdentity', 'roleChain']) {
    if (connection[id] !== undefined) {
      problems.push(identityProblem('SESSION_SETTING_WITHOUT_ROLE', 'connection', id));
    }
  }
  for (const id of ['sessionName', 'sessionPolicy']) {
    if (advanced[id] !== undefined) problems.push(identityProblem('SESSION_SETTING_WITHOUT_ROLE', 'advanced', id));
  }
  return problems;
}

import type { PropertyProblem, PropertyValues } from '../../../../runtime/connector-api.js';
import { identityProblem, text } from '../identity-properties.js';

export interface AccessKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Who calls AssumeRole. Its credentials go to STS and nowhere else. */
export type BaseIdentity = { readonly kind: 'iam-user'; readonly keys: AccessKeys } | { readonly kind: 'ec2-role' };

export type BaseResult =
  | BaseIdentity
  | { readonly kind: 'none' }
  | { readonly kind: 'contradiction'; readonly problem: PropertyProblem };

/** The base identity that a connection names; never one that its surroundings would offer. */
export function baseIdentityOf(connection: PropertyValues): BaseResult {
  const accessKeyId = text(connection.accessKey);
  const secretAccessKey = text(connection.secretKey);
  const usesEc2Role = connection.useEc2RoleToAssumeRole === true;
  if (usesEc2Role && (accessKeyId !== undefined || secretAccessKey !== undefined)) {
    return {
      kind: 'contradiction',
      problem: identityProblem('EC2_WITH_KEYS', 'connection', 'useEc2RoleToAssumeRole'),
    };
  }
  if (usesEc2Role) return { kind: 'ec2-role' };
  if (accessKeyId === undefined && secretAccessKey === undefined) return { kind: 'none' };
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    const given = accessKeyId === undefined ? 'secretKey' : 'accessKey';
    return { kind: 'contradiction', problem: identityProblem('INCOMPLETE_KEYS', 'connection', given) };
  }
  return { kind: 'iam-user', keys: { accessKeyId, secretAccessKey } };
}

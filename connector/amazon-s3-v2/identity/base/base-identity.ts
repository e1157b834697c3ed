import type { PropertyProblem, PropertyValues } from '../../../../runtime/connector-api.js';
import { identityProblem, text } from '../identity-properties.js';

export interface AccessKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Where the keys are those of a session, known to end or not. */
  readonly sessionToken?: string;
}

/** Who calls AssumeRole. Its credentials go to STS and nowhere else. */
export type BaseIdentity =
  | { readonly kind: 'iam-user'; readonly keys: AccessKeys }
  | { readonly kind: 'ec2-role' }
  /** The role of an ECS task, or of an EKS pod by pod identity. */
  | { readonly kind: 'container' }
  /** A token file of an OIDC provider, such as IAM roles for service accounts mount. */
  | { readonly kind: 'web-identity' }
  /** AWS_ACCESS_KEY_ID and its companions. */
  | { readonly kind: 'environment' }
  /** A profile of the shared credentials and config files, or of the one `file` (relative to the connection file). */
  | { readonly kind: 'profile'; readonly name: string; readonly file: string | undefined };

export type BaseResult =
  | BaseIdentity
  | { readonly kind: 'none' }
  | { readonly kind: 'contradiction'; readonly problem: PropertyProblem };

/** The base identity that a connection names; never one that its surroundings would offer. */
export function baseIdentityOf(connection: PropertyValues): BaseResult {
  const accessKeyId = text(connection.accessKey);
  const secretAccessKey = text(connection.secretKey);
  const named = text(connection.baseIdentity);
  const profileFile = text(connection.credentialProfileFilePath);
  const hasKeys = accessKeyId !== undefined || secretAccessKey !== undefined;
  const usesEc2Role = connection.useEc2RoleToAssumeRole === true;
  if (profileFile !== undefined && !named?.startsWith(profilePrefix)) {
    return contradiction('PROFILE_FILE_WITHOUT_PROFILE', 'credentialProfileFilePath');
  }
  if (usesEc2Role && hasKeys) return contradiction('EC2_WITH_KEYS', 'useEc2RoleToAssumeRole');
  if (named !== undefined && hasKeys) return contradiction('BASE_IDENTITY_WITH_KEYS', 'baseIdentity');
  if (named !== undefined && usesEc2Role) return contradiction('BASE_IDENTITY_WITH_EC2', 'baseIdentity');
  if (named !== undefined) return namedBase(named, profileFile);
  if (usesEc2Role) return { kind: 'ec2-role' };
  if (accessKeyId === undefined && secretAccessKey === undefined) return { kind: 'none' };
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    return contradiction('INCOMPLETE_KEYS', accessKeyId === undefined ? 'secretKey' : 'accessKey');
  }
  return { kind: 'iam-user', keys: { accessKeyId, secretAccessKey } };
}

const profilePrefix = 'profile:';

/** `baseIdentity`, whose pattern its schema has checked unless it came from the environment or a file. */
function namedBase(named: string, file: string | undefined): BaseResult {
  switch (named) {
    case 'container':
    case 'environment':
      return { kind: named };
    case 'webIdentity':
      return { kind: 'web-identity' };
    default: {
      const name = named.slice(profilePrefix.length);
      if (named.startsWith(profilePrefix) && name !== '') return { kind: 'profile', name, file };
      return contradiction('BASE_IDENTITY_UNKNOWN', 'baseIdentity');
    }
  }
}

function contradiction(code: Parameters<typeof identityProblem>[0], property: string): BaseResult {
  return { kind: 'contradiction', problem: identityProblem(code, 'connection', property) };
}

import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { SandboxConfig } from './config.js';
import type { Credentials, Principals } from './principals.js';

/** The instance's role session lasts this long, scaled (EC2 User Guide, "Retrieve security credentials from instance metadata"). */
const ROLE_SESSION_MS = 6 * 3600 * 1000;
const MAX_TOKEN_SECONDS = 21_600;

export interface MetadataReply {
  readonly operation: string;
  readonly status: number;
  readonly body: string;
  readonly credentials: Credentials | undefined;
}

export interface InstanceMetadata {
  answer(request: IncomingMessage, path: string, now: number): MetadataReply;
}

/** Instance metadata, version 2 only: every read needs a token that a PUT has given. */
export function instanceMetadata(config: SandboxConfig, principals: Principals): InstanceMetadata {
  const tokens = new Map<string, number>();
  let session: Credentials | undefined;

  function roleSession(roleArn: string, now: number): Credentials {
    const lifetime = ROLE_SESSION_MS * config.sessionTimeScale;
    if (!session || session.expiration - now < lifetime / 12) {
      session = principals.begin({
        roleArn,
        sessionName: 'i-0123456789abcdef0',
        expiration: now + lifetime,
        sessionPolicy: undefined,
        sourceIdentity: undefined,
        tags: {},
        transitiveTagKeys: [],
      });
    }
    return session;
  }

  return {
    answer(request, path, now) {
      const plain = (operation: string, status: number, body = ''): MetadataReply => ({
        operation,
        status,
        body,
        credentials: undefined,
      });
      if (path === '/latest/api/token') {
        const seconds = Number(request.headers['x-aws-ec2-metadata-token-ttl-seconds']);
        if (request.method !== 'PUT') return plain('PutToken', 405);
        if (!(seconds >= 1 && seconds <= MAX_TOKEN_SECONDS) || request.headers['x-forwarded-for'] !== undefined)
          return plain('PutToken', 400);
        const token = randomBytes(32).toString('base64url');
        tokens.set(token, now + seconds * 1000);
        return plain('PutToken', 200, token);
      }
      const given = request.headers['x-aws-ec2-metadata-token'];
      const operation = path.includes('security-credentials') ? 'GetRoleCredentials' : 'GetMetadata';
      if (request.method !== 'GET') return plain(operation, 405);
      if (typeof given !== 'string' || !((tokens.get(given) ?? 0) > now)) return plain(operation, 401);
      const folder = '/latest/meta-data/iam/security-credentials/';
      const { instanceRole } = config;
      if (!path.startsWith(folder) && path !== folder.slice(0, -1)) return plain(operation, 404);
      if (instanceRole === undefined) return plain(operation, 404);
      const name = instanceRole.split('/').at(-1) ?? '';
      const asked = path.slice(folder.length);
      if (asked === '') return plain('ListRoles', 200, name);
      if (asked !== name) return plain(operation, 404);
      const credentials = roleSession(instanceRole, now);
      const body = JSON.stringify({
        Code: 'Success',
        Type: 'AWS-HMAC',
        LastUpdated: new Date(now).toISOString(),
        AccessKeyId: credentials.accessKeyId,
        SecretAccessKey: credentials.secretKey,
        Token: credentials.token,
        Expiration: new Date(credentials.expiration).toISOString(),
      });
      return { operation, status: 200, body, credentials };
    },
  };
}

import { randomBytes } from 'node:crypto';
import { applyFault, type Exchange, type FaultWording, type Outcome, type SandboxState } from './exchange.js';
import type { Delivery } from './faults.js';
import { noBody, type Reply } from './http/reply.js';
import { machineSession } from './machine-session.js';
import type { Role } from './principals.js';
import { ServiceError } from './service-error.js';
import { headerOf } from './signature/request-line.js';
import { secondsText } from './sts/assume-role.js';

const INSTANCE_ID = 'i-0123456789abcdef0';
/** EC2 user guide, IMDSv2: a token lives six hours at most. */
const MAX_TOKEN_SECONDS = 21_600;
const MAX_TOKENS = 1000;
const CREDENTIALS_PATH = '/latest/meta-data/iam/security-credentials/';

const wording: FaultWording = {
  throttled: () => new ServiceError(503, 'ServiceUnavailable', 'Service Unavailable'),
  failed: () => new ServiceError(500, 'InternalServerError', 'Internal Server Error'),
  expired: () => new ServiceError(401, 'Unauthorized', 'Unauthorized'),
};

/** The machine's metadata service, version 2 alone (EC2 user guide, instance metadata). */
export function instanceMetadata(region: string): (state: SandboxState, exchange: Exchange) => Outcome {
  const tokens = new Map<string, number>();
  const currentSession = machineSession(INSTANCE_ID);

  const issueToken = ({ head }: Exchange, now: number): Reply => {
    const ttl = headerOf(head.headers, 'x-aws-ec2-metadata-token-ttl-seconds') ?? '';
    const seconds = Number(ttl);
    if (!/^\d{1,5}$/.test(ttl) || seconds < 1 || seconds > MAX_TOKEN_SECONDS)
      throw new ServiceError(400, 'BadRequest', 'Bad Request');
    // Requests that came through a proxy could be made by someone else than the machine.
    if (head.headers['x-forwarded-for'] !== undefined) throw new ServiceError(403, 'Forbidden', 'Forbidden');
    const token = randomBytes(40).toString('base64');
    tokens.set(token, now + seconds * 1000);
    if (tokens.size > MAX_TOKENS) {
      const [oldest] = tokens.keys();
      tokens.delete(oldest);
    }
    return textReply(token, { 'x-aws-ec2-metadata-token-ttl-seconds': ttl });
  };

  const roleCredentials = (state: SandboxState, { entry }: Exchange, role: Role): Reply => {
    const { accessKeyId, secretAccessKey, token, principal } = currentSession(state, role);
    entry.roleArn = role.arn;
    entry.sessionName = principal.sessionName;
    const document = {
      Code: 'Success',
      LastUpdated: secondsText(principal.issuedAt),
      Type: 'AWS-HMAC',
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      Token: token,
      Expiration: secondsText(principal.expiresAt),
    };
    return textReply(JSON.stringify(document, null, 2));
  };

  const read = (state: SandboxState, exchange: Exchange, operation: Operation): Reply => {
    const { head } = exchange;
    const until = tokens.get(headerOf(head.headers, 'x-aws-ec2-metadata-token') ?? '');
    if (until === undefined || until <= state.now()) throw new ServiceError(401, 'Unauthorized', 'Unauthorized');
    const role = state.principals.instanceRole;
    switch (operation) {
      case 'GetRoleName':
        if (role) return textReply(role.name);
        throw notFound();
      case 'GetRoleCredentials':
        if (role && head.path === CREDENTIALS_PATH + role.name) return roleCredentials(state, exchange, role);
        throw notFound();
      case 'GetRegion':
        return textReply(region);
      case 'GetInstanceIdentity':
        return textReply(
          JSON.stringify({ accountId: role?.account, region, instanceId: INSTANCE_ID, version: '2017-09-30' }, null, 2),
        );
      case 'PutToken':
      case 'Unknown':
        throw notFound();
    }
  };

  return (state, exchange) => {
    const { head, entry } = exchange;
    let delivery: Delivery = { kind: 'whole' };
    try {
      const operation = operationOf(head.method, head.path);
      entry.operation = operation;
      delivery = applyFault(state, { service: 'imds', operation }, undefined, wording);
      return {
        reply: operation === 'PutToken' ? issueToken(exchange, state.now()) : read(state, exchange, operation),
        delivery,
      };
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      entry.code = error.code;
      const reply =
        head.method === 'HEAD'
          ? { status: error.status, headers: {}, body: noBody }
          : { ...textReply(error.message), status: error.status };
      return { reply, delivery };
    }
  };
}

type Operation = 'PutToken' | 'GetRoleName' | 'GetRoleCredentials' | 'GetRegion' | 'GetInstanceIdentity' | 'Unknown';

function operationOf(method: string, path: string): Operation {
  if (method === 'PUT') return path === '/latest/api/token' ? 'PutToken' : 'Unknown';
  if (method !== 'GET') return 'Unknown';
  if (`${path}/` === CREDENTIALS_PATH || path === CREDENTIALS_PATH) return 'GetRoleName';
  if (path.startsWith(CREDENTIALS_PATH)) return 'GetRoleCredentials';
  if (path === '/latest/meta-data/placement/region') return 'GetRegion';
  return path === '/latest/dynamic/instance-identity/document' ? 'GetInstanceIdentity' : 'Unknown';
}

function notFound(): ServiceError {
  return new ServiceError(404, 'NotFound', 'Not Found');
}

function textReply(text: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return {
    status: 200,
    headers: { 'Content-Type': 'text/plain', ...headers },
    body: { kind: 'bytes', bytes: Buffer.from(text) },
  };
}

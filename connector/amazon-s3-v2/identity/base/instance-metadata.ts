/**
 * IMDSv2, as the EC2 user guide describes it: a token by PUT, then the credentials of the instance's role. The provider of
 * the SDK is not used because it takes its endpoint from ~/.aws/config, prolongs credentials that have expired, and reports
 * a hop limit that is too low as a blocked fall-back to version 1.
 */
import type { Clock } from '../../../../runtime/connector-api.js';
import { amazonS3V2Error } from '../../errors.js';
import type { TemporaryKeys } from '../temporary-keys.js';
import { credentialsIn, refusalIn } from './credentials-answer.js';
import { askLocalService, type LocalAnswer } from './link-local-service.js';

const tokenSeconds = 21_600;

const rolePath = '/latest/meta-data/iam/security-credentials/';

/**
 * The current credentials of the role of this EC2 instance. Throws `INSTANCE_METADATA_UNREACHABLE`,
 * `INSTANCE_METADATA_DISABLED`, `INSTANCE_ROLE_MISSING` and `INSTANCE_ROLE_UNUSABLE`.
 */
export async function instanceRoleKeys(endpoint: string, clock: Clock, signal: AbortSignal): Promise<TemporaryKeys> {
  async function ask(method: 'GET' | 'PUT', path: string, headers: Record<string, string>): Promise<LocalAnswer> {
    const answer = await askLocalService(metadataUrl(endpoint, path), method, headers, clock, signal);
    if (!('failure' in answer)) return answer;
    const what = `the instance metadata service at ${endpoint}: ${answer.failure}`;
    throw amazonS3V2Error('INSTANCE_METADATA_UNREACHABLE', what);
  }
  const token = await ask('PUT', '/latest/api/token', { 'x-aws-ec2-metadata-token-ttl-seconds': String(tokenSeconds) });
  if (token.status !== 200) {
    throw amazonS3V2Error('INSTANCE_METADATA_DISABLED', `${endpoint} gives no IMDSv2 token (HTTP ${token.status})`);
  }
  const authorized = { 'x-aws-ec2-metadata-token': token.body };
  const roles = await ask('GET', rolePath, authorized);
  const role = roles.body.split('\n')[0].trim();
  if (roles.status === 404 || (roles.status === 200 && role === '')) {
    throw amazonS3V2Error('INSTANCE_ROLE_MISSING', 'the EC2 instance has no role that could assume another one');
  }
  if (roles.status !== 200) {
    throw amazonS3V2Error('INSTANCE_METADATA_DISABLED', `${endpoint} does not name the role (HTTP ${roles.status})`);
  }
  const answer = await ask('GET', rolePath + encodeURIComponent(role), authorized);
  const keys = answer.status === 200 ? credentialsIn(answer.body) : undefined;
  if (keys) return keys;
  const why = refusalIn(answer.body);
  const what = `${endpoint} gives no usable credentials of the role ${role} (HTTP ${answer.status})`;
  throw amazonS3V2Error('INSTANCE_ROLE_UNUSABLE', why === undefined ? what : `${what}: ${why}`);
}

/** Throws `INSTANCE_METADATA_UNREACHABLE` where AWS_EC2_METADATA_SERVICE_ENDPOINT is no http or https URL. */
export function metadataUrl(endpoint: string, path: string): URL {
  const url = URL.canParse(path, endpoint) ? new URL(path, endpoint) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw amazonS3V2Error('INSTANCE_METADATA_UNREACHABLE', 'AWS_EC2_METADATA_SERVICE_ENDPOINT is no http URL');
}

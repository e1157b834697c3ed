/**
 * IMDSv2, as the EC2 user guide describes it: a token by PUT, then the credentials of the instance's role. The provider of
 * the SDK is not used because it takes its endpoint from ~/.aws/config, prolongs credentials that have expired, and reports
 * a hop limit that is too low as a blocked fall-back to version 1.
 */
import { request } from 'node:http';
import type { Clock } from '../../../../runtime/connector-api.js';
import { amazonS3V2Error } from '../../errors.js';
import type { TemporaryKeys } from '../temporary-keys.js';

/** A link-local service answers in milliseconds or not at all. */
const timeout = 2000;
const maximumTries = 3;
const maximumAnswer = 64 * 1024;
const tokenSeconds = 21_600;

const rolePath = '/latest/meta-data/iam/security-credentials/';

/**
 * The current credentials of the role of this EC2 instance, and when they expire (milliseconds since the epoch).
 * Throws `INSTANCE_METADATA_UNREACHABLE` and `INSTANCE_ROLE_MISSING`.
 */
export async function instanceRoleKeys(endpoint: string, clock: Clock, signal: AbortSignal): Promise<TemporaryKeys> {
  const ask = (method: 'GET' | 'PUT', path: string, headers: Record<string, string>) =>
    withTries(endpoint, clock, signal, () => exchange(new URL(path, endpoint), method, headers, signal));
  const token = await ask('PUT', '/latest/api/token', { 'x-aws-ec2-metadata-token-ttl-seconds': String(tokenSeconds) });
  if (token.status !== 200) {
    throw amazonS3V2Error('INSTANCE_METADATA_UNREACHABLE', `${endpoint} gives no IMDSv2 token (HTTP ${token.status})`);
  }
  const authorized = { 'x-aws-ec2-metadata-token': token.body };
  const roles = await ask('GET', rolePath, authorized);
  const role = roles.body.split('\n')[0].trim();
  if (roles.status === 404 || role === '') {
    throw amazonS3V2Error('INSTANCE_ROLE_MISSING', 'the EC2 instance has no role that could assume another one');
  }
  const answer = await ask('GET', rolePath + encodeURIComponent(role), authorized);
  const keys = answer.status === 200 ? parseKeys(answer.body) : undefined;
  if (!keys) {
    const what = `no usable credentials of the role ${role} (HTTP ${answer.status})`;
    throw amazonS3V2Error('INSTANCE_METADATA_UNREACHABLE', `${endpoint} gives ${what}`);
  }
  return keys;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function withTries(
  endpoint: string,
  clock: Clock,
  signal: AbortSignal,
  attempt: () => Promise<Answer>,
): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    let reason: string;
    try {
      const answer = await attempt();
      if (answer.status < 500) return answer;
      reason = `HTTP ${answer.status}`;
    } catch (error) {
      signal.throwIfAborted();
      reason = error instanceof Error ? error.message : String(error);
    }
    if (tries === maximumTries) {
      throw amazonS3V2Error('INSTANCE_METADATA_UNREACHABLE', `the instance metadata service at ${endpoint}: ${reason}`);
    }
    await clock.sleep(200 * tries, signal);
  }
}

function exchange(
  url: URL,
  method: 'GET' | 'PUT',
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, timeout, signal, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
        if (body.length > maximumAnswer) sent.destroy(new Error('the answer is too long'));
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.on('error', reject);
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${timeout / 1000} s`)));
    sent.on('error', reject);
    sent.end();
  });
}

function parseKeys(text: string): TemporaryKeys | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof answer !== 'object' || answer === null) return undefined;
  const [code, accessKeyId, secretAccessKey, sessionToken, expiration] = [
    'Code',
    'AccessKeyId',
    'SecretAccessKey',
    'Token',
    'Expiration',
  ].map((name) => String(Reflect.get(answer, name)));
  const expiresAt = Date.parse(expiration);
  if (code !== 'Success' || Number.isNaN(expiresAt)) return undefined;
  return { accessKeyId, secretAccessKey, sessionToken, expiresAt };
}

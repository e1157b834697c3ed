/**
 * The role of an ECS task or of an EKS pod (pod identity), from the endpoint that the container runtime names in the
 * environment. The providers of the SDK are not used: they read process.env where an option is unset, repeat refusals as if
 * they were failures with waits that nothing can end, and throw away what the endpoint says.
 */
import type { Clock } from '../../../../runtime/connector-api.js';
import { amazonS3V2Error } from '../../errors.js';
import type { TemporaryKeys } from '../temporary-keys.js';
import { variable } from './base-surroundings.js';
import { credentialsIn, refusalIn } from './credentials-answer.js';
import { askLocalService } from './link-local-service.js';
import { tokenIn } from './token-file.js';

const relativeUri = 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI';
const fullUri = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
const tokenFile = 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE';
const tokenVariable = 'AWS_CONTAINER_AUTHORIZATION_TOKEN';

/** Where the agent of ECS listens (ECS developer guide, task IAM role). */
const ecsEndpoint = 'http://169.254.170.2';

/** Hosts that credentials may come from over plain HTTP (SDKs and tools reference guide, container credential provider). */
const plainHosts = /^(127(\.\d{1,3}){3}|\[::1\]|localhost|169\.254\.170\.2|169\.254\.170\.23|\[fd00:ec2::23\])$/;

/** The request that gets the credentials of the container. */
export interface ContainerRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The current credentials of the container's role. Throws what `containerRequest` does, `CONTAINER_CREDENTIALS_UNREACHABLE`
 * and `CONTAINER_CREDENTIALS_REFUSED`.
 */
export async function containerKeys(
  environment: NodeJS.ProcessEnv,
  clock: Clock,
  signal: AbortSignal,
): Promise<TemporaryKeys> {
  const { url, headers } = containerRequest(environment);
  const answer = await askLocalService(url, 'GET', headers, clock, signal);
  if ('failure' in answer) {
    const what = `the container credentials endpoint ${url.origin}: ${answer.failure}`;
    throw amazonS3V2Error('CONTAINER_CREDENTIALS_UNREACHABLE', what);
  }
  const keys = answer.status === 200 ? credentialsIn(answer.body) : undefined;
  if (keys) return keys;
  const why = refusalIn(answer.body);
  const what = `${url.origin} gives no credentials of the container's role (HTTP ${answer.status})`;
  throw amazonS3V2Error('CONTAINER_CREDENTIALS_REFUSED', why === undefined ? what : `${what}: ${why}`);
}

/**
 * What the environment says of the endpoint; the relative URI wins, as everywhere. Throws `BASE_VARIABLES_MISSING`,
 * `CONTAINER_ENDPOINT_NOT_ALLOWED` and `BASE_TOKEN_UNUSABLE`.
 */
export function containerRequest(environment: NodeJS.ProcessEnv): ContainerRequest {
  const relative = variable(environment, relativeUri);
  const full = variable(environment, fullUri);
  if (relative === undefined && full === undefined) {
    const what = `baseIdentity is "container", and neither ${relativeUri} nor ${fullUri} is set`;
    throw amazonS3V2Error('BASE_VARIABLES_MISSING', what);
  }
  const url = relative === undefined ? parsed(full ?? '') : onEcs(relative);
  if (!url || (url.protocol !== 'https:' && !(url.protocol === 'http:' && plainHosts.test(url.hostname)))) {
    const what = `${relative === undefined ? fullUri : relativeUri} names no endpoint that credentials may come from`;
    throw amazonS3V2Error('CONTAINER_ENDPOINT_NOT_ALLOWED', what);
  }
  return { url, headers: authorization(environment) };
}

function onEcs(path: string): URL | undefined {
  // Appended to the host, a path without its slash could make another host of it.
  return path.startsWith('/') ? parsed(ecsEndpoint + path) : undefined;
}

function parsed(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function authorization(environment: NodeJS.ProcessEnv): Record<string, string> {
  const file = variable(environment, tokenFile);
  if (file !== undefined) return { authorization: tokenIn(file, tokenFile) };
  const token = variable(environment, tokenVariable);
  if (token === undefined) return {};
  if (!/^[\x20-\x7e]+$/.test(token)) {
    throw amazonS3V2Error('BASE_TOKEN_UNUSABLE', `${tokenVariable} holds characters that no token has`);
  }
  return { authorization: token };
}

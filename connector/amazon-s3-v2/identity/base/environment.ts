import type { CrossroleError } from '../../../../runtime/connector-api.js';
import { amazonS3V2Error } from '../../errors.js';
import type { AccessKeys } from './base-identity.js';
import { variable } from './base-surroundings.js';

/**
 * The keys in AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, for a session, AWS_SESSION_TOKEN. Nothing can renew them while
 * the process lives. Throws `BASE_VARIABLES_MISSING`.
 */
export function environmentKeys(environment: NodeJS.ProcessEnv): AccessKeys {
  const accessKeyId = variable(environment, 'AWS_ACCESS_KEY_ID');
  const secretAccessKey = variable(environment, 'AWS_SECRET_ACCESS_KEY');
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw missingVariables(environment, ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']);
  }
  const sessionToken = variable(environment, 'AWS_SESSION_TOKEN');
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

/** Names those of `names` that are not set; never the value of one that is. */
export function missingVariables(environment: NodeJS.ProcessEnv, names: readonly string[]): CrossroleError {
  const missing = names.filter((name) => variable(environment, name) === undefined);
  const what = `the base identity needs ${missing.join(' and ')}, which the environment does not have`;
  return amazonS3V2Error('BASE_VARIABLES_MISSING', what);
}

import { serviceError } from '../storage/service-error.js';
import type { StsAccess } from './assume-role.js';
import type { AccessKeys } from './base/base-identity.js';
import { callerArn } from './caller-identity.js';
import { isUnknownCall, stsFailure } from './sts-failure.js';
import type { TemporaryKeys } from './temporary-keys.js';

/**
 * The ARN that belongs to keys; undefined where the service has no GetCallerIdentity, as some S3-compatible storage. Throws
 * the errors of `stsFailure`.
 */
export async function knownCaller(
  keys: () => Promise<AccessKeys | TemporaryKeys>,
  access: StsAccess,
): Promise<string | undefined> {
  try {
    return await callerArn(keys, access);
  } catch (error) {
    access.signal.throwIfAborted();
    const failure = serviceError(error);
    if (!failure) throw error;
    if (isUnknownCall(failure)) return undefined;
    throw stsFailure(failure, { call: 'GetCallerIdentity', endpoint: access.endpoint });
  }
}

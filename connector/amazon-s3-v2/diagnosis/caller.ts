import type { StsAccess } from '../identity/assume-role.js';
import type { AccessKeys } from '../identity/base/base-identity.js';
import { callerArn } from '../identity/caller-identity.js';
import { isUnknownCall, stsFailure } from '../identity/sts-failure.js';
import type { TemporaryKeys } from '../identity/temporary-keys.js';
import { serviceError } from '../storage/service-error.js';

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

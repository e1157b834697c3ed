import type { STSClient } from '@aws-sdk/client-sts';
import { clientSettings } from '../storage/client-settings.js';
import { withDeadline, withRetries } from '../storage/retry.js';
import { serviceError } from '../storage/service-error.js';
import type { StsAccess } from './assume-role.js';
import type { AccessKeys } from './base/base-identity.js';
import { warningOfClock } from './clock-skew.js';
import { isUnknownCall, stsFailure } from './sts-failure.js';
import type { TemporaryKeys } from './temporary-keys.js';

export interface CallerIdentity {
  readonly arn: string;
  readonly account: string;
}

/** Milliseconds for one answer of STS. */
const answerWithin = 15_000;

/**
 * Whose keys these are, by GetCallerIdentity, which needs no permission. Undefined where the service does not know the call,
 * as some S3-compatible storage. Throws the errors of `stsFailure`.
 */
export async function callerIdentity(
  keys: AccessKeys | TemporaryKeys,
  { region, endpoint, clock, signal, warn }: StsAccess,
): Promise<CallerIdentity | undefined> {
  const { STSClient, GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
  const client: STSClient = new STSClient({ ...clientSettings(region, endpoint), credentials: keys });
  try {
    const { Arn = '', Account = '' } = await withRetries(clock, signal, () =>
      withDeadline(clock, answerWithin, signal, (abortSignal) =>
        warningOfClock(warn, () => client.send(new GetCallerIdentityCommand({}), { abortSignal })),
      ),
    );
    return { arn: Arn, account: Account };
  } catch (error) {
    signal.throwIfAborted();
    const failure = serviceError(error);
    if (!failure) throw error;
    if (isUnknownCall(failure)) return undefined;
    throw stsFailure(failure, { call: 'GetCallerIdentity', endpoint });
  } finally {
    client.destroy();
  }
}

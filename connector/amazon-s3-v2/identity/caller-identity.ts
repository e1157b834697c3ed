import { clientSettings } from '../storage/client-settings.js';
import { withDeadline, withRetries } from '../storage/retry.js';
import { answerWithin, type StsAccess } from './assume-role.js';
import { readBareErrors } from './bare-sts-error.js';
import type { AccessKeys } from './base/base-identity.js';
import { warningOfClock } from './clock-skew.js';
import type { TemporaryKeys } from './temporary-keys.js';

/**
 * The ARN that belongs to keys, by GetCallerIdentity: a request that needs no permission, so that everyone may know who they
 * are. Throws what the SDK throws.
 */
export async function callerArn(
  keys: () => Promise<AccessKeys | TemporaryKeys>,
  { region, endpoint, network, clock, signal, warn }: StsAccess,
): Promise<string> {
  const { STSClient, GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
  const client = new STSClient({
    ...clientSettings(region, endpoint, network),
    credentials: async () => ({ ...(await keys()), expiration: new Date(0) }),
  });
  readBareErrors(client);
  try {
    const { Arn = '' } = await withRetries(clock, signal, () =>
      withDeadline(clock, answerWithin, signal, (abortSignal) =>
        warningOfClock(warn, () => client.send(new GetCallerIdentityCommand({}), { abortSignal })),
      ),
    );
    return Arn;
  } finally {
    client.destroy();
  }
}

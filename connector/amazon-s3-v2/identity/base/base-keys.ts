import type { Clock } from '../../../../runtime/connector-api.js';
import type { TemporaryKeys } from '../temporary-keys.js';
import type { AccessKeys, BaseIdentity } from './base-identity.js';
import { instanceRoleKeys } from './instance-metadata.js';

/** AWS renews the credentials of an instance at least 5 minutes before the old ones end (EC2 user guide). */
const renewBefore = 5 * 60_000;

/** The keys of a base identity, as they are when asked for. */
export interface BaseKeys {
  current(): Promise<AccessKeys | TemporaryKeys>;
  /** Forgets what was fetched: the next call asks the instance metadata service again. */
  forget(): void;
  /** Whether other keys may come after those that were refused. */
  readonly renewable: boolean;
}

export function baseKeys(base: BaseIdentity, metadataEndpoint: string, clock: Clock, signal: AbortSignal): BaseKeys {
  switch (base.kind) {
    case 'iam-user':
      return { current: async () => base.keys, forget: () => {}, renewable: false };
    case 'ec2-role': {
      let fetched: TemporaryKeys | undefined;
      return {
        async current() {
          if (!fetched || fetched.expiresAt - clock.now() < renewBefore) {
            fetched = await instanceRoleKeys(metadataEndpoint, clock, signal);
          }
          return fetched;
        },
        forget: () => {
          fetched = undefined;
        },
        renewable: true,
      };
    }
  }
}

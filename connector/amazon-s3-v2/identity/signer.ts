import type { AccessKeys } from './base/base-identity.js';
import type { TemporaryKeys } from './temporary-keys.js';

/** Keys that sign the requests of a side, and who they belong to. */
export interface Signer {
  readonly keys: AccessKeys | TemporaryKeys;
  /** How messages name it: the ARN of the session, or the key of the user. */
  readonly principal: string;
  /** Monotonic milliseconds; undefined for keys that never end. */
  readonly endsAt: number | undefined;
}

import type { Clock } from '../../../../runtime/connector-api.js';
import type { TemporaryKeys } from '../temporary-keys.js';
import type { AccessKeys } from './base-identity.js';
import type { BaseKeys } from './base-keys.js';

/** AWS has new credentials of instances and containers at least 5 minutes before the old ones end (EC2 user guide). */
const renewBefore = 5 * 60_000;

/**
 * Keys that are fetched, held while they last and fetched again ahead of their end. A fetch that fails while the old ones
 * last is not fatal. Keys without a known end are fetched for every AssumeRole, that is once in the lifetime of a session:
 * whoever rotates them in mid-run is followed. Keys that have ended by this machine's clock are used all the same: the clock
 * may be off, AWS keeps services of this kind answering with old ones while they are disturbed, and STS knows.
 */
export function heldKeys(name: string, fetch: () => Promise<AccessKeys | TemporaryKeys>, clock: Clock): BaseKeys {
  let held: TemporaryKeys | undefined;
  const remaining = (keys: TemporaryKeys) => keys.expiresAt - clock.now();

  return {
    async current() {
      if (held && remaining(held) >= renewBefore) return held;
      try {
        const keys = await fetch();
        held = 'expiresAt' in keys ? keys : undefined;
        return keys;
      } catch (error) {
        if (held && remaining(held) > 0) return held;
        throw error;
      }
    },
    forget() {
      held = undefined;
    },
    renewable: true,
    name,
    calls: () => 0,
    close: () => {},
  };
}

import type { Clock } from '../../../runtime/connector-api.js';
import type { RoleAssumer } from './assume-role.js';
import type { BaseKeys } from './base/base-keys.js';
import { type SessionHolder, sessionHolder } from './session-holder.js';
import type { Signer } from './signer.js';

/**
 * The session of one role as the caller of the next. It has a session holder of its own, so that it is asked for again only
 * when it has ended.
 * @param caller who assumes the role; its calls count, and it is closed together with the session
 */
export function sessionKeys(
  name: string,
  assumer: RoleAssumer,
  caller: Pick<BaseKeys, 'calls' | 'close'> | undefined,
  clock: Clock,
): BaseKeys {
  return {
    ...heldSessionKeys(sessionHolder(assumer, clock)),
    name,
    calls: () => assumer.calls() + (caller?.calls() ?? 0),
    close() {
      assumer.close();
      caller?.close();
    },
  };
}

/** The keys of a session that somebody else holds. */
export function heldSessionKeys(holder: SessionHolder): Pick<BaseKeys, 'current' | 'forget' | 'renewable'> {
  let refused: Signer | undefined;
  return {
    async current() {
      const session = refused ? await holder.replace(refused) : await holder.current();
      refused = undefined;
      return session.keys;
    },
    forget() {
      refused = holder.held();
    },
    renewable: true,
  };
}

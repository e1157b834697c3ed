import { type AssumedRole, type RoleAssumer, roleAssumer, type StsAccess } from './assume-role.js';
import type { BaseKeys } from './base/base-keys.js';
import type { RoleHop } from './role-request.js';
import { type SessionHolder, sessionHolder } from './session-holder.js';
import type { SessionTag } from './session-tags.js';
import type { Signer } from './signer.js';

/** A role that is assumed through others, which most are not. */
export interface ChainedRole extends AssumedRole {
  readonly through: readonly RoleHop[];
}

/** Sessions on the way sign nothing but the next AssumeRole: they need not be long. Seconds. */
const longestOnTheWay = 900;

/**
 * Asks for sessions of a role, from the base identity or through the sessions of other roles. Every hop has a session holder
 * of its own, so one is asked for again only when it has ended; only the last carries the session policy.
 */
export function chainedAssumer({ through, ...role }: ChainedRole, base: BaseKeys, access: StsAccess): RoleAssumer {
  const onTheWay: RoleAssumer[] = [];
  let caller = base;
  for (const [hop, { roleArn, externalId }] of through.entries()) {
    const duration = Math.min(role.duration, longestOnTheWay);
    const further = inheritance(hop, role.tags, role.sourceIdentity);
    const assumer = roleAssumer(
      { ...role, ...further, roleArn, externalId, duration, policy: undefined },
      caller,
      access,
    );
    onTheWay.push(assumer);
    caller = sessionKeys(sessionHolder(assumer, access.clock));
  }
  const last = roleAssumer({ ...role, ...inheritance(through.length, role.tags, role.sourceIdentity) }, caller, access);
  return {
    assume: last.assume,
    calls: () => [...onTheWay, last].reduce((sum, assumer) => sum + assumer.calls(), 0),
    close() {
      for (const assumer of [...onTheWay, last]) assumer.close();
    },
  };
}

/** What AWS hands down by itself is sent with the first hop alone: repeated, transitive tags are refused (STS API reference). */
function inheritance(
  hop: number,
  tags: readonly SessionTag[],
  sourceIdentity: string | undefined,
): Pick<AssumedRole, 'tags' | 'sourceIdentity'> {
  if (hop === 0) return { tags, sourceIdentity };
  return { tags: tags.filter(({ transitive }) => !transitive), sourceIdentity: undefined };
}

/** The session of one hop as the caller of the next. */
function sessionKeys(holder: SessionHolder): BaseKeys {
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

import { type AssumedRole, type RoleAssumer, roleAssumer, type StsAccess } from './assume-role.js';
import type { BaseKeys } from './base/base-keys.js';
import type { RoleHop } from './role-request.js';
import { sessionKeys } from './session-keys.js';
import type { SessionTag } from './session-tags.js';

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
  let caller = base;
  for (const [hop, { roleArn, externalId }] of through.entries()) {
    const duration = Math.min(role.duration, longestOnTheWay);
    const further = inheritance(hop, role.tags, role.sourceIdentity);
    const assumed = { ...role, ...further, roleArn, externalId, duration, policy: undefined };
    caller = sessionKeys(`the session of ${roleArn}`, roleAssumer(assumed, caller, access), caller, access.clock);
  }
  const last = roleAssumer({ ...role, ...inheritance(through.length, role.tags, role.sourceIdentity) }, caller, access);
  return {
    assume: last.assume,
    calls: () => caller.calls() + last.calls(),
    close() {
      caller.close();
      last.close();
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

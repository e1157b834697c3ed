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

/** What STS is asked for on the way to a role, hop by hop; only the last carries the session policy. */
export function hopsOf({ through, ...role }: ChainedRole): AssumedRole[] {
  const onTheWay = through.map(({ roleArn, externalId }, hop) => ({
    ...role,
    ...inheritance(hop, role.tags, role.sourceIdentity),
    roleArn,
    externalId,
    duration: Math.min(role.duration, longestOnTheWay),
    policy: undefined,
  }));
  return [...onTheWay, { ...role, ...inheritance(through.length, role.tags, role.sourceIdentity) }];
}

/**
 * Asks for sessions of a role, from the base identity or through the sessions of other roles. Every hop has a session holder
 * of its own, so one is asked for again only when it has ended.
 */
export function chainedAssumer(role: ChainedRole, base: BaseKeys, access: StsAccess): RoleAssumer {
  const hops = hopsOf(role);
  let caller = base;
  for (const hop of hops.slice(0, -1)) {
    caller = sessionKeys(`the session of ${hop.roleArn}`, roleAssumer(hop, caller, access), caller, access.clock);
  }
  const last = roleAssumer(hops[hops.length - 1], caller, access);
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

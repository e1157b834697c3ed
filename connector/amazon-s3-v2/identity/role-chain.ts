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
  const assumers: RoleAssumer[] = [];
  let caller = base;
  for (const hop of hopsOf(role)) {
    const assumer = roleAssumer(hop, caller, access);
    assumers.push(assumer);
    caller = sessionKeys(sessionHolder(assumer, access.clock));
  }
  return {
    assume: () => assumers[assumers.length - 1].assume(),
    calls: () => assumers.reduce((sum, assumer) => sum + assumer.calls(), 0),
    close() {
      for (const assumer of assumers) assumer.close();
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
export function sessionKeys(holder: SessionHolder): BaseKeys {
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

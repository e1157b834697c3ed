import type { CrossroleError, Fix } from '../../../runtime/connector-api.js';
import { amazonS3V2Error } from '../errors.js';
import { inWords, policyPrincipal } from '../identity/role-arn.js';
import { assumeStatement, type HopScope, trustStatement } from '../identity/statements.js';
import { causeOf, type ServiceError } from '../storage/service-error.js';
import { type PolicyKind, refusalOf } from './refusal.js';

/**
 * Why AssumeRole is refused, as far as STS tells. Of a caller in the role's own account it names the kind of policy, of any
 * other it says only what was refused.
 * @param callerArn used where the answer does not name the caller
 */
export function assumeRoleDenied(failure: ServiceError, hop: HopScope, callerArn: string | undefined): CrossroleError {
  const { principal = callerArn, action, reason } = refusalOf(failure.message);
  const asked = askedFor(hop, action);
  const fixes = principal === undefined ? [] : fixesOf(asked, callerArn ?? policyPrincipal(principal));
  const { roleArn } = hop;
  const details = { cause: causeOf(failure) };
  const message = `STS refuses to assume ${roleArn}: ${failure.message}`;

  if (reason.kind === 'denied') {
    const remedy = `A statement with "Effect": "Deny" in ${policyOf(reason.policy, roleArn)} refuses it, which no other statement can undo: remove it, or narrow it down so that it spares this caller.`;
    return amazonS3V2Error('ASSUME_ROLE_DENIED', message, { ...details, remedy });
  }
  const isMissingAtCaller =
    reason.kind === 'missing' && reason.policy !== 'trust' && reason.policy !== 'resource-based';
  const sorted = isMissingAtCaller ? fixes.toReversed().slice(0, 1) : fixes;
  if (action === 'sts:TagSession') return amazonS3V2Error('TAG_SESSION_DENIED', message, { ...details, fixes: sorted });
  if (action === 'sts:SetSourceIdentity') {
    return amazonS3V2Error('SOURCE_IDENTITY_DENIED', message, { ...details, fixes: sorted });
  }
  if (isMissingAtCaller) return amazonS3V2Error('ASSUME_ROLE_NOT_ALLOWED', message, { ...details, fixes: sorted });
  return amazonS3V2Error('ASSUME_ROLE_DENIED', message, { ...details, fixes: sorted, remedy: remedyOf(hop) });
}

/** What was refused is asked for, also where it goes along by itself, as a source identity does through a chain of roles. */
function askedFor(hop: HopScope, action: string | undefined): HopScope {
  const { sendsTags, sendsSourceIdentity } = hop;
  return {
    ...hop,
    sendsTags: sendsTags || action === 'sts:TagSession',
    sendsSourceIdentity: sendsSourceIdentity || action === 'sts:SetSourceIdentity',
  };
}

/** The trust policy first: it is the one that is always needed. */
function fixesOf(hop: HopScope, caller: string): Fix[] {
  return [
    { attachTo: `trust policy of ${inWords(hop.roleArn)}`, statement: trustStatement(hop, caller) },
    { attachTo: `permission policy of ${inWords(caller)}`, statement: assumeStatement(hop) },
  ];
}

function policyOf(kind: PolicyKind, roleArn: string): string {
  return kind === 'trust' || kind === 'resource-based'
    ? `the trust policy of ${inWords(roleArn)}`
    : `a policy of the caller (${kind})`;
}

function remedyOf({ externalId }: HopScope): string {
  const demand =
    externalId === undefined
      ? 'the trust policy demands no external id (the connection has none)'
      : 'the external id in the trust policy is the one of the connection, in the same case';
  return `STS does not say which of these it is; check in this order: 1. the role exists under exactly this ARN; 2. ${demand}; 3. the Principal of the trust policy is the caller or its account, and its Conditions hold; 4. the caller's own policies allow sts:AssumeRole on the role.`;
}

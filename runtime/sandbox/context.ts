import type { Exchange } from './exchange.js';
import type { Caller, Policies } from './policy/evaluate.js';
import type { Principal } from './principals.js';
import { headerOf } from './signature/request-line.js';

/** Condition keys and their values, while they are gathered. */
export type ContextDraft = Map<string, readonly string[]>;

/** The condition keys that every request has; those of the service are added to them. */
export function baseContext(
  exchange: Exchange,
  principal: Principal | undefined,
  region: string | undefined,
  now: number,
): ContextDraft {
  const context: ContextDraft = new Map();
  const time = new Date(now).toISOString();
  setKey(context, 'aws:CurrentTime', time);
  setKey(context, 'aws:EpochTime', String(Math.floor(now / 1000)));
  setKey(context, 'aws:SecureTransport', 'false');
  setKey(context, 'aws:ViaAWSService', 'false');
  setKey(context, 'aws:PrincipalIsAWSService', 'false');
  setKey(context, 'aws:SourceIp', exchange.message.socket.remoteAddress);
  setKey(context, 'aws:UserAgent', headerOf(exchange.head.headers, 'user-agent'));
  setKey(context, 'aws:RequestedRegion', region);
  if (!principal) {
    setKey(context, 'aws:PrincipalType', 'Anonymous');
    return context;
  }
  setKey(context, 'aws:PrincipalAccount', principal.account);
  setKey(context, 'aws:userid', principal.userId);
  if (principal.kind === 'user') {
    setKey(context, 'aws:PrincipalArn', principal.arn);
    setKey(context, 'aws:PrincipalType', 'User');
    setKey(context, 'aws:username', principal.name);
    return context;
  }
  setKey(context, 'aws:PrincipalArn', principal.role.arn);
  setKey(context, 'aws:PrincipalType', 'AssumedRole');
  setKey(context, 'aws:MultiFactorAuthPresent', 'false');
  setKey(context, 'aws:TokenIssueTime', new Date(principal.issuedAt).toISOString());
  setKey(context, 'aws:SourceIdentity', principal.sourceIdentity);
  for (const [name, { value }] of principal.tags) setKey(context, `aws:PrincipalTag/${name}`, value);
  return context;
}

/** Sets a single-valued key; undefined leaves it absent. */
export function setKey(context: ContextDraft, key: string, value: string | undefined): void {
  if (value !== undefined) context.set(key.toLowerCase(), [value]);
}

/** The principal as policies see it. */
export function callerOf(principal: Principal | undefined): Caller {
  if (!principal) return { kind: 'anonymous' };
  const { kind, account, arn } = principal;
  return kind === 'user' ? { kind, account, arn } : { kind, account, arn, roleArn: principal.role.arn };
}

/** The policies that the principal brings along. */
export function ownPolicies(principal: Principal | undefined): Pick<Policies, 'identity' | 'session'> {
  if (!principal) return { identity: [], session: undefined };
  if (principal.kind === 'user') return { identity: principal.policies, session: undefined };
  return { identity: principal.role.policies, session: principal.sessionPolicy };
}

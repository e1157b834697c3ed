import { CrossroleError, type GateResult, type GateStep } from '../../../runtime/connector-api.js';
import { type AmazonS3V2ErrorCode, amazonS3V2Error } from '../errors.js';
import { type AssumedRole, hopScope, type StsAccess } from '../identity/assume-role.js';
import type { BaseIdentity } from '../identity/base/base-identity.js';
import type { BaseKeys } from '../identity/base/base-keys.js';
import type { Identity } from '../identity/identity.js';
import { knownCaller } from '../identity/known-caller.js';
import { inWords, partsOfArn, policyPrincipal } from '../identity/role-arn.js';
import { hopsOf } from '../identity/role-chain.js';
import type { SessionHolder } from '../identity/session-holder.js';
import { heldSessionKeys } from '../identity/session-keys.js';
import { trustStatement } from '../identity/statements.js';
import { nameOf, policyOf } from '../side.js';
import { longestGranted } from './longest-session.js';
import { findingOf, type ProbedSide } from './probed-side.js';

/** From the base identity to the session that works with S3. */
export function identityGates(side: ProbedSide): GateStep[] {
  const { identity } = side.settings;
  return identity.kind === 'iam-user' ? userGates(side, identity) : roleGates(side, identity);
}

function userGates(side: ProbedSide, { keys }: Extract<Identity, { kind: 'iam-user' }>): GateStep[] {
  const base: BaseIdentity = { kind: 'iam-user', keys };
  const signer = { keys, principal: `the IAM user with the key ${keys.accessKeyId}`, endsAt: undefined };
  side.session = { current: async () => signer, replace: async () => undefined };
  return baseGates(side, base);
}

function roleGates(side: ProbedSide, { base, role }: Extract<Identity, { kind: 'assumed-role' }>): GateStep[] {
  const { settings, facts, context } = side;
  const policy = policyOf(settings, facts.scope.access, (warning) => context.warn(warning));
  const hops = hopsOf({ ...role, sessionName: nameOf(settings, context), policy });
  let caller: HopCaller | undefined;
  const nextCaller = (): HopCaller => {
    caller ??= side.base && { keys: side.base.keys, arn: side.base.arn && policyPrincipal(side.base.arn) };
    if (!caller) throw new Error('a role is assumed before its base is known');
    return caller;
  };
  const assuming = hops.flatMap((hop, index) => {
    let called: HopCaller | undefined;
    const assume: GateStep = {
      gate: 'assume-role',
      label: `assume ${hop.roleArn} for ${hop.duration} s`,
      async pass() {
        called = nextCaller();
        const access: StsAccess = { ...side.sts, callerArn: called.arn };
        const session = side.sessionOf(hop, called.keys, access);
        const { principal, endsAt } = await grantedOrLimit(side, hop, called, access, session);
        if (index === hops.length - 1) {
          side.session = session;
          side.lastHop = { role: hop, caller: called.keys, access };
        }
        const name = `the session of ${hop.roleArn}`;
        // The side closes what it has opened.
        const keys = { ...heldSessionKeys(session), name, calls: () => 0, close: () => {} };
        caller = { keys, arn: hop.roleArn };
        const lasts = Math.round((endsAt - context.clock.monotonic()) / 1000);
        return withFindings(side, `${principal}, for ${lasts} s`);
      },
    };
    const { externalId } = hop;
    return externalId !== undefined && context.probeTrust ? [assume, trustGate(side, hop, () => called)] : [assume];
  });
  return [...baseGates(side, base), ...assuming, whoAmIGate(side, hops[hops.length - 1].roleArn)];
}

interface HopCaller {
  readonly keys: BaseKeys;
  /** As a trust policy has to name it. */
  readonly arn: string | undefined;
}

function baseGates(side: ProbedSide, base: BaseIdentity): GateStep[] {
  const { sts } = side;
  const keys = side.keysOf(base);
  return [
    {
      gate: 'base',
      label:
        base.kind === 'iam-user' ? 'find the access key of the connection' : `find the base identity (${base.kind})`,
      async pass() {
        const { accessKeyId } = await keys.current();
        side.base = { keys, arn: undefined };
        return { state: 'passed', detail: `access key ${accessKeyId}` };
      },
    },
    {
      gate: 'base-identity',
      label: 'ask STS whose keys these are',
      async pass() {
        const arn = await knownCaller(keys.current, sts);
        if (arn === undefined) return unknownCall;
        side.base = { keys, arn };
        return withFindings(side, arn);
      },
    },
  ];
}

/** Where the role refuses the duration, says which one it would grant. */
async function grantedOrLimit(
  side: ProbedSide,
  hop: AssumedRole,
  caller: HopCaller,
  access: StsAccess,
  session: SessionHolder,
) {
  try {
    return await session.current();
  } catch (error) {
    if (!(error instanceof CrossroleError) || error.code !== 'DURATION_EXCEEDS_ROLE') throw error;
    const longest = await longestGranted(hop.duration, async (duration) => {
      await side.sessionOf({ ...hop, duration }, caller.keys, access).current();
    });
    if (longest === undefined) throw error;
    const message = `${error.message}: ${longest} s it does grant`;
    const name = hop.roleArn.slice(hop.roleArn.lastIndexOf('/') + 1);
    const remedy = `Lower temporaryCredentialDuration from ${hop.duration} to ${longest} or less (sessions are renewed while the run goes on), or raise the maximum session duration of the role to ${hop.duration} s: aws iam update-role --role-name ${name} --max-session-duration ${hop.duration}.`;
    throw amazonS3V2Error('DURATION_EXCEEDS_ROLE', message, { remedy, cause: error.cause });
  }
}

/** How STS may say no to a role that is tried without its external id. */
const trustRefusals: readonly string[] = [
  'ASSUME_ROLE_DENIED',
  'TAG_SESSION_DENIED',
  'SOURCE_IDENTITY_DENIED',
] satisfies AmazonS3V2ErrorCode[];

function trustGate(side: ProbedSide, hop: AssumedRole, called: () => HopCaller | undefined): GateStep {
  return {
    gate: 'trust',
    label: `try ${hop.roleArn} without its external id`,
    async pass() {
      const caller = called();
      if (!caller) throw new Error('the trust of a role is tried before the role itself');
      try {
        await side.sessionOf({ ...hop, externalId: undefined }, caller.keys, side.sts).current();
      } catch (error) {
        if (!(error instanceof CrossroleError) || !trustRefusals.includes(error.code)) throw error;
        return { state: 'passed', detail: 'refused, as it should be' };
      }
      const message = `${hop.roleArn} can be assumed without an external id`;
      const fixes =
        caller.arn === undefined
          ? []
          : [
              {
                attachTo: `trust policy of ${inWords(hop.roleArn)}, in place of the statement without the condition`,
                statement: trustStatement(hopScope(hop), caller.arn),
              },
            ];
      return {
        state: 'warned',
        detail: message,
        error: amazonS3V2Error('EXTERNAL_ID_NOT_DEMANDED', message, { fixes }),
      };
    },
  };
}

function whoAmIGate(side: ProbedSide, roleArn: string): GateStep {
  return {
    gate: 'who-am-i',
    label: 'ask STS whose session it is',
    async pass() {
      const { session } = side;
      if (!session) throw new Error('a session is asked for its name before it is there');
      const arn = await knownCaller(async () => (await session.current()).keys, side.sts);
      if (arn === undefined) return unknownCall;
      if (!isSessionOf(arn, roleArn)) {
        const message = `${roleArn} was asked for, and the session is ${arn}`;
        throw amazonS3V2Error('SESSION_ROLE_UNEXPECTED', message);
      }
      return { state: 'passed', detail: arn };
    },
  };
}

const unknownCall: GateResult = { state: 'skipped', detail: 'the service does not know GetCallerIdentity' };

/** Whether the ARN of a session is one of the role; the path of a role is not part of it. */
export function isSessionOf(sessionArn: string, roleArn: string): boolean {
  const { account } = partsOfArn(roleArn);
  const name = roleArn.slice(roleArn.lastIndexOf('/') + 1);
  const [, sessionAccount, sessionRole] = /^arn:[\w-]+:sts::(\d*):assumed-role\/([^/]+)\//.exec(sessionArn) ?? [];
  return sessionAccount === account && sessionRole === name;
}

/** Passed, or warned of what came up on the way. */
function withFindings(side: ProbedSide, detail: string): GateResult {
  const warnings = side.takeWarnings();
  const [error] = warnings.flatMap((warning) => findingOf(warning) ?? []);
  for (const warning of warnings) if (!findingOf(warning)) side.context.warn(warning);
  return error ? { state: 'warned', detail: `${detail}; ${error.message}`, error } : { state: 'passed', detail };
}

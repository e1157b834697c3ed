import type { CrossroleError } from '../../../runtime/connector-api.js';
import { assumeRoleDenied } from '../diagnosis/assume-role-denied.js';
import { type AmazonS3V2ErrorCode, amazonS3V2Error } from '../errors.js';
import { causeOf, type ServiceError } from '../storage/service-error.js';
import type { HopScope } from './statements.js';

/** A request that STS did not grant. */
export type StsAttempt = { readonly endpoint: string | undefined } & (
  | {
      readonly call: 'AssumeRole';
      readonly hop: HopScope;
      /** Seconds that were asked for. */
      readonly duration: number;
      /** How the base identity, or the session on the way, is called that assumes the role. */
      readonly caller: string;
      /** Its ARN, where it is known. */
      readonly callerArn: string | undefined;
    }
  | { readonly call: 'AssumeRoleWithWebIdentity'; readonly roleArn: string }
  | { readonly call: 'GetCallerIdentity' }
);

/** STS has no code of its own for this limit, only a ValidationError with this text. */
export function isChainingLimit({ message }: ServiceError): boolean {
  return /1 hour session limit for roles assumed by role chaining/i.test(message);
}

function isRoleLimit({ message }: ServiceError): boolean {
  return /exceeds the MaxSessionDuration set for this role/i.test(message);
}

/** STS reports a clock that is off as a signature that is expired or not yet valid. */
function isClockSkew({ code, message }: ServiceError): boolean {
  if (code === 'RequestTimeTooSkewed' || code === 'RequestExpired') return true;
  return code === 'SignatureDoesNotMatch' && /signature (expired|not yet current)/i.test(message);
}

/** Whether the service has no such call; STS itself has them all. */
export function isUnknownCall({ code, status }: ServiceError): boolean {
  return status === 404 || status === 405 || status === 501 || code === 'InvalidAction' || code === 'NotImplemented';
}

/** What the user is told when STS refuses, or does not answer. */
export function stsFailure(failure: ServiceError, attempt: StsAttempt): CrossroleError {
  const { endpoint } = attempt;
  const say = (code: AmazonS3V2ErrorCode, message: string, remedy?: string) =>
    amazonS3V2Error(code, message, { cause: causeOf(failure), ...(remedy === undefined ? {} : { remedy }) });

  if (failure.status === undefined) {
    return say(
      'STS_UNREACHABLE',
      `STS${endpoint ? ` at ${endpoint}` : ''} can not be reached (${failure.code}): ${failure.message}`,
    );
  }
  if (attempt.call === 'AssumeRole') {
    const refused = assumeRoleFailure(failure, attempt, say);
    if (refused) return refused;
  }
  const whose = ownerOfKeys(attempt);
  if (isClockSkew(failure)) return say('CLOCK_SKEW', `STS refuses the time of this machine: ${failure.message}`);
  switch (failure.code) {
    case 'InvalidClientTokenId':
      return say('BASE_KEY_UNKNOWN', `the access key ${whose} is unknown to STS`);
    case 'SignatureDoesNotMatch':
      return say('BASE_SECRET_WRONG', `the secret key ${whose} does not belong to its access key`);
    case 'ExpiredToken':
    case 'ExpiredTokenException':
      return say('BASE_SESSION_EXPIRED', `the credentials ${whose} have expired, and no newer ones are to be had`);
    case 'RegionDisabledException':
      return say('STS_REGION_DISABLED', `STS is not activated in this region: ${failure.message}`);
    default:
      return say('STS_REQUEST_FAILED', `${inWords(attempt)}: ${failure.code}: ${failure.message}`);
  }
}

function ownerOfKeys(attempt: StsAttempt): string {
  return attempt.call === 'AssumeRole'
    ? `of ${attempt.caller}, which should assume ${attempt.hop.roleArn},`
    : 'of the connection';
}

function inWords(attempt: StsAttempt): string {
  switch (attempt.call) {
    case 'AssumeRole':
      return `AssumeRole of ${attempt.hop.roleArn}`;
    case 'AssumeRoleWithWebIdentity':
      return `AssumeRoleWithWebIdentity of ${attempt.roleArn}`;
    case 'GetCallerIdentity':
      return attempt.call;
  }
}

function assumeRoleFailure(
  failure: ServiceError,
  { hop, duration, callerArn }: Extract<StsAttempt, { call: 'AssumeRole' }>,
  say: (code: AmazonS3V2ErrorCode, message: string, remedy?: string) => CrossroleError,
): CrossroleError | undefined {
  const { roleArn } = hop;
  if (isRoleLimit(failure)) {
    return say(
      'DURATION_EXCEEDS_ROLE',
      `temporaryCredentialDuration is ${duration} s, and ${roleArn} grants shorter sessions only`,
      `Raise the maximum session duration of the role from its present value (3600 s unless it was changed) to ${duration} s, or lower temporaryCredentialDuration; sessions are renewed while the run goes on.`,
    );
  }
  switch (failure.code) {
    case 'AccessDenied':
    case 'AccessDeniedException':
      return assumeRoleDenied(failure, hop, callerArn);
    case 'PackedPolicyTooLarge':
      if (/session tags/i.test(failure.message)) {
        return say(
          'SESSION_TAGS_INVALID',
          `STS refuses the session tags for ${roleArn}: ${failure.message}`,
          'Send fewer or shorter `sessionTags`. Transitive tags of the session that assumes the role count, too, such as those of EKS Pod Identity, and so does `sessionPolicy`.',
        );
      }
      return say('SESSION_POLICY_REFUSED', `STS refuses the session policy for ${roleArn}: ${failure.message}`);
    case 'MalformedPolicyDocument':
      return say('SESSION_POLICY_REFUSED', `STS refuses the session policy for ${roleArn}: ${failure.message}`);
    default:
      return undefined;
  }
}

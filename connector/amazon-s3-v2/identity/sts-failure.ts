import type { CrossroleError } from '../../../runtime/connector-api.js';
import { type AmazonS3V2ErrorCode, amazonS3V2Error } from '../errors.js';
import { causeOf, type ServiceError } from '../storage/service-error.js';

export interface AssumeRoleAttempt {
  readonly roleArn: string;
  readonly hasExternalId: boolean;
  /** Seconds that were asked for. */
  readonly duration: number;
  readonly endpoint: string | undefined;
  /** How the base identity, or the session on the way, is called that assumes the role. */
  readonly caller: string;
}

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

/** What the user is told when a session could not be had. */
export function stsFailure(failure: ServiceError, attempt: AssumeRoleAttempt): CrossroleError {
  const { roleArn, duration, endpoint } = attempt;
  const say = (code: AmazonS3V2ErrorCode, message: string, remedy?: string) =>
    amazonS3V2Error(code, message, { cause: causeOf(failure), ...(remedy === undefined ? {} : { remedy }) });

  if (failure.status === undefined) {
    return say(
      'STS_UNREACHABLE',
      `STS${endpoint ? ` at ${endpoint}` : ''} can not be reached (${failure.code}): ${failure.message}`,
    );
  }
  if (isRoleLimit(failure)) {
    return say(
      'DURATION_EXCEEDS_ROLE',
      `temporaryCredentialDuration is ${duration} s, and ${roleArn} grants shorter sessions only`,
      `Raise the maximum session duration of the role from its present value (3600 s unless it was changed) to ${duration} s, or lower temporaryCredentialDuration; sessions are renewed while the run goes on.`,
    );
  }
  if (isClockSkew(failure)) return say('CLOCK_SKEW', `STS refuses the time of this machine: ${failure.message}`);
  switch (failure.code) {
    case 'AccessDenied':
    case 'AccessDeniedException':
      return denied(failure, attempt);
    case 'InvalidClientTokenId':
      return say(
        'BASE_KEY_UNKNOWN',
        `STS does not know the access key of ${attempt.caller}, which should assume ${roleArn}`,
      );
    case 'SignatureDoesNotMatch':
      return say(
        'BASE_SECRET_WRONG',
        `the secret key of ${attempt.caller}, which should assume ${roleArn}, does not belong to its access key`,
      );
    case 'ExpiredToken':
    case 'ExpiredTokenException':
      return say(
        'BASE_SESSION_EXPIRED',
        `the credentials of ${attempt.caller}, which should assume ${roleArn}, have expired, and no newer ones are to be had`,
      );
    case 'MalformedPolicyDocument':
    case 'PackedPolicyTooLarge':
      return say('SESSION_POLICY_REFUSED', `STS refuses the session policy for ${roleArn}: ${failure.message}`);
    case 'RegionDisabledException':
      return say('STS_REGION_DISABLED', `STS is not activated in this region: ${failure.message}`);
    default:
      return say('STS_REQUEST_FAILED', `AssumeRole of ${roleArn}: ${failure.code}: ${failure.message}`);
  }
}

function denied(failure: ServiceError, { roleArn, hasExternalId }: AssumeRoleAttempt): CrossroleError {
  const externalId = hasExternalId
    ? 'the external id in the trust policy is the one of the connection, in the same case'
    : 'the trust policy demands no external id (the connection has none)';
  return amazonS3V2Error('ASSUME_ROLE_DENIED', `STS refuses to assume ${roleArn}: ${failure.message}`, {
    cause: causeOf(failure),
    remedy: `STS does not say which of these it is; check in this order: 1. the role exists under exactly this ARN; 2. ${externalId}; 3. the Principal of the trust policy is the caller or its account, and its Conditions hold; 4. the caller's own policies allow sts:AssumeRole on the role.`,
  });
}

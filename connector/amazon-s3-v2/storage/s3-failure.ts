import type { CrossroleError } from '../../../runtime/connector-api.js';
import { type SideFacts, s3Denied } from '../diagnosis/s3-denied.js';
import { type AmazonS3V2ErrorCode, amazonS3V2Error } from '../errors.js';
import { causeOf, type ServiceError } from './service-error.js';

export interface S3Attempt {
  /** For example `GetObject`. */
  readonly operation: string;
  readonly uri: string;
  readonly principal: string;
  readonly region: string;
  readonly expectedBucketOwner: string | undefined;
  readonly endpoint: string | undefined;
  readonly facts: SideFacts;
}

/** Whether the answer means that the session's keys have ended; AWS says so with HTTP 400, others with 401 or 403. */
export function isExpiredSession({ code }: ServiceError): boolean {
  return (
    code === 'ExpiredToken' ||
    code === 'ExpiredTokenException' ||
    code === 'InvalidToken' ||
    code === 'TokenRefreshRequired'
  );
}

export function isRefused({ status }: ServiceError): boolean {
  return status === 403;
}

/** HEAD answers carry no code, only the status. */
export function isMissingObject({ code, status }: ServiceError): boolean {
  return status === 404 && code !== 'NoSuchBucket' && code !== 'NoSuchUpload';
}

/** `If-Match` or `If-None-Match` did not hold. */
export function isPreconditionFailed({ status }: ServiceError): boolean {
  return status === 412;
}

/** A 400 that does not say why, as HEAD has no body to say it in. */
export function isBareRefusal({ code, status }: ServiceError): boolean {
  return status === 400 && ['400', 'BadRequest', 'Unknown', 'UnknownError'].includes(code);
}

/** Whether the bucket is elsewhere; HEAD says so only by the header `x-amz-bucket-region`. */
export function isWrongRegion(failure: ServiceError, region: string): boolean {
  const { code, status, bucketRegion } = failure;
  if (status === 301 || status === 307) return true;
  if (code === 'PermanentRedirect' || code === 'AuthorizationHeaderMalformed') return true;
  return isBareRefusal(failure) && bucketRegion !== undefined && bucketRegion !== region;
}

/** What the user is told when a request to S3 failed for good. */
export function s3Failure(failure: ServiceError, attempt: S3Attempt): CrossroleError {
  const { operation, uri, principal, region, endpoint } = attempt;
  const say = (code: AmazonS3V2ErrorCode, message: string, remedy?: string) =>
    amazonS3V2Error(code, message, {
      object: uri,
      cause: causeOf(failure),
      ...(remedy === undefined ? {} : { remedy }),
    });

  if (failure.status === undefined) {
    const where = endpoint ?? `the S3 endpoint of ${region}`;
    return say(
      'S3_UNREACHABLE',
      `${operation} of ${uri}: ${where} can not be reached (${failure.code}): ${failure.message}`,
    );
  }
  if (isWrongRegion(failure, region)) {
    const actual = failure.bucketRegion;
    return say(
      'WRONG_REGION',
      `the bucket of ${uri} is not in ${region}${actual ? ` but in ${actual}` : ''}`,
      actual && `Set regionName of the connection to ${actual}.`,
    );
  }
  switch (failure.code) {
    case 'NoSuchBucket':
      return say('NO_SUCH_BUCKET', `there is no bucket for ${uri}`);
    case 'InvalidObjectState':
      return say('OBJECT_ARCHIVED', `${uri} is archived: ${failure.message}`);
    case 'RequestTimeTooSkewed':
      return say('CLOCK_SKEW', `S3 refuses the time of this machine: ${failure.message}`);
    case 'InvalidAccessKeyId':
    case 'SignatureDoesNotMatch':
    case 'ExpiredToken':
    case 'ExpiredTokenException':
    case 'InvalidToken':
      return say('S3_KEY_REFUSED', `${operation} of ${uri} as ${principal}: ${failure.code}: ${failure.message}`);
    default:
      // What KMS says goes through S3 by its own code, such as KMS.DisabledException (S3 API reference, error responses).
      if (failure.code.startsWith('KMS.')) {
        return say('KMS_KEY_UNUSABLE', `${operation} of ${uri}: ${failure.code}: ${failure.message}`);
      }
      if (isRefused(failure)) return s3Denied(failure, attempt, attempt.facts);
      return say(
        'S3_REQUEST_FAILED',
        `${operation} of ${uri}: ${failure.code} (HTTP ${failure.status}): ${failure.message}`,
      );
  }
}

import type { FaultWording } from '../exchange.js';
import { noBody, type Reply } from '../http/reply.js';
import { ServiceError } from '../service-error.js';
import type { RefusalWording } from '../signature/authenticate.js';
import { xmlDocument } from '../xml.js';

/** How S3 words what is wrong with a signature (S3 API reference, error responses). */
export const s3Wording: RefusalWording & FaultWording = {
  malformed: (problem) =>
    new ServiceError(400, 'AuthorizationHeaderMalformed', `The authorization header is malformed; ${problem}.`),
  wrongService: () =>
    new ServiceError(
      400,
      'AuthorizationHeaderMalformed',
      'The authorization header is malformed; incorrect service. This endpoint belongs to "s3".',
    ),
  skewed: () =>
    new ServiceError(
      403,
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
    ),
  unknownKey: (accessKeyId) =>
    new ServiceError(403, 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', {
      details: { AWSAccessKeyId: accessKeyId },
    }),
  badToken: () => new ServiceError(400, 'InvalidToken', 'The provided token is malformed or otherwise invalid.'),
  expired: () => new ServiceError(400, 'ExpiredToken', 'The provided token has expired.'),
  presignExpired: () => new ServiceError(403, 'AccessDenied', 'Request has expired'),
  mismatch: () =>
    new ServiceError(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    ),
  unsignedHeaders: (names) =>
    new ServiceError(403, 'AccessDenied', 'There were headers present in the request which were not signed', {
      details: { HeadersNotSigned: names.join(', ') },
    }),
  throttled: () => new ServiceError(503, 'SlowDown', 'Please reduce your request rate.'),
  failed: () => new ServiceError(500, 'InternalError', 'We encountered an internal error. Please try again.'),
};

export function noSuchKey(key: string): ServiceError {
  return new ServiceError(404, 'NoSuchKey', 'The specified key does not exist.', { details: { Key: key } });
}

export function accessDenied(message = 'Access Denied'): ServiceError {
  return new ServiceError(403, 'AccessDenied', message);
}

export function invalidArgument(message: string, name: string, value: string): ServiceError {
  return new ServiceError(400, 'InvalidArgument', message, { details: { ArgumentName: name, ArgumentValue: value } });
}

export function invalidRequest(message: string): ServiceError {
  return new ServiceError(400, 'InvalidRequest', message);
}

/** The XML of an error; HEAD has no body, so that its client learns the status alone. */
export function errorReply(error: ServiceError, method: string, resource: string, requestId: string): Reply {
  const { status, code, message, details, headers } = error;
  if (method === 'HEAD' || status === 304) return { status, headers, body: noBody };
  const xml = xmlDocument('Error', {
    Code: code,
    Message: message,
    ...details,
    Resource: resource,
    RequestId: requestId,
  });
  return {
    status,
    headers: { 'Content-Type': 'application/xml', ...headers },
    body: { kind: 'bytes', bytes: Buffer.from(xml) },
  };
}

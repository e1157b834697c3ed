import type { FaultWording } from '../exchange.js';
import type { Reply } from '../http/reply.js';
import { ServiceError } from '../service-error.js';
import type { RefusalWording } from '../signature/authenticate.js';
import { type XmlElements, xmlDocument } from '../xml.js';

export const stsNamespace = 'https://sts.amazonaws.com/doc/2011-06-15/';

const mismatch = (message: string): ServiceError => new ServiceError(403, 'SignatureDoesNotMatch', message);
const invalidToken = (): ServiceError =>
  new ServiceError(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.');

/** How STS words what is wrong with a signature (STS API reference, common errors). */
export const stsWording: RefusalWording & FaultWording = {
  malformed: (problem) =>
    new ServiceError(400, 'IncompleteSignature', `The authorization header is malformed; ${problem}.`),
  wrongService: () => mismatch("Credential should be scoped to correct service: 'sts'."),
  skewed: () =>
    mismatch('Signature expired: the time of the request is more than 15 minutes from that of the service.'),
  unknownKey: invalidToken,
  badToken: invalidToken,
  expired: () => new ServiceError(403, 'ExpiredToken', 'The security token included in the request is expired'),
  presignExpired: () => mismatch('Signature expired'),
  mismatch: () =>
    mismatch(
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    ),
  unsignedHeaders: (names) => mismatch(`'${names.join("', '")}' must be a 'SignedHeader' in the AWS Credential.`),
  throttled: () => new ServiceError(400, 'Throttling', 'Rate exceeded'),
  failed: () =>
    new ServiceError(
      500,
      'InternalFailure',
      'The request processing has failed because of an unknown error, exception or failure.',
    ),
};

export function validationError(message: string): ServiceError {
  return new ServiceError(400, 'ValidationError', message);
}

/** One broken constraint, in the words of the service's own validation. */
export function constraintError(value: string, member: string, constraint: string): ServiceError {
  return validationError(
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${constraint}`,
  );
}

export function stsReply(action: string, result: XmlElements, requestId: string): Reply {
  const content = { [`${action}Result`]: result, ResponseMetadata: { RequestId: requestId } };
  return xmlReply(200, xmlDocument(`${action}Response`, content, stsNamespace));
}

export function stsErrorReply({ status, code, message }: ServiceError, requestId: string): Reply {
  const error = { Type: status >= 500 ? 'Receiver' : 'Sender', Code: code, Message: message };
  return xmlReply(status, xmlDocument('ErrorResponse', { Error: error, RequestId: requestId }, stsNamespace));
}

function xmlReply(status: number, xml: string): Reply {
  return { status, headers: { 'Content-Type': 'text/xml' }, body: { kind: 'bytes', bytes: Buffer.from(xml) } };
}

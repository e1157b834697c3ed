import { type Checksum, type ChecksumAlgorithm, checksumAlgorithms, checksumBytes } from '../http/checksums.js';
import type { BodyTerms } from '../http/receive-body.js';
import { ServiceError } from '../service-error.js';
import type { Authenticated } from '../signature/authenticate.js';
import { headerOf, type RequestHead } from '../signature/request-line.js';
import { invalidArgument, invalidRequest } from './errors.js';

/** What `x-amz-content-sha256` says of the body (S3 API reference, Signature Calculations for the Authorization Header). */
type PayloadMode =
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'signed'; readonly sha256: string }
  | { readonly kind: 'chunked'; readonly signed: boolean; readonly trailer: boolean };

/** The last line of the canonical request. Throws when a signed request lacks it. */
export function payloadHashOf({ headers, query }: RequestHead): string {
  const header = headerOf(headers, 'x-amz-content-sha256');
  if (header !== undefined) return header;
  const presigned = query.some(({ name }) => name === 'X-Amz-Signature');
  if (presigned || headers.authorization === undefined) return 'UNSIGNED-PAYLOAD';
  throw invalidRequest('Missing required header for this request: x-amz-content-sha256');
}

function payloadMode(value: string): PayloadMode {
  switch (value) {
    case 'UNSIGNED-PAYLOAD':
      return { kind: 'unsigned' };
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
      return { kind: 'chunked', signed: true, trailer: false };
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      return { kind: 'chunked', signed: true, trailer: true };
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return { kind: 'chunked', signed: false, trailer: true };
    default:
      if (/^[0-9a-f]{64}$/.test(value)) return { kind: 'signed', sha256: value };
      throw invalidArgument(
        'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-… or a valid sha256 value.',
        'x-amz-content-sha256',
        value,
      );
  }
}

/** What a body is: bytes of an object, or XML whose checksum headers speak of the object that is to be. */
export type BodyPurpose = 'object' | 'document';

/**
 * What the headers promise of the body. Throws where they promise too little or contradict each other.
 * @param maximum bytes
 */
export function bodyTerms(
  head: RequestHead,
  authenticated: Authenticated | undefined,
  maximum: number,
  purpose: BodyPurpose,
): BodyTerms {
  const { headers } = head;
  const mode = payloadMode(payloadHashOf(head));
  const chunked = mode.kind === 'chunked';
  const length = lengthOf(headerOf(headers, chunked ? 'x-amz-decoded-content-length' : 'content-length'), maximum);
  const md5 = headerOf(headers, 'content-md5');
  if (md5 !== undefined && Buffer.from(md5, 'base64').length !== 16) {
    throw new ServiceError(400, 'InvalidDigest', 'The Content-MD5 you specified is not valid.');
  }
  const checksum = purpose === 'object' ? headerChecksum(head) : undefined;
  const trailer = trailerAlgorithm(head);
  if (trailer !== undefined && !(chunked && mode.trailer))
    throw invalidRequest('x-amz-trailer needs a body with a trailer.');
  if (trailer !== undefined && checksum !== undefined)
    throw invalidRequest('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  if (chunked && mode.trailer && trailer === undefined)
    throw invalidRequest('The body has a trailer, and x-amz-trailer does not say which.');
  const signer = authenticated && { key: authenticated.signingKey, signature: authenticated.signature };
  if (chunked && mode.signed && !signer) throw invalidRequest('A body of signed chunks needs a signed request.');
  return {
    framing: chunked ? { kind: 'chunked', signer: mode.signed ? signer : undefined, trailer } : { kind: 'plain' },
    length,
    sha256: mode.kind === 'signed' ? mode.sha256 : undefined,
    md5,
    checksum,
    computeMd5: purpose === 'object',
  };
}

function lengthOf(header: string | undefined, maximum: number): number {
  if (header === undefined)
    throw new ServiceError(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.');
  if (!/^\d{1,15}$/.test(header))
    throw invalidArgument('The length must be a number of bytes.', 'Content-Length', header);
  const length = Number(header);
  if (length > maximum) {
    throw new ServiceError(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
      details: { ProposedSize: header, MaxSizeAllowed: String(maximum) },
    });
  }
  return length;
}

/** The one checksum of the headers, of the length that its algorithm has. */
function headerChecksum({ headers }: RequestHead): Checksum | undefined {
  const given = checksumAlgorithms.filter((algorithm) => headers[`x-amz-checksum-${algorithm}`] !== undefined);
  if (given.length > 1)
    throw invalidRequest('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  if (given.length === 0) return undefined;
  const [algorithm] = given;
  const value = headerOf(headers, `x-amz-checksum-${algorithm}`) ?? '';
  if (Buffer.from(value, 'base64').length !== checksumBytes[algorithm]) {
    throw invalidRequest(`Value for x-amz-checksum-${algorithm} header is invalid.`);
  }
  return { algorithm, value };
}

/** The checksum that the trailer will hold. */
function trailerAlgorithm({ headers }: RequestHead): ChecksumAlgorithm | undefined {
  const header = headerOf(headers, 'x-amz-trailer');
  if (header === undefined) return undefined;
  const algorithm = checksumAlgorithms.find((each) => header.trim().toLowerCase() === `x-amz-checksum-${each}`);
  if (!algorithm) throw invalidRequest('The value specified in the x-amz-trailer header is not supported');
  return algorithm;
}

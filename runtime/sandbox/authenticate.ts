import { AwsError } from './aws-error.js';
import type { Credentials, Principals } from './principals.js';
import {
  type ClaimedSignature,
  claimedSignature,
  type SignedRequest,
  sameText,
  signatureMatches,
  signingTime,
} from './signature.js';

export interface Authenticated {
  readonly credentials: Credentials;
  readonly claimed: ClaimedSignature;
}

const MAX_SKEW_MS = 15 * 60 * 1000;

/** S3 and STS name the same refusals differently (their API references, "Error responses" and "Common errors"). */
const codes = {
  s3: {
    missing: ['AccessDenied', 403],
    malformed: ['AuthorizationHeaderMalformed', 400],
    key: ['InvalidAccessKeyId', 403],
    token: ['InvalidToken', 400],
    expired: ['ExpiredToken', 400],
    skewed: ['RequestTimeTooSkewed', 403],
    signature: ['SignatureDoesNotMatch', 403],
  },
  sts: {
    missing: ['MissingAuthenticationToken', 403],
    malformed: ['IncompleteSignature', 400],
    key: ['InvalidClientTokenId', 403],
    token: ['InvalidClientTokenId', 403],
    expired: ['ExpiredToken', 403],
    skewed: ['SignatureDoesNotMatch', 403],
    signature: ['SignatureDoesNotMatch', 403],
  },
} as const;

/** Finds out who signed a request. Throws the refusal of the service. */
export function authenticate(
  request: SignedRequest,
  service: 's3' | 'sts',
  principals: Principals,
  now: number,
): Authenticated {
  const refuse = (why: keyof typeof codes.s3, message: string): AwsError => {
    const [code, status] = codes[service][why];
    return new AwsError(code, status, message);
  };
  const claimed = claimedSignature(request);
  if (claimed === undefined) throw refuse('missing', 'Access Denied');
  if (claimed === 'malformed' || claimed.service !== service)
    throw refuse('malformed', 'The authorization header is malformed');
  const credentials = principals.find(claimed.accessKeyId);
  if (!credentials) throw refuse('key', 'The AWS Access Key Id you provided does not exist in our records.');
  if (
    credentials.token === undefined ? claimed.token !== undefined : !sameText(credentials.token, claimed.token ?? '')
  ) {
    throw refuse('token', 'The provided token is malformed or otherwise invalid.');
  }
  const signed = signingTime(claimed);
  const tooOld =
    claimed.expires === undefined ? Math.abs(now - signed) > MAX_SKEW_MS : now > signed + claimed.expires * 1000;
  if (tooOld) throw refuse('skewed', 'The difference between the request time and the current time is too large.');
  if (!signatureMatches(request, claimed, credentials.secretKey)) {
    throw refuse('signature', 'The request signature we calculated does not match the signature you provided.');
  }
  if (credentials.expiration <= now) throw refuse('expired', 'The provided token has expired.');
  return { credentials, claimed };
}

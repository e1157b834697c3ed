import type { Credentials, PrincipalRegistry } from '../principals.js';
import type { ServiceError } from '../service-error.js';
import type { RequestHead } from './request-line.js';
import { instantOf, isSignedWith, readSignature, type Signature, signingKey } from './sigv4.js';

/** A request whose signature holds. */
export interface Authenticated {
  readonly credentials: Credentials;
  readonly signature: Signature;
  readonly signingKey: Buffer;
}

/** How a service words what is wrong with a signature; S3 and STS differ. */
export interface RefusalWording {
  malformed(problem: string): ServiceError;
  wrongService(): ServiceError;
  skewed(): ServiceError;
  unknownKey(accessKeyId: string): ServiceError;
  badToken(): ServiceError;
  expired(): ServiceError;
  presignExpired(): ServiceError;
  mismatch(): ServiceError;
  unsignedHeaders(names: readonly string[]): ServiceError;
}

/** AWS refuses requests whose clock is further away than this. */
const MAX_SKEW_MILLISECONDS = 15 * 60 * 1000;

/**
 * Finds out who signed a request. Undefined when it carries no signature.
 * @param now the sandbox's time, milliseconds since the epoch
 * @param seen told of the credentials once the key is known, before anything else is checked: for the audit log
 */
export function authenticate(
  request: RequestHead,
  service: 's3' | 'sts',
  payloadHash: string,
  principals: PrincipalRegistry,
  now: number,
  wording: RefusalWording,
  seen: (accessKeyId: string, credentials: Credentials | undefined) => void,
): Authenticated | undefined {
  const signature = readSignature(request);
  if (signature === undefined) return undefined;
  if ('problem' in signature) throw wording.malformed(signature.problem);
  const credentials = principals.find(signature.accessKeyId);
  seen(signature.accessKeyId, credentials);
  if (signature.scope.service !== service) throw wording.wrongService();
  checkTime(signature, now, wording);
  // A session's key without its token is as good as no key.
  if (!credentials || (credentials.token !== undefined && signature.token === undefined))
    throw wording.unknownKey(signature.accessKeyId);
  if (credentials.token !== signature.token) throw wording.badToken();
  checkSignedHeaders(request, signature, wording);
  const key = signingKey(credentials.secretAccessKey, signature.scope);
  if (!isSignedWith(key, request, signature, payloadHash)) throw wording.mismatch();
  if (principals.isExpired(credentials, now)) throw wording.expired();
  return { credentials, signature, signingKey: key };
}

function checkTime({ date, presigned }: Signature, now: number, wording: RefusalWording): void {
  const age = now - instantOf(date);
  if (presigned === undefined) {
    if (Math.abs(age) > MAX_SKEW_MILLISECONDS) throw wording.skewed();
  } else {
    if (age < -MAX_SKEW_MILLISECONDS) throw wording.skewed();
    if (age > presigned.expiresSeconds * 1000) throw wording.presignExpired();
  }
}

/** `host` and every `x-amz-…` header must be covered, else they could be changed on the way. */
function checkSignedHeaders({ headers }: RequestHead, { signedHeaders }: Signature, wording: RefusalWording): void {
  const signed = new Set(signedHeaders);
  const missing = Object.keys(headers).filter(
    (name) => (name === 'host' || name.startsWith('x-amz-')) && !signed.has(name),
  );
  if (missing.length > 0) throw wording.unsignedHeaders(missing);
}

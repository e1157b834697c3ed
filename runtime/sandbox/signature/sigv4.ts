import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { QueryParameter, RequestHead } from './request-line.js';

/** Where a signature is valid: `20260101/eu-west-1/s3/aws4_request`. */
export interface CredentialScope {
  /** `YYYYMMDD` */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export interface Signature {
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
  /** Lower-case names, in the order of the signature. */
  readonly signedHeaders: readonly string[];
  /** Lower-case hex. */
  readonly signature: string;
  /** `YYYYMMDDTHHMMSSZ` */
  readonly date: string;
  readonly token: string | undefined;
  /** In the query instead of a header; `expiresSeconds` counts from `date`. */
  readonly presigned: { readonly expiresSeconds: number } | undefined;
}

export type SignatureProblem = { readonly problem: string };

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** The signature a request carries, undefined when it carries none. */
export function readSignature({ headers, query }: RequestHead): Signature | SignatureProblem | undefined {
  const parameters = new Map(query.map(({ name, value }) => [name, value]));
  const { authorization } = headers;
  if (authorization !== undefined) {
    if (parameters.has('X-Amz-Signature')) return { problem: 'Only one auth mechanism allowed' };
    return readHeader(authorization, headers);
  }
  return parameters.has('X-Amz-Signature') || parameters.has('X-Amz-Algorithm') ? readPresigned(parameters) : undefined;
}

function readHeader(authorization: string, headers: RequestHead['headers']): Signature | SignatureProblem {
  const [, algorithm, rest] = /^(\S+)\s+(.*)$/.exec(authorization) ?? [];
  if (algorithm !== ALGORITHM) return { problem: `the algorithm must be ${ALGORITHM}` };
  const fields = new Map(
    rest.split(',').map((field): [string, string] => {
      const [name, ...value] = field.trim().split('=');
      return [name, value.join('=')];
    }),
  );
  const date = String(headers['x-amz-date'] ?? '');
  const token = headers['x-amz-security-token'];
  return assemble(
    fields.get('Credential'),
    fields.get('SignedHeaders'),
    fields.get('Signature'),
    date,
    token?.toString(),
    undefined,
  );
}

/** The longest that a presigned URL may live: seven days. */
const MAX_EXPIRES_SECONDS = 604_800;

function readPresigned(parameters: ReadonlyMap<string, string>): Signature | SignatureProblem {
  if (parameters.get('X-Amz-Algorithm') !== ALGORITHM) return { problem: `X-Amz-Algorithm must be ${ALGORITHM}` };
  const expires = parameters.get('X-Amz-Expires') ?? '';
  const expiresSeconds = Number(expires);
  if (!/^\d+$/.test(expires) || expiresSeconds < 1 || expiresSeconds > MAX_EXPIRES_SECONDS) {
    return { problem: 'X-Amz-Expires must be a number of seconds from 1 to 604800' };
  }
  return assemble(
    parameters.get('X-Amz-Credential'),
    parameters.get('X-Amz-SignedHeaders'),
    parameters.get('X-Amz-Signature'),
    parameters.get('X-Amz-Date') ?? '',
    parameters.get('X-Amz-Security-Token'),
    { expiresSeconds },
  );
}

function assemble(
  credential: string | undefined,
  signedHeaders: string | undefined,
  signature: string | undefined,
  date: string,
  token: string | undefined,
  presigned: Signature['presigned'],
): Signature | SignatureProblem {
  const scope = /^([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request$/.exec(credential ?? '');
  if (!scope)
    return { problem: 'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request"' };
  if (!signedHeaders) return { problem: 'SignedHeaders is missing' };
  if (!/^[0-9a-f]{64}$/.test(signature ?? '')) return { problem: 'the Signature must be 64 hexadecimal digits' };
  if (Number.isNaN(instantOf(date))) return { problem: 'X-Amz-Date must be YYYYMMDDTHHMMSSZ' };
  if (!date.startsWith(scope[2])) return { problem: "the Credential's date is not that of X-Amz-Date" };
  return {
    accessKeyId: scope[1],
    scope: { date: scope[2], region: scope[3], service: scope[4] },
    signedHeaders: signedHeaders.split(';'),
    signature: signature ?? '',
    date,
    token,
    presigned,
  };
}

/** Milliseconds since the epoch of `YYYYMMDDTHHMMSSZ`, NaN when it is none. */
export function instantOf(date: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  return parts ? Date.parse(`${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}:${parts[6]}Z`) : Number.NaN;
}

/** Derives the key that signs everything of one day, region and service (IAM user guide, Signature Version 4). */
export function signingKey(secretAccessKey: string, { date, region, service }: CredentialScope): Buffer {
  const chain = [region, service, 'aws4_request'];
  return chain.reduce((key, part) => hmac(key, part), hmac(`AWS4${secretAccessKey}`, date));
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}

export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

export function scopeText({ date, region, service }: CredentialScope): string {
  return `${date}/${region}/${service}/aws4_request`;
}

/**
 * Whether the request was signed with `key`.
 * @param payloadHash the last line of the canonical request: hex SHA-256 of the body, or a name such as UNSIGNED-PAYLOAD
 */
export function isSignedWith(key: Buffer, request: RequestHead, signature: Signature, payloadHash: string): boolean {
  const canonical = canonicalRequest(request, signature.signedHeaders, payloadHash);
  const text = `${ALGORITHM}\n${signature.date}\n${scopeText(signature.scope)}\n${sha256Hex(canonical)}`;
  return sameSignature(hmac(key, text).toString('hex'), signature.signature);
}

/** Signs one chunk, or the trailer, of an aws-chunked body: each signature covers the one before. */
export function chunkSignature(
  key: Buffer,
  kind: 'PAYLOAD' | 'TRAILER',
  { date, scope }: Pick<Signature, 'date' | 'scope'>,
  previous: string,
  hash: string,
): string {
  const covered = kind === 'PAYLOAD' ? `${sha256Hex('')}\n${hash}` : hash;
  return hmac(key, `${ALGORITHM}-${kind}\n${date}\n${scopeText(scope)}\n${previous}\n${covered}`).toString('hex');
}

export function sameSignature(expected: string, given: string): boolean {
  return expected.length === given.length && timingSafeEqual(Buffer.from(expected), Buffer.from(given));
}

/** The text that is hashed and signed; S3's own way, which leaves the path as it is. */
export function canonicalRequest(request: RequestHead, signedHeaders: readonly string[], payloadHash: string): string {
  const headers = signedHeaders.map((name) => `${name}:${headerValue(request, name)}\n`).join('');
  const path = encode(request.path).replaceAll('%2F', '/');
  return [request.method, path, canonicalQuery(request.query), headers, signedHeaders.join(';'), payloadHash].join(
    '\n',
  );
}

function headerValue({ headersDistinct }: RequestHead, name: string): string {
  return (headersDistinct[name] ?? []).map((value) => value.trim().replaceAll(/ +/g, ' ')).join(',');
}

function canonicalQuery(query: readonly QueryParameter[]): string {
  return query
    .filter(({ name }) => name !== 'X-Amz-Signature')
    .map(({ name, value }) => ({ name: encode(name), value: encode(value) }))
    .sort((a, b) => order(a.name, b.name) || order(a.value, b.value))
    .map(({ name, value }) => `${name}=${value}`)
    .join('&');
}

/** Escaped texts are ASCII, so this is the order of their bytes. */
function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** RFC 3986: all but unreserved characters are escaped. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** What a request says of its own signature (AWS Signature Version 4, "Signing AWS API requests"). */
export interface ClaimedSignature {
  readonly accessKeyId: string;
  /** `YYYYMMDD/region/service/aws4_request`. */
  readonly scope: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** ISO 8601 basic, as in `X-Amz-Date`. */
  readonly date: string;
  readonly token: string | undefined;
  /** The value that stands for the body's hash in the canonical request. */
  readonly payloadHash: string;
  /** Seconds for which a presigned URL holds; undefined for signed headers. */
  readonly expires: number | undefined;
}

export interface SignedRequest {
  readonly method: string;
  /** The path as sent, still percent-encoded. */
  readonly rawPath: string;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: IncomingHttpHeaders;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** Reads the signature of an Authorization header or a presigned URL; undefined for an anonymous request, `malformed` else. */
export function claimedSignature(request: SignedRequest): ClaimedSignature | 'malformed' | undefined {
  const header = request.headers.authorization;
  if (header !== undefined) return fromHeader(header, request);
  const query = new Map(request.query);
  return query.has('X-Amz-Signature') ? fromQuery(query) : undefined;
}

function fromHeader(header: string, { headers }: SignedRequest): ClaimedSignature | 'malformed' {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(header);
  const date = headers['x-amz-date'];
  if (!match || typeof date !== 'string') return 'malformed';
  const [, accessKeyId, scope, signed, signature] = match;
  const token = headers['x-amz-security-token'];
  const payloadHash = headers['x-amz-content-sha256'];
  return withScope(scope, {
    accessKeyId,
    signedHeaders: signed.split(';'),
    signature,
    date,
    token: typeof token === 'string' ? token : undefined,
    payloadHash: typeof payloadHash === 'string' ? payloadHash : '',
    expires: undefined,
  });
}

function fromQuery(query: ReadonlyMap<string, string>): ClaimedSignature | 'malformed' {
  const [accessKeyId, ...scope] = (query.get('X-Amz-Credential') ?? '').split('/');
  const expires = Number(query.get('X-Amz-Expires'));
  if (query.get('X-Amz-Algorithm') !== ALGORITHM || !(expires >= 1 && expires <= 604_800)) return 'malformed';
  return withScope(scope.join('/'), {
    accessKeyId,
    signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').split(';'),
    signature: query.get('X-Amz-Signature') ?? '',
    date: query.get('X-Amz-Date') ?? '',
    token: query.get('X-Amz-Security-Token'),
    payloadHash: 'UNSIGNED-PAYLOAD',
    expires,
  });
}

function withScope(
  scope: string,
  rest: Omit<ClaimedSignature, 'scope' | 'region' | 'service'>,
): ClaimedSignature | 'malformed' {
  const [day, region, service, end, ...more] = scope.split('/');
  const sound =
    more.length === 0 && end === 'aws4_request' && rest.date.startsWith(day) && /^[0-9]{8}T[0-9]{6}Z$/.test(rest.date);
  return sound ? { ...rest, scope, region, service } : 'malformed';
}

/** When the request says that it was signed, in milliseconds since the epoch. */
export function signingTime({ date }: ClaimedSignature): number {
  const [, y, mo, d, h, mi, s] = /^(....)(..)(..)T(..)(..)(..)Z$/.exec(date) ?? [];
  return Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s));
}

/** Whether the signature is the one that `secret` makes. */
export function signatureMatches(request: SignedRequest, claimed: ClaimedSignature, secret: string): boolean {
  const text = [ALGORITHM, claimed.date, claimed.scope, sha256(canonicalRequest(request, claimed))].join('\n');
  const expected = hmac(signingKey(claimed, secret), text).toString('hex');
  return sameText(expected, claimed.signature);
}

/** The key of one day, region and service. */
export function signingKey({ scope }: ClaimedSignature, secret: string): Buffer {
  return scope.split('/').reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secret}`));
}

/** Signature of one chunk of a signed streaming body ("Signature calculations … in multiple chunks"). */
export function chunkSignature(claimed: ClaimedSignature, key: Buffer, previous: string, chunkHash: string): string {
  const text = [`${ALGORITHM}-PAYLOAD`, claimed.date, claimed.scope, previous, sha256(''), chunkHash].join('\n');
  return hmac(key, text).toString('hex');
}

export function sha256(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Compares in constant time. */
export function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function canonicalRequest(request: SignedRequest, claimed: ClaimedSignature): string {
  const query = request.query
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const headers = claimed.signedHeaders.map((name) => `${name}:${headerValue(request.headers[name])}\n`).join('');
  // S3 signs the path as it is sent; the other services have no path here but "/".
  return [request.method, request.rawPath, query, headers, claimed.signedHeaders.join(';'), claimed.payloadHash].join(
    '\n',
  );
}

function headerValue(value: string | string[] | undefined): string {
  const text = Array.isArray(value) ? value.join(',') : (value ?? '');
  return text.trim().replaceAll(/ +/g, ' ');
}

/** RFC 3986 percent-encoding of all but unreserved characters. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

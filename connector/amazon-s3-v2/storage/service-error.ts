import { CrossroleError } from '../../../runtime/connector-api.js';

/** What an AWS service, or the way to it, said when a request failed; never holds keys, tokens or signatures. */
export interface ServiceError {
  /** `code` of the service's answer, or of the system call that failed. */
  readonly code: string;
  readonly message: string;
  /** HTTP status; undefined where no answer came. */
  readonly status: number | undefined;
  /** `x-amz-bucket-region` of the answer: where the bucket really is. */
  readonly bucketRegion: string | undefined;
  readonly requestId: string | undefined;
  /** The SDK has noticed that this machine's clock is off and will sign the next request with the corrected time. */
  readonly clockCorrected: boolean;
}

/** Messages of services may quote whole policies. */
const maximumMessage = 600;

/** Reads what the SDK throws. Undefined for what is no answer: errors that are explained already, and defects of the program. */
export function serviceError(error: unknown): ServiceError | undefined {
  if (!(error instanceof Error) || error instanceof CrossroleError) return undefined;
  const refusedByProxy = proxyStatus(error);
  if (refusedByProxy !== undefined) {
    const message = `the proxy refuses to connect (HTTP ${refusedByProxy})`;
    return { ...noAnswer, code: refusedByProxy < 500 ? 'PROXY_REFUSED' : 'PROXY_FAILED', message };
  }
  const metadata = objectAt(error, '$metadata');
  const response = objectAt(error, '$response');
  const systemCode = transportCode(error);
  if (!metadata && !response && systemCode === undefined && !isTimeout(error)) return undefined;
  const status = numberAt(metadata, 'httpStatusCode') ?? numberAt(response, 'statusCode');
  const name = stringAt(error, 'Code') ?? error.name;
  // What the SDK writes where the answer has no message, as those to HEAD and some of Ceph.
  const message = error.message === 'UnknownError' ? 'no reason is given' : error.message;
  return {
    code: status === undefined ? (systemCode ?? name) : name,
    message: message.slice(0, maximumMessage),
    status,
    bucketRegion: stringAt(objectAt(response, 'headers'), 'x-amz-bucket-region') ?? stringAt(error, 'Region'),
    requestId: stringAt(metadata, 'requestId'),
    clockCorrected: objectAt(error, '$metadata')?.clockSkewCorrected === true,
  };
}

const noAnswer = { status: undefined, bucketRegion: undefined, requestId: undefined, clockCorrected: false };

/** The status with which a proxy answered CONNECT; hpagent has no other way to tell. */
function proxyStatus({ message }: Error): number | undefined {
  const [, status] = /^Bad response: ([1-9][0-9]{2})$/.exec(message) ?? [];
  return status === undefined ? undefined : Number(status);
}

/** Error classes of the SDK carry the whole answer, with tokens in it: as a cause only this copy is handed on. */
export function causeOf({ code, message, status, requestId }: ServiceError): Error {
  const answer = status === undefined ? 'no answer' : `HTTP ${status}`;
  const request = requestId === undefined ? '' : `, request ${requestId}`;
  return new Error(`${code} (${answer}${request}): ${message}`);
}

/** What a transport does: no answer at all, or one that says "later". Worth another try, whatever was asked. */
export function isTransient({ code, status, clockCorrected }: ServiceError): boolean {
  if (clockCorrected) return true;
  if (status === undefined) return !finalSystemCodes.has(code);
  return status >= 500 || status === 429 || status === 408 || transientCodes.has(code);
}

/** Throttled by the service: waiting longer helps, hurrying harms. */
export function isThrottled({ code, status }: ServiceError): boolean {
  return status === 503 || status === 429 || code === 'SlowDown' || code.startsWith('Throttl');
}

/** The name can't be resolved, the certificate is wrong or the proxy does not want us: that won't be another within seconds. */
const finalSystemCodes = new Set([
  'ENOTFOUND',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'PROXY_REFUSED',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Answers with a status below 500 that nevertheless mean "later"; a 200 may hold one, too (CompleteMultipartUpload). */
const transientCodes = new Set([
  'ConditionalRequestConflict',
  'IDPCommunicationError',
  'InternalError',
  'OperationAborted',
  // The SDK signs the next request by the time of this answer; it says so only where it then differs from the machine's.
  'RequestTimeTooSkewed',
  'RequestTimeout',
  'ServiceUnavailable',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
]);

/** Codes of sockets, TLS and name resolution; those that Node gives to wrong arguments are defects of the program. */
function transportCode(error: Error): string | undefined {
  const code = stringAt(error, 'code');
  if (code === undefined || !code.startsWith('ERR_')) return code;
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || /^ERR_(TLS|SSL)_/.test(code) ? code : undefined;
}

function isTimeout(error: Error): boolean {
  return error.name === 'TimeoutError' || error.name === 'AbortError';
}

function valueAt(holder: object | undefined, name: string): unknown {
  return holder === undefined ? undefined : Reflect.get(holder, name);
}

function objectAt(holder: object | undefined, name: string): Readonly<Record<string, unknown>> | undefined {
  const value = valueAt(holder, name);
  return isRecord(value) ? value : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function stringAt(holder: object | undefined, name: string): string | undefined {
  const value = valueAt(holder, name);
  return typeof value === 'string' ? value : undefined;
}

function numberAt(holder: object | undefined, name: string): number | undefined {
  const value = valueAt(holder, name);
  return typeof value === 'number' ? value : undefined;
}
